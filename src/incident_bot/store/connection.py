"""Transactions that a cancelled task cannot break.

A deadline may cancel whoever waits for the database at any moment. If the cancellation reached the
driver, a connection could be left behind with its transaction open, and on SQLite nobody could
write again. So each call of the driver runs to its end in a task of its own.

Before the commit the cancellation takes effect at once: nothing can be recorded any more, and a
person must not wait for a lock that the driver waits for. The call that is left, and the closing
of its connection, go on behind the back of whoever gave up; the turn is kept until then. Only a
commit whose outcome must be told is waited for: nothing but its end says whether it was recorded.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncEngine

from incident_bot.store import engines
from incident_bot.store.drivers import Driver, Postgresql, Sqlite
from incident_bot.store.errors import (
    UNSURE,
    StoreConflict,
    StoreOverdue,
    StoreUnavailable,
    StoreUnsure,
    committing,
    unavailable,
)

T = TypeVar("T")

WRITES, READS = "BEGIN IMMEDIATE", "BEGIN DEFERRED"
_WAIT_SECONDS = 10.0
_TRIES = 4
_CLOSE_SECONDS = 3.0
_MOMENT = 0.3
"""Seconds that a commit is still waited for after a deadline: of the 3 that Slack waits for an
answer, the listeners' deadline leaves half a second."""


async def to_the_end(call: Awaitable[T]) -> T:
    """Awaits a call; forgets a cancellation meanwhile, for what is done then stays done.

    Whoever's deadline fell into the commit must not hear "not recorded".
    """
    task = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        return task.result()


async def persistently(work: Callable[[], Awaitable[T]], *, recognised: bool = False) -> T:
    """Does a whole transaction; from the start again when somebody else was first.

    `recognised`: the work notices when it was done already, so it may also be done again when a
    commit's outcome is not known. If it then cannot be done, it is StoreUnsure still.
    """
    tries, unsure = 0, None
    while True:
        tries += 1
        try:
            return await work()
        except StoreUnsure as error:
            if not recognised or tries == _TRIES or isinstance(error, StoreOverdue):
                raise
            unsure = error
        except StoreUnavailable as error:
            if isinstance(error, StoreConflict) and tries < _TRIES:
                continue
            if unsure is not None:
                raise unsure from error
            raise


class Connection:
    """One transaction's connection: all that the rest of the store uses of SQLAlchemy's."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.left: asyncio.Future[Any] | None = None

    @property
    def on_postgresql(self) -> bool:
        """True on PostgreSQL, where others may write at the same moment."""
        return self.driver.dialect == "postgresql"

    async def execute(
        self, statement: Executable, parameters: Any = None, *, slow: bool = False
    ) -> CursorResult[Any]:
        """Runs a statement; StoreUnavailable when the database does not do it.

        `slow` is for what looks at more than a few rows: others must not wait for it.
        """
        with unavailable():
            if slow or self.on_postgresql:
                return await self.run(self.driver.execute(statement, parameters, slow))
            return await self.driver.execute(statement, parameters, slow)

    async def rows(self, query: Executable) -> Sequence[RowMapping]:
        """All rows of a question whose answer may be long."""
        with unavailable():
            return await self.run(self.driver.rows(query))

    async def run(self, call: Awaitable[T]) -> T:
        """Awaits a call; when cancelled meanwhile, leaves it to `close`."""
        task = asyncio.ensure_future(call)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.left = task
            raise

    async def told(self, commit: Awaitable[None]) -> None:
        """Awaits a commit; when cancelled meanwhile, for a moment longer."""
        task = asyncio.ensure_future(commit)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task], timeout=_MOMENT)
            if not task.done():
                self.left = task
                raise StoreOverdue(UNSURE) from None
            task.result()

    async def close(self) -> None:
        """Rolls back what is not committed and gives the driver's connection back."""
        if self.left is not None:
            await asyncio.wait([self.left])
            if not self.left.cancelled():
                self.left.exception()  # nobody else will ask for it
        with suppress(StoreUnavailable), unavailable():  # it is thrown away then
            await self.driver.close()


class Database:
    """An engine, and the queue before it: who waits for a connection may give up at any time."""

    def __init__(self, engine: engines.AnyEngine, begin: str = WRITES) -> None:
        self._engine = engine
        self._begin = begin
        self._turns = asyncio.Semaphore(engines.at_once(engine))
        self._ending: set[asyncio.Future[None]] = set()
        self._threads = ThreadPoolExecutor(engines.at_once(engine), thread_name_prefix="database")
        self.dialect = engine.dialect.name

    @asynccontextmanager
    async def transaction(self, *, told: bool = False) -> AsyncIterator[Connection]:
        """Commits when the block ends well, else leaves nothing.

        `told`: a cancellation that falls into the commit is forgotten, for the caller must learn
        that it was recorded; or is StoreOverdue, when it still is not after a moment. Not for loops
        under a deadline: they would never hear of its end.
        """
        await self._take_turn()
        connection = Connection(self._driver())
        try:
            with unavailable():
                if not connection.driver.begun():
                    await connection.run(connection.driver.begin())
            yield connection
            with committing():
                commit = connection.driver.commit()
                await (connection.told(commit) if told else connection.run(commit))
        finally:
            await self._finish(connection, told)

    async def _finish(self, connection: Connection, told: bool) -> None:
        if connection.left is None and not connection.on_postgresql:
            return await self._end(connection)  # never waits, so nothing can come between
        ending = asyncio.ensure_future(self._end(connection))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        if connection.left is None:
            await (to_the_end(ending) if told else asyncio.shield(ending))

    async def empty_log(self) -> bool:
        """See engines.empty_log."""
        await self._take_turn()
        try:
            with unavailable():
                return await to_the_end(engines.empty_log(self._engine))
        finally:
            self._turns.release()

    async def dispose(self) -> None:
        """Closes every connection, those that somebody gave up on included; a server that hangs is
        not waited for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if self._ending:
                    await asyncio.wait(self._ending)
                await engines.dispose(self._engine)
        self._threads.shutdown(wait=False)

    def _driver(self) -> Driver:
        if isinstance(self._engine, AsyncEngine):
            return Postgresql(self._engine)
        return Sqlite(self._engine, self._threads, self._begin)

    async def _end(self, connection: Connection) -> None:
        try:
            await connection.close()
        finally:
            self._turns.release()

    async def _take_turn(self) -> None:
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("too many are waiting for the database") from error
