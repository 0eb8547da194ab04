"""The database's checks: files and servers, before the first start, beside a bot, and broken."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_bot.check import Status
from incident_bot.check.postgresql import server_findings
from incident_bot.check.sqlite_file import file_system, space_findings
from incident_bot.store import Store, migrate
from tests.check.conftest import only, says
from tests.databases import sql

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
Env = dict[str, str]


@pytest.fixture
def a_file(env: Env, tmp_path: Path) -> Path:
    """Where the database is, or will be."""
    path = tmp_path / "data" / "bot.db"
    env["DATABASE_URL"] = f"sqlite:///{path}"
    return path


def traces(path: Path) -> dict[str, bytes]:
    """Every file beside the database, with what is in it."""
    folder = path.parent
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}


async def test_before_the_first_start_nothing_is_made(env: Env, a_file: Path) -> None:
    await says(env, "database", OK, str(a_file), "`run` makes it")
    await says(env, "database.migrations", OK, "empty")
    assert not a_file.parent.exists()


async def test_a_closed_file_is_read_without_a_trace(env: Env, a_file: Path) -> None:
    await (await Store.open(env["DATABASE_URL"])).close()
    before = traces(a_file)
    await says(env, "database", OK, str(a_file))
    await says(env, "database.migrations", OK, f"version {migrate.HEAD}, the program's own")
    assert traces(a_file) == before


async def test_beside_a_running_bot_it_is_said_so(env: Env, a_file: Path) -> None:
    store = await Store.open(env["DATABASE_URL"])
    try:
        await says(env, "database", OK, f"a running bot (process {os.getpid()})")
        await says(env, "database.migrations", OK, f"version {migrate.HEAD}")
    finally:
        await store.close()
    await (await Store.open(env["DATABASE_URL"])).close()  # the lock was left alone


async def test_an_empty_file_is_as_good_as_none(env: Env, a_file: Path) -> None:
    a_file.parent.mkdir()
    a_file.touch()
    await says(env, "database.migrations", OK, "empty")


async def test_a_newer_database_is_refused(env: Env, a_file: Path) -> None:
    await (await Store.open(env["DATABASE_URL"])).close()
    sql(env["DATABASE_URL"], "UPDATE alembic_version SET version_num = '9999'")
    await says(env, "database.migrations", FAIL, "newer version", "Update the program")


async def test_a_database_that_is_half_there_is_refused(env: Env, a_file: Path) -> None:
    await (await Store.open(env["DATABASE_URL"])).close()
    sql(env["DATABASE_URL"], "DROP TABLE alembic_version")
    await says(env, "database.migrations", FAIL, "alembic_version", "Restore")


async def test_another_file_is_refused(env: Env, a_file: Path) -> None:
    a_file.parent.mkdir()
    a_file.write_text("Dear diary, " * 1000)
    await says(env, "database.migrations", FAIL, "cannot be read", "SQLite file?")


async def test_a_folder_in_place_of_the_file(env: Env, a_file: Path) -> None:
    a_file.mkdir(parents=True)
    await says(env, "database", FAIL, "is no file", "DATABASE_URL")
    await says(env, "database.migrations", SKIP)


async def test_a_file_in_place_of_the_folder(env: Env, a_file: Path) -> None:
    a_file.parent.write_text("in the way")
    await says(env, "database", FAIL, "is no folder", "DATABASE_URL")


@pytest.mark.skipif(os.getuid() == 0, reason="the administrator may write everywhere")
async def test_a_folder_that_is_somebody_elses(env: Env, a_file: Path) -> None:
    a_file.parent.mkdir(mode=0o500)
    await says(env, "database", FAIL, "cannot be written", "chown")


@pytest.mark.parametrize(
    ("free", "statuses"), [(2**20, [FAIL]), (100 * 2**20, [WARN]), (2**30, [])]
)
def test_the_space_that_is_left(free: int, statuses: list[Status]) -> None:
    assert [f.status for f in space_findings(Path("/data"), free)] == statuses


MOUNTS = """\
overlay / overlay rw 0 0
/dev/vdb /data ext4 rw 0 0
server:/x /data/shared nfs4 rw 0 0
/dev/vdc /my\\040disk xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/bot.db", "overlay"),
        ("/data/bot.db", "ext4"),
        ("/database/bot.db", "overlay"),
        ("/data/shared/bot.db", "nfs4"),
        ("/my disk/bot.db", "xfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind
    assert file_system(Path(path), "") == ""


# PostgreSQL


@pytest.mark.postgres
async def test_an_empty_server_is_good_and_stays_empty(env: Env, postgresql_url: str) -> None:
    env["DATABASE_URL"] = postgresql_url
    await says(env, "database", OK, "PostgreSQL", "several bots")
    await says(env, "database.migrations", OK, "empty")
    assert sql(postgresql_url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []


@pytest.mark.postgres
async def test_a_server_that_is_in_use_is_good(env: Env, postgresql_url: str) -> None:
    env["DATABASE_URL"] = postgresql_url
    store = await Store.open(postgresql_url)
    try:
        await says(env, "database.migrations", OK, f"version {migrate.HEAD}")
    finally:
        await store.close()
    sql(postgresql_url, "UPDATE alembic_version SET version_num = '9999'")
    await says(env, "database.migrations", FAIL, "newer version")


@pytest.mark.postgres
async def test_a_wrong_password_is_said_without_it(
    env: Env, new_postgresql: Callable[[], str]
) -> None:
    url = new_postgresql()
    user, _, rest = url.partition("//")[2].partition("@")
    env["DATABASE_URL"] = f"postgresql://{user.partition(':')[0]}:hunter2hunter2@{rest}"
    one = await only(env, "database")
    if one.status is OK:
        pytest.skip("this server lets everybody in")
    assert one.status is FAIL
    assert "refuses the login" in one.sentence and "hunter2" not in one.sentence


async def test_a_server_that_is_away_is_told_once(env: Env) -> None:
    env["DATABASE_URL"] = "postgresql://bot:hunter2@127.0.0.1:1/incidents"
    await says(env, "database", FAIL, "127.0.0.1:1/incidents", "refused", "DATABASE_URL")
    await says(env, "database.migrations", SKIP)
    assert "hunter2" not in (await only(env, "database")).sentence


async def test_offline_asks_no_server(env: Env) -> None:
    env["DATABASE_URL"] = "postgresql://bot:hunter2@127.0.0.1:1/incidents"
    assert (await only(env, "database", offline=True)).status is SKIP


SEEN = {
    "version": 160004,
    "encoding": "UTF8",
    "standby": False,
    "schema": "public",
    "may_create": True,
    "tls": True,
}


@pytest.mark.parametrize(
    ("change", "local", "status", "words"),
    [
        ({}, False, OK, "with TLS"),
        ({"tls": False}, True, OK, "on this machine"),
        ({"tls": False}, False, WARN, "sslmode"),
        ({"version": 120001}, True, WARN, "PostgreSQL 12"),
        ({"standby": True}, True, FAIL, "primary"),
        ({"may_create": False}, True, FAIL, "GRANT"),
        ({"schema": None, "may_create": None}, True, FAIL, "GRANT"),
        ({"encoding": "LATIN1"}, True, FAIL, "UTF8"),
    ],
)
def test_what_a_server_says_of_itself(
    change: dict[str, Any], local: bool, status: Status, words: str
) -> None:
    [line] = server_findings("db:5432/bot", {**SEEN, **change}, local=local)
    assert line.status is status
    assert words in line.sentence
