"""One connection of Socket Mode: slack_sdk's client, held to a single connection.

By itself that client closes a connection before it opens the next, which leaves a gap; tries an
address again that is good only once; and writes a traceback at every failed try. Here it opens
one connection and says when it leaves; `socket_mode` opens the next.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.config import is_loopback

CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 1.0
LOOK_SECONDS = 0.1
"""A connection that ends without a close frame is told to nobody: it has to be looked at."""

LOST = "lost"
"""Why a connection left that Slack did not announce to end."""

Take = Callable[["Link", SocketModeRequest], Awaitable[None]]


class NoLink(Exception):
    """The connection did not come about. `reason` is Slack's word, or what happened; it may be
    tried again after `seconds` at the earliest."""

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Link(SocketModeClient):
    """A connection to `url`; `take` is called with each envelope, in a task of its own.

    `ping_seconds`: so often Slack is asked whether it is still there; half of that without an
    answer ends the connection. `in_hand` counts envelopes being worked on.
    """

    def __init__(self, url: str, take: Take, *, ping_seconds: float) -> None:
        super().__init__(
            app_token="",  # for apps.connections.open only, which is not called from here
            logger=_logger(),
            web_client=AsyncWebClient(),
            auto_reconnect_enabled=False,
            ping_interval=ping_seconds,
        )
        self.wss_uri = url
        if is_loopback(url):
            self.proxy = None  # slack_sdk takes HTTP_PROXY and knows no NO_PROXY
        self.reason = ""
        self.in_hand = 0
        self.leaving = asyncio.Event()
        self.gone = asyncio.Event()
        self._greeted = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._take = take
        self.socket_mode_request_listeners.append(self._envelope)

    @property
    def is_up(self) -> bool:
        """Whether Slack has greeted it and it has not ended."""
        session = self.current_session
        return self._greeted.is_set() and session is not None and not session.closed

    async def open(self) -> None:
        """Connect and wait for Slack's greeting. Raises NoLink; the link is closed then."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self.connect()
                await self._first_word()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            await self.close()
            raise NoLink(type(error).__name__) from None  # its context holds the address
        if not self._greeted.is_set():
            await self.close()
            raise NoLink(self.reason)

    async def connect(self) -> None:
        """Open the one connection; errors are the caller's."""
        self.current_session = await self.aiohttp_client_session.ws_connect(
            self.wss_uri or "",
            autoping=False,
            heartbeat=self.ping_interval,
            proxy=self.proxy,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
        )
        self.message_receiver = asyncio.ensure_future(self.receive_messages())
        self._watching = asyncio.create_task(self._watch(self.current_session))

    async def answer(self, acknowledged: Mapping[str, Any]) -> bool:
        """Send an acknowledgement; False when this connection does not take it any more."""
        session = self.current_session
        if session is None or session.closed:
            return False
        try:
            await session.send_str(json.dumps(acknowledged))
        except (aiohttp.ClientError, OSError):
            return False
        return True

    async def close(self) -> None:
        """End it; harmless when it has ended. Handlers at work go on."""
        await super().close()  # type: ignore[no-untyped-call]
        if self._watching is not None:
            self._watching.cancel()
        self._end(LOST)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """What Slack says: its greeting, that this connection ends soon, or an envelope."""
        match message.get("type"):
            case "hello":
                self._greeted.set()
            case "disconnect":
                self.reason = self.reason or str(message.get("reason") or LOST)
                self.leaving.set()
            case _:
                await super().run_message_listeners(message, raw_message)

    async def _envelope(
        self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest
    ) -> None:
        self.in_hand += 1
        try:
            await self._take(self, envelope)
        finally:
            self.in_hand -= 1

    async def _first_word(self) -> None:
        words = {asyncio.ensure_future(e.wait()) for e in (self._greeted, self.leaving)}
        try:
            await asyncio.wait(words, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for word in words:
                word.cancel()

    async def _watch(self, session: aiohttp.ClientWebSocketResponse) -> None:
        ended = False
        while not ended:  # one look more after the end: its last words are told by another task
            ended = session.closed
            await asyncio.sleep(LOOK_SECONDS)
        self._end(LOST)

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.leaving.set()
        self.gone.set()


class _WithoutTraceback(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Errors in one line each."""
        record.exc_info = record.exc_text = None
        return True


def _logger() -> logging.Logger:
    """The SDK's own log: errors only (below, it writes whole messages), and no tracebacks."""
    logger = logging.getLogger("incident_bot.slack.socket_mode.sdk")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_WithoutTraceback())
    return logger
