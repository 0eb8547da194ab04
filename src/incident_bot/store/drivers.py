"""One connection of each database, with the same four steps: begin, execute, commit, close.

PostgreSQL's driver is asynchronous. SQLite's is not, and is used as it is: a statement on an index
takes some 50 µs, the way to another thread and back as long again, and a unit of work has twenty.
What may take long (a commit waits for the disk, a read of a whole journal) does go to a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection as SyncConnection, CursorResult, Engine, Executable
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from incident_bot.store.engines import BUSY_MS

T = TypeVar("T")

_LOOK_AGAIN = (0.002, 0.05)
"""Seconds between two tries for SQLite's lock: the first pause, and the longest."""


class Driver(Protocol):
    """One connection, for one transaction. Raises what SQLAlchemy raises."""

    dialect: str

    def begun(self) -> bool:
        """True when it could begin without waiting."""

    async def begin(self) -> None:
        """Takes a connection and begins."""

    async def execute(
        self, statement: Executable, parameters: Any, slow: bool
    ) -> CursorResult[Any]:
        """Runs a statement. `slow`: it may take longer than others can wait."""

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """All rows of a question whose answer may be long."""

    def commit(self) -> Awaitable[None]:
        """Makes it last."""

    async def close(self) -> None:
        """Rolls back what is not committed, and gives the connection back."""


class Postgresql:
    """A connection of asyncpg's."""

    dialect = "postgresql"

    def __init__(self, engine: AsyncEngine) -> None:
        self._connection: AsyncConnection = engine.connect()

    def begun(self) -> bool:
        """As Driver: never."""
        return False

    async def begin(self) -> None:
        """As Driver."""
        _ = await self._connection.start()

    async def execute(
        self, statement: Executable, parameters: Any, slow: bool
    ) -> CursorResult[Any]:
        """As Driver: nothing blocks here."""
        return await self._connection.execute(statement, parameters)

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """As Driver."""
        return (await self._connection.execute(query)).mappings().all()

    def commit(self) -> Awaitable[None]:
        """As Driver."""
        return self._connection.commit()

    async def close(self) -> None:
        """As Driver."""
        if self._connection.sync_connection is not None:
            await self._connection.close()


class Sqlite:
    """A connection of sqlite3's. `begin` is BEGIN IMMEDIATE for a writer, BEGIN for a reader."""

    dialect = "sqlite"

    def __init__(self, engine: Engine, threads: ThreadPoolExecutor, begin: str) -> None:
        self._engine = engine
        self._threads = threads
        self._begin = begin
        self._connection: SyncConnection | None = None

    def begun(self) -> bool:
        """As Driver: nearly always, for who else should have the lock?"""
        if self._connection is None:
            self._connection = self._engine.connect()
        raw = self._connection.connection.dbapi_connection
        assert raw is not None
        try:
            raw.execute(self._begin)
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return False
            self._connection.exec_driver_sql(self._begin)  # SQLAlchemy says what is wrong
        return True

    async def begin(self) -> None:
        """As Driver. Another process (a backup, a shell) may hold the lock: tried for 1.5 s."""
        until, pause = time.monotonic() + BUSY_MS / 1000, _LOOK_AGAIN[0]
        while not self.begun():
            if time.monotonic() > until:
                assert self._connection is not None
                self._connection.exec_driver_sql(self._begin)  # and says what is in the way
                return
            await asyncio.sleep(pause)
            pause = min(_LOOK_AGAIN[1], 2 * pause)

    async def execute(
        self, statement: Executable, parameters: Any, slow: bool
    ) -> CursorResult[Any]:
        """As Driver."""
        connection = self._connection
        assert connection is not None
        if not slow:
            return connection.execute(statement, parameters)
        return await self._apart(lambda: connection.execute(statement, parameters))

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """As Driver."""
        connection = self._connection
        assert connection is not None
        return await self._apart(lambda: connection.execute(query).mappings().all())

    def commit(self) -> Awaitable[None]:
        """As Driver."""
        assert self._connection is not None
        return self._apart(self._connection.commit)

    async def close(self) -> None:
        """As Driver."""
        if self._connection is not None:
            self._connection.close()

    def _apart(self, call: Callable[[], T]) -> Awaitable[T]:
        try:
            return asyncio.get_running_loop().run_in_executor(self._threads, call)
        except RuntimeError as error:  # whoever still works when the store is closed
            raise OSError("the database is closed") from error
