"""A stand-in in Socket Mode and the bot's end of it, with short times."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs

from incident_bot.slack.gateway import Gateway
from incident_bot.slack.socket_mode import SocketMode
from incident_bot.standin import Channel, SlackStandIn, User
from tests.slack.desk_kit import FakeService, incident, make_app

WAIT = 20.0
"""Seconds until a test is called stuck."""


@dataclass
class Wired:
    """A stand-in in Socket Mode, and a bot that connects to it."""

    slack: SlackStandIn
    service: FakeService
    app: AsyncApp
    socket_mode: SocketMode
    counts: Counter[tuple[str, str]]
    alice: User
    room: Channel
    logs: list[Any] = field(default_factory=list)
    caught_up: list[int] = field(default_factory=list)
    """One for each time that somebody was told to look for what was missed."""

    async def until(self, true: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(WAIT):
                while not true():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.logs}") from None

    async def connected(self, links: int = 2) -> None:
        await self.until(
            lambda: len(self.slack.socket.links) == links == len(self.socket_mode.links),
            f"{links} connections",
        )

    async def typed(self, text: str = "log Pool is full", **more: Any) -> str:
        answer = await self.slack.command(self.alice, text, self.room, **more)
        assert answer.problem is None, (answer, self.logs)
        return answer.text

    def warnings(self) -> list[str]:
        return [e["event"] for e in self.logs if e["log_level"] == "warning"]


@asynccontextmanager
async def a_wire() -> AsyncIterator[Wired]:
    """Nothing is connected yet."""
    async with SlackStandIn(socket_mode=True) as slack:
        alice = slack.add_user("alice")
        room = slack.add_channel("inc-1", members=[alice])
        service = FakeService(incident(room=room.id))
        app = make_app(service, secret=None)
        gateway = Gateway(SecretStr(slack.app_token), slack.url)
        counts: Counter[tuple[str, str]] = Counter()
        caught_up: list[int] = []

        async def catch_up() -> None:
            caught_up.append(len(socket_mode.links))

        socket_mode = SocketMode(
            app,
            gateway,
            count=lambda kind, outcome: counts.update([(kind, outcome)]),
            ping_seconds=0.4,
            waits=(0.05, 0.2),
            reconnected=catch_up,
        )
        with capture_logs() as logs:
            yield Wired(slack, service, app, socket_mode, counts, alice, room, logs, caught_up)
            await socket_mode.stop(0.5)
            await gateway.close()
