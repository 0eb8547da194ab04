"""Updates under the announcement, whatever becomes of Slack's answers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from incident_bot.domain.decision import JobKind
from incident_bot.effects import Later
from incident_bot.standin.slack.scene import Message
from tests.slack.stage import Stage, a_stage

AT = "2025-10-27T14:40:00+00:00"
KEY = "INC-1/update/3"
SAID: dict[str, Any] = {
    "text": "Error rate is <falling>",
    "details": "- 3%",
    "at": AT,
    "by": {"name": "Bob Johnson", "handle": "bob", "slack_id": "U2"},
    "next": "2025-10-27T15:10:00+00:00",
}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An incident with its room, announced."""
    async with a_stage() as made:
        made.slack.add_channel("incidents")
        stage = await made.with_room()
        await stage.perform(JobKind.ANNOUNCE, "INC-1/announce")
        yield stage


def replies(stage: Stage) -> list[Message]:
    channel = next(c for c in stage.slack.channels.values() if c.name == "incidents")
    return [message for message in channel.messages if message.is_reply]


async def test_it_is_a_reply_that_says_who_when_and_when_next(stage: Stage) -> None:
    await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    (reply,) = replies(stage)
    announced = stage.shelf.results["INC-1/announce"]
    assert reply["thread_ts"] == announced["ts"]
    assert reply.text == "Update: Error rate is &lt;falling&gt;"
    shown = str(reply.blocks)
    for part in ("- 3%", "<@U2>", "<!date^1761576000", "next update due <!date^1761577800"):
        assert part in shown


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_once_whatever_gets_lost(stage: Stage, drop: str) -> None:
    stage.slack.faults.add("chat.postMessage", drop=drop)
    await stage.perform_through(JobKind.POST_UPDATE, KEY, SAID)
    assert len(replies(stage)) == 1


async def test_a_correction_is_seen_in_its_place(stage: Stage) -> None:
    await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    corrected = {"posted": KEY, "text": "It is gone", "details": "", "at": AT}
    await stage.perform(JobKind.EDIT_UPDATE, f"{KEY}/4", corrected)
    (reply,) = replies(stage)
    assert reply.text == "Update: It is gone"
    assert "corrected" in str(reply.blocks) and "<@U2>" in str(reply.blocks)


async def test_one_that_is_withdrawn_says_so_and_nothing_else(stage: Stage) -> None:
    await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    await stage.perform(JobKind.EDIT_UPDATE, f"{KEY}/4", {"posted": KEY})
    (reply,) = replies(stage)
    assert reply.text == "This update was withdrawn."
    assert "falling" not in str(reply.blocks)


async def test_an_announcement_that_somebody_removed_is_let_go(stage: Stage) -> None:
    channel = next(c for c in stage.slack.channels.values() if c.name == "incidents")
    channel.messages.clear()
    done = await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    assert done.result == {"gone": "cannot_reply_to_message"}
    assert (await stage.perform(JobKind.EDIT_UPDATE, f"{KEY}/4", {"posted": KEY})).result == {}


async def test_without_an_announcement_nothing_is_posted(stage: Stage) -> None:
    stage.shelf.results["INC-1/announce"] = {}
    assert (await stage.perform(JobKind.POST_UPDATE, KEY, SAID)).result == {}
    del stage.shelf.results["INC-1/announce"]
    with pytest.raises(Later):
        await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    assert replies(stage) == []


async def test_of_a_private_one_nothing_is_ever_posted(stage: Stage) -> None:
    stage.incident = stage.incident.model_copy(update={"private": True})
    await stage.perform(JobKind.POST_UPDATE, KEY, SAID)
    await stage.perform(JobKind.EDIT_UPDATE, f"{KEY}/4", {"posted": KEY})
    assert replies(stage) == []


async def test_the_longest_update_fits(stage: Stage) -> None:
    await stage.perform(
        JobKind.POST_UPDATE, KEY, {**SAID, "text": "<" * 3_000, "details": "&" * 20_000}
    )
    assert len(replies(stage)) == 1
