"""Opening, reading beside a running bot, and what the operator is told."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from incident_bot.store import (
    Delivery,
    Store,
    StoreError,
    StoreInUse,
    StoreMissing,
    StoreUnavailable,
    engines,
    migrate,
)
from tests.databases import ONLY_SQLITE, path_of
from tests.store.stories import opened


@ONLY_SQLITE  # a file is written by one process; PostgreSQL is for several
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
    assert await migrate.upgrade(f"sqlite:///{tmp_path}/c/bot.db") == (None, migrate.HEAD)


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


@ONLY_SQLITE
async def test_reading_no_file_says_so(url: str) -> None:
    with pytest.raises(StoreMissing, match="no database at"):
        await Store.open_readonly(url)
    sqlite3.connect(path_of(url)).close()
    with pytest.raises(StoreMissing, match="incident-bot run"):
        await Store.open_readonly(url)


@pytest.mark.postgres
async def test_reading_an_empty_database_says_so(postgresql_url: str) -> None:
    with pytest.raises(StoreMissing, match="incident-bot run"):
        await Store.open_readonly(postgresql_url)


@pytest.mark.parametrize("wrong", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://h/d"])
async def test_a_wrong_url_is_told(wrong: str) -> None:
    with pytest.raises(StoreError, match="DATABASE_URL"):
        await Store.open(wrong)


def test_plain_urls_get_their_driver() -> None:
    assert engines.parse("sqlite:////data/x.db").drivername == "sqlite+pysqlite"
    for scheme in ("postgresql", "postgres", "postgresql+psycopg2"):
        parsed = engines.parse(f"{scheme}://u:secret@h/db")
        assert parsed.drivername == "postgresql+asyncpg"
        assert engines.sqlite_path(parsed) is None


@ONLY_SQLITE
async def test_a_file_that_is_no_database_is_unavailable(url: str) -> None:
    path_of(url).write_bytes(b"no database at all" * 100)
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
