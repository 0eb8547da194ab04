"""Migrations: the tables of the code, all or nothing, and what is told of half a database."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from incident_bot.store import Store, StoreError, StoreMissing, engines, migrate
from incident_bot.store.tables import METADATA
from tests.databases import on_sqlite, sql, tables
from tests.postgres import Server
from tests.store.stories import opened


async def within(url: str, work: Callable[[Connection], Any]) -> Any:
    """Does something in a transaction of a database, without the store."""
    engine = engines.migrator(engines.parse(url))
    try:
        return await engines.within(engine, work)
    finally:
        await engines.dispose(engine)


def indexes(url: str) -> set[str]:
    """Every index as SQL: Alembic's comparison does not look at their conditions."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql NOTNULL"
    if not on_sqlite(url):
        query = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    found = {" ".join(row[0].split()) for row in sql(url, query)}
    return {each for each in found if "alembic_version" not in each}


async def test_the_migrated_schema_is_that_of_the_code(new_database: Callable[[], str]) -> None:
    migrated, made = new_database(), new_database()
    assert await migrate.upgrade(migrated) == (None, migrate.HEAD)
    assert await migrate.upgrade(migrated) == (migrate.HEAD, migrate.HEAD)

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_server_default": True, "compare_type": True}
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
        )

    assert await within(migrated, compare) == []
    await within(made, METADATA.create_all)
    assert indexes(migrated) == indexes(made) != set()


def test_the_code_names_every_script_in_order() -> None:
    scripts = ScriptDirectory(str(migrate.folder())).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == migrate.REVISIONS
    assert sorted(migrate.REVISIONS) == list(migrate.REVISIONS)
    assert all(len(each) == 4 and each.isdecimal() for each in migrate.REVISIONS)


NEXT = '''
"""A script of the next version."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("shift", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("{then}")


def downgrade() -> None:
    op.drop_table("shift")
'''


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes this program the next version, with a migration that ends in this statement."""
    before = migrate.HEAD
    revision = f"{int(before) + 1:04}"

    def make(then: str) -> str:
        folder = tmp_path / "scripts"
        shutil.copytree(migrate.folder(), folder)
        script = NEXT.format(revision=revision, before=before, then=then)
        (folder / "versions" / f"{revision}_next.py").write_text(script)
        monkeypatch.setattr(migrate, "folder", lambda: folder)
        monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, revision))
        monkeypatch.setattr(migrate, "HEAD", revision)
        return revision

    return make


async def test_an_older_database_is_brought_up_to_date(
    url: str, next_version: Callable[[str], str]
) -> None:
    store = await Store.open(url)
    ref = await opened(store)
    await store.close()
    old = migrate.HEAD
    new = next_version("UPDATE counter SET value = value")

    with pytest.raises(StoreMissing, match="incident-bot db upgrade"):
        await Store.open_readonly(url)
    assert await migrate.upgrade(url) == (old, new)

    assert "shift" in tables(url)
    store = await Store.open(url)
    assert await store.verify(ref) is None
    await store.close()


async def test_a_migration_that_fails_leaves_nothing(
    url: str, next_version: Callable[[str], str]
) -> None:
    await migrate.upgrade(url)
    old, before = migrate.HEAD, tables(url)
    next_version("UPDATE no_such_table SET x = 1")

    with pytest.raises(StoreError, match=f"from version {old} .*no_such_table.*as it was"):
        await Store.open(url)

    assert tables(url) == before
    assert [tuple(row) for row in sql(url, "SELECT version_num FROM alembic_version")] == [(old,)]


# Half a database. Our scripts leave none; a restore by hand may.

HALVES = {
    "version table missing": (
        ["DROP TABLE alembic_version"],
        "which says of which version they are, is missing. Restore a whole backup",
    ),
    "version not told": (["DELETE FROM alembic_version"], "alembic_version is empty"),
    "a newer version": (
        ["UPDATE alembic_version SET version_num = '9999'"],
        f"newer version (9999) than this program ({migrate.HEAD}). Update the program",
    ),
    "another program's version": (
        ["UPDATE alembic_version SET version_num = 'ae1027a6acf'"],
        "'ae1027a6acf', which Incident Bot never had. Does DATABASE_URL name another program's",
    ),
    "before the first version": (
        ["UPDATE alembic_version SET version_num = '0000'"],
        "which Incident Bot never had",
    ),
    "two versions": (
        ["INSERT INTO alembic_version VALUES ('0000')"],
        f"'0000', '{migrate.HEAD}', which Incident Bot never had",
    ),
    "a table missing": (["DROP TABLE entry"], "its table entry is missing. Restore"),
    "tables missing": (
        ["DROP TABLE job_after", "DROP TABLE job"],
        "its tables job, job_after are missing. Restore",
    ),
    "counter lost": (["DELETE FROM counter"], "table counter is behind that. Restore"),
    "counter restored from before": (["UPDATE counter SET value = 0"], "has an INC-1, but"),
}


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_database_is_told_with_what_to_do(url: str, half: str) -> None:
    statements, words = HALVES[half]
    store = await Store.open(url)
    await opened(store)
    await store.close()
    sql(url, *statements)
    before = tables(url)

    for attempt in (Store.open, Store.open_readonly, migrate.upgrade):
        with pytest.raises(StoreError) as told:
            await attempt(url)  # type: ignore[operator]  # each takes the URL alone
        assert words in str(told.value)
        assert "\n" not in str(told.value)
    assert tables(url) == before


async def test_an_empty_counter_of_an_empty_database_is_told(url: str) -> None:
    await migrate.upgrade(url)
    sql(url, "DELETE FROM counter")
    with pytest.raises(StoreError, match="table counter is empty"):
        await Store.open(url)


async def test_a_version_table_without_any_other_is_an_empty_database(url: str) -> None:
    sql(url, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    assert await migrate.upgrade(url) == (None, migrate.HEAD)


@pytest.mark.postgres
async def test_ten_replicas_that_start_at_once_make_the_tables_once(postgresql_url: str) -> None:
    stores = await asyncio.gather(*(Store.open(postgresql_url) for _ in range(10)))
    refs = await asyncio.gather(*(opened(store) for store in stores))
    assert sorted(refs, key=lambda ref: int(ref[4:])) == [f"INC-{n}" for n in range(1, 11)]
    assert len(sql(postgresql_url, "SELECT * FROM alembic_version")) == 1
    await asyncio.gather(*(store.close() for store in stores))


@pytest.mark.postgres
async def test_a_database_that_cannot_hold_every_text_is_refused(
    postgresql: Server, postgresql_url: str
) -> None:
    name = postgresql_url.rpartition("/")[2]
    postgresql.drop(postgresql_url)
    postgresql.run(
        f"CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    with pytest.raises(StoreError, match=r"encoding LATIN1.*UTF8"):
        await Store.open(postgresql_url)
