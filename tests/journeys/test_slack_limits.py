"""Thirty rooms in a minute, and a Slack that enforces its limits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.standin import Call, PagerDutyStandIn, SlackStandIn
from tests.journeys.rooms_at_once import RoomOpened, open_rooms, told
from tests.journeys.running import Stage
from tests.journeys.shown import nothing_left

pytestmark = pytest.mark.journey

ROOMS = 30
TIER_2 = 20
TWO_CALLS_AT_ONCE = 0.5
"""Seconds by which two calls that were begun one after the other may arrive out of turn."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot, and a Slack with its real limits."""
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        slack.enforce_tiers = True
        stage = Stage(slack, pagerduty, tmp_path)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()


@pytest.mark.timeout(180)
async def test_thirty_rooms_in_a_minute_under_slacks_limits(stage: Stage) -> None:
    """All complete, nothing dead, hardly a 429, and the worst come first."""
    rooms = await open_rooms(stage, ROOMS)
    print(told(rooms, stage.slack.calls))
    limited = [call for call in stage.slack.calls if call.status == 429]
    assert len(limited) <= len(stage.slack.calls) / 100, [call.method for call in limited]
    await nothing_left(stage)
    by_creation = sorted(rooms, key=lambda room: room.created)
    assert in_order(by_creation[TIER_2:]) == []


async def test_thirty_edits_that_had_to_wait_are_one_or_two_calls(stage: Stage) -> None:
    """Each shows the incident as it is then: the first that goes says it all."""
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    stage.slack.faults.add("chat.update", status=429, retry_after=6)
    await stage.types(stage.alice, "impact start 10:00", room)
    await stage.until(lambda: edits(stage, status=429), "a limit is met")
    await asyncio.gather(
        *(stage.types(stage.alice, f"impact start 10:{n:02}", room) for n in range(30))
    )
    await stage.until(lambda: edits(stage, status=200), "it is over")
    await nothing_left(stage)
    assert len(edits(stage, status=200)) <= 2


def edits(stage: Stage, *, status: int) -> list[Call]:
    """Edits of messages that were answered so."""
    return [c for c in stage.slack.calls if c.method == "chat.update" and c.status == status]


def in_order(rooms: list[RoomOpened]) -> list[tuple[str, str]]:
    """Pairs of which the second should have had its people before the first."""
    return [
        (first.title, second.title)
        for first in rooms
        for second in rooms
        if first.invited + TWO_CALLS_AT_ONCE < second.invited and first.order > second.order
    ]
