"""A database of the first release, with everything in it, is brought to today's tables.

`first_schema.sql` was written by the program of revision 0001 itself: INC-1 resolved, with its
postmortem delivered, an entry corrected and one blanked; INC-2 private and open; INC-3 open, with
jobs waiting, running and dead; INC-4 killed while its room was being created. It is never edited
and never made again: nothing of today could write it any more.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity, Status
from incident_bot.effects import Done
from incident_bot.postmortem import write_postmortem
from incident_bot.service import Service
from incident_bot.store import Delivery, Job, JobState, Store, engines, migrate
from tests.databases import on_sqlite, path_of, sql

DATA = Path(__file__).with_name("first_schema.sql")
FIRST = "0001"
ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U00000A01"))
Rows = dict[str, list[dict[str, Any]]]


def rows_of_the_file() -> Rows:
    """Every row by table, a table after those that it points to."""
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.row_factory = sqlite3.Row
        memory.executescript(DATA.read_text())
        names = [
            row[0] for row in memory.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        names.sort(key=lambda name: (bool(points_to(memory, name)), name))
        return {
            name: [dict(row) for row in memory.execute(f'SELECT * FROM "{name}"')] for name in names
        }


def points_to(connection: sqlite3.Connection, table: str) -> list[Any]:
    """The foreign keys of a table."""
    return connection.execute(f'PRAGMA foreign_key_list("{table}")').fetchall()


async def load(url: str) -> None:
    """The database as the first release left it."""
    if on_sqlite(url):
        with closing(sqlite3.connect(path_of(url))) as connection:
            connection.executescript(DATA.read_text())
    else:
        await make_first_tables(url)
        await insert(url, rows_of_the_file())
    # This machine's clock may be behind the file's, and leases go by real time.
    long_ago = time.time() - 3600
    sql(url, f"UPDATE job SET due_at = {long_ago} WHERE due_at > {long_ago}")


async def make_first_tables(url: str) -> None:
    """The tables of revision 0001, made by its own script."""

    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(migrate.folder()).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)

    engine = engines.migrator(engines.parse(url))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


async def insert(url: str, rows: Rows) -> None:
    """SQLite's rows as PostgreSQL wants them, texts of JSON kept to the letter."""
    connection = await asyncpg.connect(url, timeout=30)
    try:
        for table, found in rows.items():
            await connection.execute(f'DELETE FROM "{table}"')  # what the script put in
            types = dict(
                await connection.fetch(
                    "SELECT column_name, data_type FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND table_name = $1",
                    table,
                )
            )
            for row in found:
                names = ", ".join(f'"{name}"' for name in row)
                places = ", ".join(f"${n + 1}" for n in range(len(row)))
                values = [fitting(types[name], value) for name, value in row.items()]
                await connection.execute(
                    f'INSERT INTO "{table}" ({names}) VALUES ({places})', *values
                )
        for table in ("job", "person"):
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
            )
    finally:
        await connection.close()


def fitting(data_type: str, value: Any) -> Any:
    """A value of SQLite's in this type of PostgreSQL."""
    if value is None:
        return None
    match data_type:
        case "boolean":
            return bool(value)
        case "timestamp with time zone":
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        case "timestamp without time zone":
            return datetime.fromisoformat(value)
        case _:
            return value


def counts(url: str) -> dict[str, int]:
    """How many rows each table of the first release has."""
    found = rows_of_the_file()
    return {name: sql(url, f'SELECT COUNT(*) FROM "{name}"')[0][0] for name in found}


@pytest.fixture
def old(url: str) -> Iterator[str]:
    """The URL of a database that the first release left."""
    asyncio.run(load(url))
    yield url


async def test_the_file_is_of_the_first_release_and_has_what_it_says() -> None:
    """Or the other tests here would prove nothing."""
    rows = rows_of_the_file()
    assert rows["alembic_version"] == [{"version_num": FIRST}]
    assert {row["status"] for row in rows["incident"]} == {"open", "acknowledged", "resolved"}
    assert {row["private"] for row in rows["incident"]} == {0, 1}
    assert {row["redacted"] for row in rows["entry"]} == {0, 1}
    assert any(row["supersedes"] for row in rows["entry"])
    assert {row["state"] for row in rows["job"]} == {state.value for state in JobState}
    assert all(rows.values()), [name for name, found in rows.items() if not found]


