"""Reminders, updates and the end of a room, over the wire and through SIGKILL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn
from incident_bot.standin.slack.scene import Message
from incident_bot.store.queue import LEASE
from tests.journeys.replicas import Replicas
from tests.journeys.running import RunningBot, Stage

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["http"])]

NO_IC = "has no Incident Commander"
SECRET = "only-on-this-machine"
ONLY_NO_IC = """
[reminders]
no_ic = "{after}"
update_due = false
no_impact_start = false
most = {most}
"""


def configure(bot: RunningBot, text: str) -> None:
    """What its team decides; read at its start."""
    (bot.folder / "incident-bot.toml").write_text(text, encoding="utf-8")


@pytest.fixture
async def stopped(mode: str, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage whose bot is not started yet; whatever runs in the end is stopped."""
    async with (
        SlackStandIn(socket_mode=mode == "socket") as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path, database_url)
        yield stage
        if stage.bot.process is not None:
            await stage.bot.stop()


def with_words(channel: Channel, words: str) -> list[Message]:
    return [message for message in channel.messages if words in message.text]


def button(message: Message, action: str) -> dict[str, Any]:
    elements = [e for block in message.blocks for e in block.get("elements", [])]
    found: dict[str, Any] = next(e for e in elements if e.get("action_id") == action)
    return found


async def clock(stage: Stage, to: datetime) -> None:
    """It is `to` now, and the bot looks what there is to be reminded of."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{stage.bot.url}/demo/clock",
            json={"now": to.isoformat(), "remind": True},
            headers={"X-Demo-Clock": SECRET},
        ) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def test_killed_before_it_is_due_and_while_it_is_said(stopped: Stage) -> None:
    """It comes all the same, and once."""
    stage = stopped
    configure(stage.bot, ONLY_NO_IC.format(after="4s", most=1))
    await stage.bot.start()
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await stage.bot.kill()
    assert with_words(room, NO_IC) == []

    said = stage.slack.faults.add(
        "chat.postMessage", drop="after", when=lambda args: NO_IC in str(args)
    )
    await stage.bot.start()
    await stage.until(lambda: said.met, "the reminder is being said")
    await stage.bot.kill()
    await stage.bot.start()
    await stage.until(
        lambda: with_words(room, NO_IC) and not unfinished(stage), "said, and known to be said"
    )
    await asyncio.sleep(2.5)  # another look
    assert len(with_words(room, NO_IC)) == 1
    assert (await stage.bot.cli("db", "check"))[0] == 0


def unfinished(stage: Stage) -> bool:
    """True while the bot has not looked for a message that it may have sent."""
    calls = [call.method for call in stage.slack.calls]
    last = len(calls) - 1 - calls[::-1].index("chat.postMessage")
    return "conversations.history" not in calls[last:]


async def test_put_off_dismissed_and_settled(stopped: Stage) -> None:
    """On the demo's clock: what anybody pressed stands in the place of the reminder."""
    stage = stopped
    stage.bot.settings["INCIDENT_BOT_DEMO_CLOCK"] = SECRET
    configure(stage.bot, ONLY_NO_IC.format(after="5m", most=2))
    await stage.bot.start()
    now = datetime(2025, 10, 27, 14, 0, tzinfo=UTC)
    await clock(stage, now)
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await clock(stage, now + timedelta(minutes=4))
    assert with_words(room, NO_IC) == []
    await clock(stage, now + timedelta(minutes=6))
    await stage.until(lambda: with_words(room, NO_IC), "reminded")
    (first,) = with_words(room, NO_IC)

    pressed = button(first, "snooze_reminder")
    await stage.slack.click(stage.bob, room, first.ts, "snooze_reminder", pressed["value"])
    await stage.until(lambda: "put a reminder off" in first.text, "in its place")
    await clock(stage, now + timedelta(minutes=30))
    await clock(stage, now + timedelta(minutes=37))
    await stage.until(lambda: len(with_words(room, "so nobody decides")) == 1, "and again")
    (again,) = with_words(room, "so nobody decides")
    claim = button(again, "claim_role")
    await stage.slack.click(stage.alice, room, again.ts, "claim_role", claim["value"])
    await stage.until(lambda: "is now Incident Commander" in stage.texts(room), "taken")
    late = button(again, "dismiss_reminder")
    before = len(stage.slack.ephemerals)
    await stage.slack.click(stage.bob, room, again.ts, "dismiss_reminder", late["value"])
    await stage.until(lambda: len(stage.slack.ephemerals) > before, "settled already")
    assert "settled" in str(stage.slack.ephemerals[-1])
    await clock(stage, now + timedelta(hours=5))
    assert len(with_words(room, "so nobody decides")) == 1


