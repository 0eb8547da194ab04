"""Opening, migrating, reading beside a running bot, and what the operator is told."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from incident_bot.store import (
    Delivery,
    Store,
    StoreInUse,
    StoreMissing,
    StoreUnavailable,
    engines,
    migrate,
)
from incident_bot.store.errors import StoreError
from incident_bot.store.tables import METADATA
from tests.store.stories import opened


async def test_the_migrated_schema_is_that_of_the_code(url: str, tmp_path: Path) -> None:
    await migrate.upgrade(url)
    await migrate.upgrade(url)  # again changes nothing

    migrated = create_engine(f"sqlite:///{tmp_path}/bot.db")
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        indexes = _indexes(tmp_path / "bot.db")
    migrated.dispose()

    made = create_engine(f"sqlite:///{tmp_path}/made.db")
    METADATA.create_all(made)
    made.dispose()
    assert indexes == _indexes(tmp_path / "made.db")


def _indexes(path: Path) -> set[str]:
    """Every index as SQL: the comparison above does not look at conditions."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql NOTNULL")
    found = {" ".join(row[0].split()) for row in rows}
    connection.close()
    return found


def test_the_newest_script_is_the_one_the_code_names() -> None:
    assert ScriptDirectory(str(migrate.folder())).get_heads() == [migrate.HEAD]


async def test_a_second_process_is_refused_with_the_way_out(store: Store, url: str) -> None:
    with pytest.raises(StoreInUse, match="PostgreSQL"):
        await Store.open(url)
    with pytest.raises(StoreInUse):
        await migrate.upgrade(url)
    await store.close()
    await (await Store.open(url)).close()


async def test_a_folder_is_made(tmp_path: Path) -> None:
    opened_store = await Store.open(f"sqlite:///{tmp_path}/a/b/bot.db")
    await opened_store.ping()
    await opened_store.close()


async def test_reading_beside_a_running_bot(store: Store, url: str) -> None:
    ref = await opened(store)
    reader = await Store.open_readonly(url)
    assert await reader.refs() == [ref]
    assert await reader.verify(ref) is None
    with pytest.raises(StoreUnavailable, match="reading only"):
        async with reader.unit():
            pass
    await reader.close()
    await opened(store)


async def test_reading_when_no_bot_runs(store: Store, url: str) -> None:
    ref = await opened(store)
    await store.close()
    reader = await Store.open_readonly(url)
    assert await reader.refs() == [ref]
    await reader.close()


async def test_reading_nothing_says_so(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="no database at"):
        await Store.open_readonly(url)
    sqlite3.connect(tmp_path / "bot.db").close()
    with pytest.raises(StoreMissing, match="incident-bot run"):
        await Store.open_readonly(url)


async def test_another_version_is_not_read(store: Store, url: str, tmp_path: Path) -> None:
    await store.close()
    for revision, words in (("0000", "db upgrade"), ("9999", "newer version")):
        with sqlite3.connect(tmp_path / "bot.db") as other:
            other.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        other.close()
        with pytest.raises(StoreMissing, match=words):
            await Store.open_readonly(url)
    with pytest.raises(StoreError, match="newer version"):
        await Store.open(url)


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d"])
async def test_a_wrong_url_is_told(url: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        await Store.open(url)


def test_plain_urls_get_their_driver() -> None:
    assert engines.parse("sqlite:////data/x.db").drivername == "sqlite+aiosqlite"
    parsed = engines.parse("postgresql://u:secret@h/db")
    assert parsed.drivername == "postgresql+asyncpg"
    assert engines.sqlite_path(parsed) is None


async def test_a_file_that_is_no_database_is_unavailable(url: str, tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await Store.open(url)


async def test_strange_characters_in_a_path(tmp_path: Path) -> None:
    odd = await Store.open(f"sqlite:///{tmp_path}/50 # bot.db")
    await opened(odd)
    assert await odd.refs() == ["INC-1"]
    await odd.close()


async def test_errors_of_the_caller_pass_through(store: Store) -> None:
    with pytest.raises(FileNotFoundError):
        async with store.unit():
            raise FileNotFoundError("the caller's own")


async def test_old_deliveries_lose_their_contents(store: Store) -> None:
    async with store.unit() as unit:
        await unit.remember(Delivery("s", "1", raw=b"x"), outcome="ok", answer={"a": 1})
    assert await store.expire_deliveries() == 0
    await asyncio.sleep(0)
    assert await store.expire_deliveries(-1.0) == 1
    async with store.unit() as unit:
        assert await unit.seen(Delivery("s", "1")) == {}