async def test_every_journal_verifies_and_no_row_is_lost(old: str) -> None:
    before = counts(old)
    assert before["incident"] == 4
    store = await Store.open(old)
    try:
        assert sql(old, "SELECT version_num FROM alembic_version")[0][0] == migrate.HEAD
        assert await store.refs() == ["INC-1", "INC-2", "INC-3", "INC-4"]
        assert [await store.verify(ref) for ref in await store.refs()] == [None] * 4
        assert counts(old) == before
    finally:
        await store.close()


async def test_what_was_known_is_known(old: str) -> None:
    """State, journal, people, alerts, room names, and where messages are."""
    store = await Store.open(old)
    try:
        one, two, three = [await store.incident(f"INC-{n}") for n in (1, 2, 3)]
        assert one is not None and two is not None and three is not None
        assert (one.status, one.severity) == (Status.RESOLVED, Severity.SEV1)
        assert one.title == "Error rate > 1% — größer als üblich"
        summary = await store.posted("INC-1/summary")
        assert one.room is not None and summary is not None
        assert one.room.channel_id == summary.channel
        assert (two.status, two.private) == (Status.OPEN, True)
        assert (three.status, three.severity) == (Status.ACKNOWLEDGED, Severity.SEV2)
        draft = write_postmortem(one, await store.journal("INC-1"), Policy())
        for words in ("Connection pool exhausted", "50 of 50 in use", "v2.3.3", "🔥", "[redacted]"):
            assert words in draft, words
        person = await store.person(slack_id="U00000A01")
        assert person is not None and person.person.name == "Alice Smith"
        assert await store.room_names("INC-4"), "the name that was reserved before the kill"
    finally:
        await store.close()


async def test_what_was_unfinished_is_finished(old: str) -> None:
    """In the lanes' order, knowing what was begun; the dead stay dead."""
    unfinished = {
        row["key"] for row in rows_of_the_file()["job"] if row["state"] in ("waiting", "running")
    }
    begun = {row["key"] for row in rows_of_the_file()["job"] if row["fence"]}
    store = await Store.open(old)
    service = Service(store, Policy())
    try:
        done = []
        while (job := await store.queue.claim("today")) is not None:
            assert job.started_before == (job.key in begun)
            await service.finish(job, performed(job))
            done.append(job.key)
        assert unfinished <= set(done)
        assert await store.queue.pending() == []
        topics = [key for key in done if key.startswith("INC-3/topic/")]
        assert topics == sorted(topics, key=lambda key: int(key.rpartition("/")[2]))
        assert done.index("INC-4/room") < done.index("INC-4/invite/1")
        assert (await store.counts()).jobs["dead"] == 1
        four = await store.incident("INC-4")
        assert four is not None and four.room is not None
        assert [await store.verify(ref) for ref in await store.refs()] == [None] * 4
    finally:
        await store.close()


def performed(job: Job) -> Done:
    """What the outside would have answered."""
    match job.kind:
        case JobKind.CREATE_ROOM:
            room = c.RecordRoom(actor=BOT, channel_id="C00000F01", name="incident-of-old")
            return Done({"channel": "C00000F01"}, room)
        case JobKind.INVITE:
            invited = c.RecordInvitation(
                actor=BOT, people=(Person(name="Alice", slack_id="U00000A01"),)
            )
            return Done({}, invited)
        case _:
            return Done({"channel": "C00000F01", "ts": "1.2"})


async def test_the_story_goes_on(old: str) -> None:
    """New incidents and entries; what was delivered before is known; a group finds its incident."""
    inbox = rows_of_the_file()["inbox"]
    webhook = next(
        row for row in inbox if row["kind"] == "incident.triggered" and row["ref"] == "INC-3"
    )
    store = await Store.open(old)
    service = Service(store, Policy())
    try:
        new = (await service.handle(c.Declare(actor=ALICE, title="A new one"))).incident
        assert new is not None and new.ref == "INC-5"
        known = Delivery(webhook["source"], webhook["id"])
        assert not await service.keep(known, "again")
        await service.handle(c.LogEntry(actor=ALICE, headline="Still here"), ref="INC-2")
        await service.handle(c.Resolve(actor=ALICE), ref="INC-3")
        with pytest.raises(Refusal):
            await service.handle(c.Resolve(actor=ALICE), ref="INC-1")
        assert [await store.verify(ref) for ref in await store.refs()] == [None] * 5
    finally:
        await store.close()
