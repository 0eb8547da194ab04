"""Socket Mode: Slack reaches the bot through connections that the bot opens.

Two connections at once: Slack sends any payload to any of them, so that the end of one leaves no
gap. An announced end opens the successor first. Nothing is acknowledged before the work is done
(`build_app`); what was not acknowledged, Slack sends again, and the inbox knows it.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.request import SocketModeRequest

from incident_bot.effects import Later
from incident_bot.slack.envelopes import acknowledgement
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.socket_link import LOST, Link, NoLink
from incident_bot.slack.socket_words import what_to_do

LINKS = 2
PING_SECONDS = 5.0
FIRST_WAIT, MOST_WAIT = 0.5, 30.0
"""Seconds between tries to connect; doubled at each failure."""
SETTLED_SECONDS = 2.0
"""A connection that lasted so long was a success: when it ends, the next is opened at once."""
LEAVE_SECONDS = 12.0
"""Slack closes a connection about 10 s after it has announced to."""
ANSWER_SECONDS = 2.9
"""After an envelope came in, its acknowledgement must have gone out (Slack gives 3)."""
STOP_SECONDS = 3.0
SAY_AGAIN = 600.0

Count = Callable[[str, str], None]
"""Hears of every envelope: its kind, and `answered`, `unanswered`, `refused`, `failed` or
`turned_away`."""

log = structlog.get_logger(__name__)


class SocketMode:
    """Keeps `links` connections and brings envelopes to Bolt.

    `gateway` calls with the app-level token. `reconnected` is told when a connection is up after a
    time without any. Tests shorten the times, all in seconds.
    """

    def __init__(
        self,
        app: AsyncApp,
        gateway: Gateway,
        *,
        count: Count = lambda kind, outcome: None,
        links: int = LINKS,
        ping_seconds: float = PING_SECONDS,
        waits: tuple[float, float] = (FIRST_WAIT, MOST_WAIT),
        reconnected: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._app = app
        self._gateway = gateway
        self._count = count
        self._wanted = links
        self._ping_seconds = ping_seconds
        self._waits = waits
        self._reconnected = reconnected
        self._links: set[Link] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._leavers: set[asyncio.Task[None]] = set()
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._first_tried = asyncio.Event()
        self._stopping = False
        self._was_up = False
        self._missed: asyncio.Task[None] | None = None
        self._trouble = ""
        self._said_at = 0.0

    def start(self) -> list[asyncio.Task[None]]:
        """Begin to connect, and connect again whenever a connection ends; the tasks that do."""
        self._keepers = [
            asyncio.create_task(self._keep(number), name=f"socket-mode-{number}")
            for number in range(self._wanted)
        ]
        return list(self._keepers)

    @property
    def links(self) -> list[Link]:
        """The connections that are up."""
        return [link for link in self._links if link.is_up]

    def missing(self) -> list[str]:
        """Why Slack cannot reach the bot yet, in words; empty from the first connection on.

        When Slack is away later the bot stays ready: it still takes PagerDuty's webhooks, which
        a load balancer would keep from it otherwise. The log and the metrics tell then.
        """
        if self._was_up:
            return []
        why = f": {self._trouble}" if self._trouble else ""
        return [f"Slack's Socket Mode is not connected{why}"]

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take nothing more, let what is in hand be answered for so many seconds, and close."""
        self._stopping = True
        if self._missed is not None:
            self._missed.cancel()
        for task in (*self._keepers, *self._leavers):
            task.cancel()
        await asyncio.gather(*self._keepers, *self._leavers, return_exceptions=True)
        await asyncio.gather(*(link.close() for link in self._links if not link.in_hand))
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=seconds)
            if late:
                log.warning("stopped before Slack was answered", envelopes=len(late))
            for task in late:
                task.cancel()
        await asyncio.gather(*(link.close() for link in list(self._links)))

    async def _keep(self, number: int) -> None:
        """One connection after another, for ever."""
        if number:  # one call after the other: Slack allows few of them
            await self._first_tried.wait()
        current: Link | None = None
        failures = 0
        while True:
            try:
                following = await self._open()
            except NoLink as trouble:
                failures += 1
                self._say(trouble.reason)
                await asyncio.sleep(max(trouble.seconds, self._wait(failures)))
                continue
            finally:
                self._first_tried.set()
            if current is not None and not current.gone.is_set():
                self._let_leave(current)
            current, began = following, time.monotonic()
            await current.leaving.wait()
            log.info("a connection of Socket Mode ends", reason=current.reason)
            failures = 0 if time.monotonic() - began > SETTLED_SECONDS else failures + 1
            if failures > 1 or (failures and current.reason == LOST):
                await asyncio.sleep(self._wait(failures))

    def _wait(self, failures: int) -> float:
        first, most = self._waits
        return min(most, first * 2.0 ** min(failures - 1, 10)) * random.uniform(0.75, 1.25)

    async def _open(self) -> Link:
        """A connection that Slack has greeted. Raises NoLink."""
        try:
            answer = await self._gateway.call("apps.connections.open", urgent=True)
        except SlackRefused as refused:
            raise NoLink(refused.code) from None
        except Later as later:
            raise NoLink(str(later), later.seconds or 0.0) from None
        except Exception as error:  # outermost edge: the bot goes on, and another try may do
            raise NoLink(type(error).__name__) from None
        link = Link(str(answer.get("url")), self._take, ping_seconds=self._ping_seconds)
        try:
            await link.open()
        except asyncio.CancelledError:
            await link.close()
            raise
        if not self._links:
            log.info("Slack's Socket Mode is connected")
        # One that is leaving may be gone on Slack's side already: nothing is surely heard by it.
        heard = any(not each.leaving.is_set() for each in self._links)
        if not heard and self._reconnected is not None:
            self._missed = asyncio.create_task(self._hear_of(self._reconnected))
        self._trouble = ""
        self._was_up = True
        self._links.add(link)
        watching = asyncio.create_task(self._forget(link))
        self._leavers.add(watching)
        watching.add_done_callback(self._leavers.discard)
        return link

    async def _hear_of(self, reconnected: Callable[[], Awaitable[object]]) -> None:
        """For a while nothing could come, before the first connection too: somebody may want to
        know what was missed."""
        try:
            await reconnected()
        except Exception as error:  # outermost edge: the connection is up all the same
            log.warning("what was missed is not looked for", error=type(error).__name__)

    async def _forget(self, link: Link) -> None:
        await link.gone.wait()
        self._links.discard(link)
        await link.close()

    def _let_leave(self, link: Link) -> None:
        """Slack ends what it announced to end; what it forgets, we end."""

        async def leave() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await link.gone.wait()
            await link.close()

        leaving = asyncio.create_task(leave())
        self._leavers.add(leaving)
        leaving.add_done_callback(self._leavers.discard)

    def _say(self, reason: str) -> None:
        """One line for a trouble, not one for each try."""
        words = what_to_do(reason)
        now = time.monotonic()
        if words != self._trouble or now - self._said_at > SAY_AGAIN:
            log.warning(f"Slack's Socket Mode does not connect: {words}")
            self._said_at = now
        self._trouble = words

    async def _take(self, link: Link, envelope: SocketModeRequest) -> None:
        """Do what an envelope asks for and acknowledge it."""
        if self._stopping:
            self._count(envelope.type, "turned_away")
            return
        task = asyncio.current_task()
        assert task is not None
        self._in_hand.add(task)
        outcome = "failed"
        came = time.monotonic()
        try:
            answer = await run_async_bolt_app(self._app, envelope)
            acknowledged = acknowledgement(envelope, answer)
            if acknowledged is None:
                outcome = "refused"
                log.warning("envelope not taken", kind=envelope.type, status=answer.status)
            elif await self._answer(link, acknowledged, came + ANSWER_SECONDS):
                outcome = "answered"
            else:
                outcome = "unanswered"
                log.warning("no connection to answer Slack over", kind=envelope.type)
        except Exception as error:  # outermost edge: nobody waits for this task
            log.error("envelope failed", kind=envelope.type, error=type(error).__name__)
        finally:
            self._in_hand.discard(task)
            self._count(envelope.type, outcome)

    async def _answer(self, link: Link, acknowledged: Mapping[str, Any], until: float) -> bool:
        """Over the connection that it came by, or any other that is up before it is too late.

        One that Slack is about to end comes last: what it carries then may not be read any more.
        """
        while True:
            ways = sorted((link, *self.links), key=lambda way: way.leaving.is_set())
            for each in ways:
                if await each.answer(acknowledged):
                    return True
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.05)
