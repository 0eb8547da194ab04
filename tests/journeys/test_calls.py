"""What each thing that a person does costs in calls to Slack, counted over the wire.

An answer costs none: it travels in the acknowledgement. A form costs the one call that opens it.
Everything else is a job behind the answer, and the table says which.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with SlackStandIn() as slack, PagerDutyStandIn() as pagerduty:
        stage = Stage(slack, pagerduty, tmp_path)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()


class Till:
    """Counts the calls between two moments at which the bot has nothing left to do."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._database = stage.bot.folder / "bot.db"
        self._seen = 0

    def _busy(self) -> int:
        with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True) as database:
            query = "SELECT count(*) FROM job WHERE state IN ('waiting', 'running')"
            return int(database.execute(query).fetchone()[0])

    async def closed(self) -> Mapping[str, int]:
        """The calls since the last time, by method."""
        await self._stage.until(lambda: self._busy() == 0, "the bot at rest")
        await asyncio.sleep(0.05)
        calls = [call.method for call in self._stage.slack.calls]
        new, self._seen = calls[self._seen :], len(calls)
        return dict(Counter(new))


EDIT = {"chat.update": 1}
"""The summary, in place."""
HEADLINE = {"chat.update": 2, "conversations.info": 1, "conversations.setTopic": 1}
"""Summary and announcement in place, and the topic, which is looked at before it is set."""

TYPED: tuple[tuple[str, Mapping[str, int]], ...] = (
    ("", {}),
    ("help", {}),
    ("help log", {}),
    ("list", {}),
    ("status", {}),
    ("severity", {}),
    ("role", {}),
    ("action", {}),
    ("timeline", {}),
    ("lgo something happened", {}),
    ("log Rolled back", {}),
    ("note well The alert came at once", {}),
    ("why The pool was exhausted", {}),
    ("impact Affected users: 1,500", EDIT),
    ("impact start -5m", EDIT),
    ("action P1 Add an index", EDIT),
    ("severity sev2 many customers", HEADLINE),
    ("status mitigated", HEADLINE),
)


async def test_what_is_typed_in_the_war_room(stage: Stage) -> None:
    await stage.types(stage.alice, "declare sev3 Checkout fails", stage.incidents)
    room = await stage.room_complete()
    till = Till(stage)
    await till.closed()
    counted = {}
    for text, _ in TYPED:
        await stage.types(stage.alice, text, room)
        counted[text] = await till.closed()
    assert counted == dict(TYPED)
