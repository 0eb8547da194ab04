"""The HTTP side that both stand-ins share: a server on a free port and a client session."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web


class Wire(ABC):
    """Serves an aiohttp application on 127.0.0.1 and holds a client session for the way back.

    Use as an async context manager. Port 0 takes a free port. `client_timeout` is how many
    seconds the stand-in waits for the bot before it gives up.
    """

    def __init__(self, port: int = 0, client_timeout: float = 30.0) -> None:
        self._wanted_port = port
        self._client_timeout = client_timeout
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self._echoes: set[asyncio.Task[None]] = set()
        self.port = 0

    @abstractmethod
    def application(self) -> web.Application:
        """The routes to serve."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The client session; RuntimeError before `start()`."""
        if self._session is None:
            raise RuntimeError("the stand-in is not running: use `async with` or `start()`")
        return self._session

    async def start(self) -> None:
        """Listen. OSError when the wanted port is taken."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._wanted_port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        timeout = aiohttp.ClientTimeout(total=self._client_timeout)
        self._session = aiohttp.ClientSession(timeout=timeout)

    def echo_later(self, telling: Coroutine[Any, Any, None]) -> None:
        """Tell the bot of its own doing, in the background."""
        task = asyncio.create_task(telling)
        self._echoes.add(task)
        task.add_done_callback(self._echoes.discard)

    async def settled(self) -> None:
        """Wait until all echoes have been sent."""
        while self._echoes:
            await asyncio.gather(*self._echoes)

    async def stop(self) -> None:
        """Give up echoes not yet sent, close session and server; harmless when not started."""
        for task in list(self._echoes):
            task.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def hang_up(request: web.Request) -> web.Response:
    """Close the connection without an answer; what is returned never reaches the client."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
