"""One bot for all examples of a module: it stays the same process, as in real life."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from incident_bot.standin.faults import Call
from tests.fuzz.hostile import alive_in_call
from tests.order.living import World, a_world

OWN_HOSTS = frozenset({"standin.pagerduty.com", "acme.pagerduty.com"})


@dataclass
class Den:
    """A world with a running bot, its loop, and what was looked at so far."""

    world: World
    runner: asyncio.Runner
    lines: list[dict[str, Any]] = field(default_factory=list)
    _calls: int = 0

    def run(self, story: Any) -> Any:
        """Let it happen in the bot's loop."""
        return self.runner.run(story)

    def check(self) -> None:
        """Nothing hostile has reached Slack since the last look, and nothing broke in the bot."""
        calls: list[Call] = self.world.slack.calls[self._calls :]
        self._calls += len(calls)
        alive = [
            each for call in calls for each in alive_in_call(self.world.slack, call, OWN_HOSTS)
        ]
        assert alive == []
        broken = [line for line in self.lines if line["log_level"] in ("error", "critical")]
        self.lines.clear()
        assert broken == []

    async def settled(self) -> None:
        """Wait a little for the messages that are on their way."""
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def den() -> Iterator[Den]:
    """The bot and its world."""
    with (
        structlog.testing.capture_logs() as lines,
        asyncio.Runner() as runner,
    ):
        stack = AsyncExitStack()
        world = runner.run(stack.enter_async_context(a_world()))
        yield Den(world, runner, lines)
        runner.run(stack.aclose())
