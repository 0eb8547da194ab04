"""Many rooms at once under Slack's real limits: when each was asked for, had its people, was whole.

The floor: Slack lets 20 channels be made, 20 topics set, 20 messages pinned and 20 bookmarks added
in a minute, and takes one message a second into the announcement channel. So the 21st room cannot
come before the minute is over that the first one began.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incident_bot.standin import Call
from tests.journeys.running import Stage

PATIENCE = 110.0
"""Seconds until the story is called stuck."""

PRIORITIES = ("P4", "P2", "P5", "P1", "P3")
WHOLE = ("conversations.setTopic", "pins.add", "bookmarks.add")


@dataclass(frozen=True)
class RoomOpened:
    """Seconds on the monotonic clock. `order` is its place by severity, then age."""

    title: str
    order: tuple[int, int]
    asked: float
    created: float
    invited: float
    whole: float


async def open_rooms(stage: Stage, number: int) -> list[RoomOpened]:
    """An alert of a service of its own for each, one right after the other, with every priority;
    the rooms in the order of their alerts, when all are complete."""
    asked: dict[str, tuple[float, tuple[int, int]]] = {}
    policy = stage.service["escalation_policy"]
    for n in range(number):
        priority = PRIORITIES[n % len(PRIORITIES)]
        service = stage.pagerduty.add_service(f"Service {n}", policy)
        title = f"{priority} room {n}"
        asked[title] = (time.monotonic(), (int(priority[1]), n))
        await stage.pagerduty.trigger(service, title, assignees=[stage.pd_alice], priority=priority)
    async with asyncio.timeout(PATIENCE):
        while not _complete(stage, number):
            await asyncio.sleep(0.1)
    return [_opened(stage, title, *of) for title, of in asked.items()]


def _complete(stage: Stage, number: int) -> bool:
    return (
        len(stage.rooms) == number
        and len(stage.incidents.messages) == number
        and all(
            room.topic and room.pins and room.bookmarks and len(room.members) > 1
            for room in stage.rooms
        )
    )


def _opened(stage: Stage, title: str, asked: float, order: tuple[int, int]) -> RoomOpened:
    number = order[1]
    slug = title.lower().replace(" ", "-")
    [room] = [room for room in stage.rooms if room.name.endswith(slug)]
    done = [c for c in stage.slack.calls if c.ok]
    here = [c for c in done if room.id in (c.args.get("channel"), c.args.get("channel_id"))]
    key = f"INC-{number + 1}/announce"
    announced = _only(
        c for c in done if c.method == "chat.postMessage" and key in str(c.args.get("metadata"))
    )
    return RoomOpened(
        title,
        order,
        asked,
        _only(c for c in done if (c.answer.get("channel") or {}) and _made(c) == room.id).started,
        _only(c for c in here if c.method == "conversations.invite").ended,
        max([announced.ended, *(c.ended for c in here if c.method in WHOLE)]),
    )


def _made(call: Call) -> str | None:
    return call.answer["channel"]["id"] if call.method == "conversations.create" else None


def _only(calls: Iterable[Call]) -> Call:
    [call] = calls
    return call


def told(rooms: Sequence[RoomOpened], calls: Sequence[Call]) -> str:
    """The figures as a table."""
    lines = [f"{len(calls)} calls, {sum(c.status == 429 for c in calls)} of them answered 429"]
    for what in ("created", "invited", "whole"):
        took = sorted(getattr(room, what) - room.asked for room in rooms)
        middle = took[len(took) // 2]
        lines.append(
            f"{what:8} min {took[0]:6.2f} s  median {middle:6.2f} s  max {took[-1]:6.2f} s"
        )
    return "\n".join(lines)
