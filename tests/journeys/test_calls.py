"""What each thing that a person does costs in calls to Slack, counted over the wire.

An answer costs none: it travels in the acknowledgement. A form costs the one call that opens it.
Everything else is a job behind the answer, and the table says which.
"""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn
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


Doing = Callable[[Stage, Channel], Awaitable[object]]


async def _opens_update(stage: Stage, room: Channel) -> None:
    answered = await stage.slack.click(stage.alice, room, room.pins[0], "open_update")
    assert answered.problem is None
    assert stage.slack.modal(stage.alice)["callback_id"] == "update"


async def _submits_update(stage: Stage, room: Channel) -> None:
    view = stage.slack.modal(stage.alice)
    answered = await stage.slack.submit(stage.alice, view, {"text": "We are rolling back"})
    assert answered.problem is None
    with pytest.raises(LookupError):
        stage.slack.modal(stage.alice)


async def _joins(stage: Stage, room: Channel) -> None:
    announced = next(m.ts for m in stage.incidents.messages if m.get("thread_ts", m.ts) == m.ts)
    answered = await stage.slack.click(stage.charlie, stage.incidents, announced, "join")
    assert answered.problem is None


async def _claims(stage: Stage, room: Channel) -> None:
    answered = await stage.slack.click(stage.alice, room, room.pins[0], "claim_role:comms")
    assert answered.problem is None


async def _pins(stage: Stage, room: Channel) -> None:
    message = await stage.slack.message(stage.alice, room, "The pool is exhausted")
    await stage.slack.react(stage.alice, room, message.ts, "pushpin")


async def _pins_again(stage: Stage, room: Channel) -> None:
    await stage.slack.react(stage.charlie, room, room.messages[-1].ts, "pushpin")


async def _chats(stage: Stage, room: Channel) -> None:
    await stage.slack.message(stage.alice, room, "Has anybody seen this before?")


async def _opens_home(stage: Stage, room: Channel) -> None:
    await stage.slack.open_home(stage.alice)


LOOKED_AT = {"chat.update": 2, "conversations.info": 1}
"""The same where the topic says already what it would say."""
UPDATED = {**LOOKED_AT, "chat.postMessage": 2}
PRIVATE_WORD = {"conversations.open": 1, "chat.postMessage": 1}
"""A direct message."""

DONE: tuple[tuple[str, Doing, Mapping[str, int]], ...] = (
    ("opens the form of an update", _opens_update, {"views.open": 1}),
    ("submits it: told in the room and under the announcement", _submits_update, UPDATED),
    ("joins, never seen before", _joins, {"users.info": 1, "conversations.invite": 1}),
    ("claims a role", _claims, {**LOOKED_AT, **PRIVATE_WORD}),
    ("pins a message", _pins, {"reactions.get": 1}),
    ("pins what another has pinned", _pins_again, {"reactions.get": 1}),
    ("writes in the room", _chats, {}),
    ("opens the Home", _opens_home, {"views.publish": 1}),
)


async def test_what_is_pressed_and_filled_in(stage: Stage) -> None:
    await stage.types(stage.alice, "declare sev3 Checkout fails", stage.incidents)
    room = await stage.room_complete()
    till = Till(stage)
    await till.closed()
    counted = {}
    for what, doing, _ in DONE:
        await doing(stage, room)
        counted[what] = await till.closed()
    assert counted == {what: calls for what, _, calls in DONE}


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