async def test_a_room_is_archived_with_notice_and_reopened_in_words(stopped: Stage) -> None:
    stage = stopped
    stage.bot.settings["INCIDENT_BOT_DEMO_CLOCK"] = SECRET
    await stage.bot.start()
    now = datetime(2025, 10, 27, 14, 0, tzinfo=UTC)
    await clock(stage, now)
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await stage.types(stage.alice, "resolve Rolled back", room)
    await stage.until(lambda: stage.files("postmortem"), "the draft")

    await clock(stage, now + timedelta(days=6, minutes=1))
    await stage.until(lambda: with_words(room, "will be archived"), "notice")
    assert not room.is_archived
    await clock(stage, now + timedelta(days=7, minutes=2))
    await stage.until(lambda: room.is_archived, "archived")

    answer = await stage.types(stage.bob, "INC-1 reopen The errors are back", stage.incidents)
    assert "only a person can open it again" in answer
    await stage.until(
        lambda: "resolved" not in stage.incidents.messages[0].text, "announced as open"
    )
    await stage.slack.archive(stage.bob, room, on=False)
    await stage.until(lambda: "open" in room.topic, "the room shows how it stands now")
    code, printed = await stage.bot.cli("timeline", "INC-1")
    assert code == 0 and "could not" not in printed


async def test_an_update_is_told_once_to_each_who_should_know(stopped: Stage) -> None:
    """Under the announcement and in the room, typed here or there, through a lost answer."""
    stage = stopped
    await stage.bot.start()
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    (announcement,) = stage.incidents.messages
    stage.slack.faults.add("chat.postMessage", drop="after", when=lambda args: "thread_ts" in args)
    await stage.types(stage.bob, "INC-1 update The error rate falls", stage.incidents)
    await stage.until(lambda: with_words(room, "The error rate falls"), "the room is told")
    await stage.types(stage.bob, "update All is well again", room)
    await stage.until(
        lambda: with_words(stage.incidents, "Update: All is well again"), "both are posted"
    )
    replies = [m for m in stage.incidents.messages if m.get("thread_ts") == announcement.ts]
    assert [m.text for m in replies if m.is_reply] == [
        "Update: The error rate falls",
        "Update: All is well again",
    ]
    said = [m for m in with_words(room, "The error rate falls") if "Update #" in m.text]
    assert len(said) == 1

    number = said[0].text.partition("Update #")[2].partition(",")[0]
    await stage.types(stage.bob, f"edit {number} The error rate is flat", room)
    await stage.until(
        lambda: with_words(stage.incidents, "Update: The error rate is flat"), "corrected"
    )
    await stage.types(stage.bob, f"edit {number} --retract wrong", room)
    await stage.until(lambda: with_words(stage.incidents, "withdrawn"), "withdrawn")


@pytest.mark.postgres
async def test_two_replicas_say_it_once(mode: str, postgresql_url: str, tmp_path: Path) -> None:
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        replicas = Replicas(Stage(slack, pagerduty, tmp_path, postgresql_url), 2)
        stage = replicas.stage
        for bot in replicas.bots:
            configure(bot, ONLY_NO_IC.format(after="1s", most=3))
        try:
            await replicas.start()
            for title in ("Checkout", "Search", "Login"):
                await stage.types(stage.alice, f"declare {title} is slow", stage.incidents)
            await replicas.until(
                lambda: [len(with_words(room, NO_IC)) for room in stage.rooms] == [3, 3, 3],
                "three times in each room",
                60.0,
            )
            await replicas.settled(LEASE)
            assert replicas.doubled() == []
            told = await replicas.rows("SELECT 1 FROM entry WHERE kind = 'reminded'")
            assert len(told) == 9
        finally:
            await replicas.end()
