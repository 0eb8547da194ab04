"""Transactions that a cancelled task cannot break.

A deadline may cancel whoever waits for the database at any moment. If the cancellation reached the
driver, a connection could be left behind with its transaction open, and on SQLite nobody could
write again. So each call of the driver runs to its end in a task of its own, and the cancellation
takes effect after it.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from incident_bot.store import engines
from incident_bot.store.errors import StoreUnavailable, unavailable

T = TypeVar("T")

_WAIT_SECONDS = 10.0


async def to_the_end(call: Coroutine[Any, Any, T], *, too_late: bool = False) -> T:
    """Awaits a call; when cancelled meanwhile, lets it end first.

    `too_late`: what is done then stays done, so the cancellation is forgotten and the outcome
    told. Whoever's deadline fell into the commit must not hear "not recorded".
    """
    task = asyncio.ensure_future(call)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if too_late:
            return task.result()
        if not task.cancelled():
            task.exception()  # nobody else will ask for it
        raise


class Connection:
    """One transaction's connection: all that the rest of the store uses of SQLAlchemy's."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Runs a statement; StoreUnavailable when the database does not do it."""
        with unavailable():
            return await to_the_end(self._connection.execute(statement, parameters))


async def _started(connection: AsyncConnection) -> None:
    _ = await connection.start()


class Database:
    """An engine, and the queue before it: who waits for a connection may give up at any time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns = asyncio.Semaphore(engines.at_once(engine))
        self.dialect = engine.dialect.name

    @asynccontextmanager
    async def transaction(self, *, told: bool = False) -> AsyncIterator[Connection]:
        """Commits when the block ends well, else leaves nothing.

        `told`: a cancellation that falls into the commit is forgotten, for the caller must learn
        that it was recorded. Not for loops under a deadline: they would never hear of its end.
        """
        async with self._turn():
            connection = self._engine.connect()
            try:
                with unavailable():
                    await to_the_end(_started(connection))
                yield Connection(connection)
                with unavailable():
                    await to_the_end(connection.commit(), too_late=told)
            finally:
                if connection.sync_connection is not None:
                    with suppress(StoreUnavailable), unavailable():  # it is thrown away then
                        await to_the_end(connection.close(), too_late=told)

    async def empty_log(self) -> bool:
        """See engines.empty_log."""
        async with self._turn():
            with unavailable():
                return await to_the_end(engines.empty_log(self._engine))

    async def dispose(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("too many are waiting for the database") from error
        try:
            yield
        finally:
            self._turns.release()
