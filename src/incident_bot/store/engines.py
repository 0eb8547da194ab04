"""Connections: the plain URL of the settings to SQLAlchemy's engines, and the SQLite rules.

SQLite is written by one process through one connection, so that nobody waits for a lock, and read
through others that can only read. Every transaction of the writer begins with BEGIN IMMEDIATE:
with the driver's own mode, concurrent read-modify-writes were lost. Who begins it is in drivers.py.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

from incident_bot.store import postgresql
from incident_bot.store.errors import StoreError, StoreInUse, unavailable
from incident_bot.store.texts import storable_text

T = TypeVar("T")
AnyEngine = Engine | AsyncEngine
"""SQLite's is synchronous: a statement takes less time than the way to a thread and back."""

BUSY_MS = 1500
_WRITERS, _READERS, _REPLICA = 1, 4, 10


def parse(url: str) -> URL:
    """The URL with our driver in it; StoreError when it is none that we serve."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "DATABASE_URL is no database URL. Write sqlite:////abs/path.db or postgresql://…"
        ) from error
    match parsed.get_backend_name():
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise StoreError("DATABASE_URL names no file. Write sqlite:////abs/path.db")
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return postgresql.checked(parsed)
        case other:
            raise StoreError(f"DATABASE_URL names {other}; SQLite and PostgreSQL are served.")


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite URL, else None."""
    return Path(url.database or "").absolute() if url.get_backend_name() == "sqlite" else None


def writer(url: URL) -> AnyEngine:
    """The engine for units of work and the queue. On SQLite it never waits for a lock by itself:
    whoever begins a transaction does, without holding up the event loop."""
    if sqlite_path(url) is None:
        return _postgresql(url, postgresql.WRITING)
    return _sqlite_writer(url, busy_ms=0)


def migrator(url: URL) -> AnyEngine:
    """The engine for migrations: it may take its time."""
    if sqlite_path(url) is None:
        return _postgresql(url, postgresql.MIGRATING)
    return _sqlite_writer(url, busy_ms=BUSY_MS)


def _sqlite_writer(url: URL, busy_ms: int) -> Engine:
    pragmas = (
        "journal_mode = WAL",
        "synchronous = FULL",
        f"busy_timeout = {busy_ms}",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
    )
    return _sqlite(url, _WRITERS, pragmas)


def reader(url: URL) -> AnyEngine:
    """The engine for reads and exports: on SQLite it cannot write and never holds up the writer."""
    path = sqlite_path(url)
    if path is None:
        # One moment for all statements of a read, as on SQLite: a journal must match its state.
        return _postgresql(url, postgresql.READING, isolation_level="REPEATABLE READ")
    readonly = url.set(database=f"file:{_quoted(path)}", query={"mode": "ro", "uri": "true"})
    return _sqlite(readonly, _READERS, (f"busy_timeout = {BUSY_MS}", "query_only = ON"))


def _sqlite(url: URL, connections: int, pragmas: tuple[str, ...]) -> Engine:
    """Connections may go from thread to thread, but are used by one task at a time."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        json_serializer=dump_json,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transaction of its own
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgresql(url: URL, limits: Mapping[str, str], **options: Any) -> AsyncEngine:
    return create_async_engine(
        postgresql.without_options(url),
        pool_pre_ping=True,
        pool_size=_REPLICA,
        max_overflow=0,
        json_serializer=dump_json,
        connect_args=postgresql.arguments(url, limits),
        **options,
    )


def at_once(engine: AnyEngine) -> int:
    """How many connections the engine gives out at a time."""
    assert isinstance(engine.pool, QueuePool | AsyncAdaptedQueuePool)
    return engine.pool.size()


def _quoted(path: Path) -> str:
    """A path for SQLite's own `file:` URI."""
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def dump_json(value: object) -> str:
    """JSON as it is stored: readable text, so that a search of the file finds what is in it."""
    return storable_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


async def within(engine: AnyEngine, work: Callable[[Connection], T]) -> T:
    """Does `work` in one transaction, in a thread where the driver would block."""
    if isinstance(engine, AsyncEngine):
        async with engine.begin() as connection:
            return await connection.run_sync(work)

    def whole() -> T:
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return work(connection)

    return await asyncio.to_thread(whole)


async def looking(engine: AnyEngine, look: Callable[[Connection], T]) -> T:
    """As `within`, for what only reads."""
    if isinstance(engine, AsyncEngine):
        async with engine.connect() as connection:
            return await connection.run_sync(look)

    def whole() -> T:
        with engine.connect() as connection:
            return look(connection)

    return await asyncio.to_thread(whole)


async def dispose(engine: AnyEngine) -> None:
    """Closes the engine's connections."""
    if isinstance(engine, AsyncEngine):
        await engine.dispose()
    else:
        engine.dispose()


async def empty_log(engine: AnyEngine) -> bool:
    """Moves SQLite's write-ahead log into the file and cuts it to nothing; False when a reader
    that still needs it was in the way. Other databases have nothing to do."""
    if isinstance(engine, AsyncEngine):
        return True

    def checkpoint() -> bool:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")  # the writer waits meanwhile
            try:
                row = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first()
            finally:
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        return row is not None and row[0] == 0

    return await asyncio.to_thread(checkpoint)


async def hold(url: URL) -> "ProcessLock | None":
    """Takes the lock of a SQLite file, and makes its folder; None on PostgreSQL.

    StoreInUse when another process has it, StoreUnavailable when the place cannot be written.
    """
    path = sqlite_path(url)
    if path is None:
        return None
    with unavailable():
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        return ProcessLock(path)


class ProcessLock:
    """A lock beside a SQLite file, held while the process lives, so that there is one writer."""

    def __init__(self, path: Path) -> None:
        """Takes the lock; StoreInUse when another process has it."""
        name = path.with_name(path.name + ".lock")
        self._file: IO[str] | None = name.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.seek(0)
            owner = self._file.read().strip() or "unknown"
            self._file.close()
            raise StoreInUse(
                f"{path.name} is in use by another Incident Bot (process {owner}). A SQLite file"
                " serves one process: stop the other one, or use PostgreSQL for several"
                " (DATABASE_URL=postgresql://…)."
            ) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Gives the lock up; a second call does nothing."""
        if self._file is not None:
            self._file.close()
            self._file = None
