"""Slack or PagerDuty is away, or says no for good. Half a second stands for a minute, by
configuration.

While one is away, nothing of the other's waits; nothing that was acknowledged is lost; and people
are told in words.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.standin import Call, PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage
from tests.journeys.shown import metrics, nothing_left

pytestmark = pytest.mark.journey

MINUTE = 0.5
SCALED = """
[retries]
first = "0.05s"
longest = "0.5s"
tell_after = "0.5s"
give_up_after = "2m"
"""
OUTAGE = 10 * MINUTE
NEVER = 600.0
"""Seconds until a call that hangs is answered: longer than any test."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A bot whose minutes are short."""
    config = tmp_path / "team.toml"
    config.write_text(SCALED)
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path)
        stage.bot.settings["INCIDENT_BOT_CONFIG"] = str(config)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()


async def test_slack_is_away_for_ten_minutes(stage: Stage) -> None:
    """What was typed meanwhile is answered, and shown in order when it is back."""
    alert = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    stage.slack.faults.add("*", status=503, times=None)
    away = asyncio.get_running_loop().time()

    await stage.types(stage.alice, "status mitigated", room)  # whose jobs find out
    await stage.until(lambda: "Slack does not answer" in stage.bot.log(), "it is noticed")
    told = await stage.types(stage.alice, "log pool is full", room)
    assert "pool is full" in told and "Slack's API has not answered the bot since" in told
    assert "has not answered" not in await stage.types(stage.alice, "timeline", room)
    declared = await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    assert "shown when Slack is back" in declared
    for n in range(5):
        await stage.pagerduty.annotate(alert, stage.pd_bob, f"note {n}")
    await stage.types(stage.alice, "resolve rolled back", room)
    # PagerDuty is not away: it is told while Slack still is.
    await stage.until(lambda: status(stage, alert) == "resolved", "resolved in PagerDuty")
    assert len(stage.rooms) == 1
    assert 'incident_bot_away_seconds{target="slack"} 0.0' not in await metrics(stage)
    await asyncio.sleep(max(0.0, away + OUTAGE - asyncio.get_running_loop().time()))

    stage.slack.faults.clear()
    await stage.until(lambda: len(stage.rooms) == 2, "the second room")
    await stage.until(lambda: stage.bob.id in stage.rooms[1].members, "and its people")
    await stage.until(lambda: stage.files("postmortem-INC-1"), "the draft")
    await stage.until(lambda: "note 4" in stage.texts(room), "the notes")
    notes = [m.text for m in room.messages if "Note in PagerDuty" in m.text]
    assert [text[-1] for text in notes] == list("01234")
    await stage.until(lambda: "resolved" in stage.texts(stage.incidents), "the announcement")
    await nothing_left(stage)
    assert stage.bot.log().count("Slack does not answer") == 1
    assert stage.bot.log().count("Slack answers again") == 1
    assert 'incident_bot_away_seconds{target="slack"} 0.0' in await metrics(stage)


async def test_pagerduty_is_away_for_ten_minutes(stage: Stage) -> None:
    """The room hears of it once; what was asked is done when it is back."""
    alerts = [
        await stage.pagerduty.trigger(stage.service, f"Errors {n}", assignees=[stage.pd_alice])
        for n in range(2)
    ]
    room = await stage.room_complete()
    stage.pagerduty.faults.add("*", status=503, times=None)
    began = asyncio.get_running_loop().time()
    answer = await stage.types(stage.alice, "resolve rolled back", room)
    assert "PagerDuty is being asked to resolve 2 alerts" in answer
    await stage.until(lambda: stage.files("postmortem-INC-1"), "Slack waits for nothing")
    # Somebody whom only PagerDuty knows, and somebody whom Slack knows.
    await stage.pagerduty.trigger(
        stage.pagerduty.add_service("Search", stage.service["escalation_policy"]),
        "Search fails",
        assignees=[stage.pd_bob, stage.pd_alice],
    )
    await stage.until(lambda: len(stage.rooms) == 2, "another room")
    other = stage.rooms[1]
    await stage.until(lambda: stage.alice.id in other.members, "who is known is invited")
    await stage.until(lambda: "has not answered since" in stage.texts(room), "the room is told")
    await stage.until(lambda: "has not answered since" in stage.texts(other), "the other, too")
    assert "What is to be done there (resolve 2 alerts, add 2 notes)" in stage.texts(room)
    assert "look up whom to invite" in stage.texts(other)
    assert [status(stage, alert) for alert in alerts] == ["triggered"] * 2
    assert stage.bob.id not in other.members
    await asyncio.sleep(max(0.0, began + OUTAGE - asyncio.get_running_loop().time()))

    stage.pagerduty.faults.clear()
    await stage.until(
        lambda: [status(stage, alert) for alert in alerts] == ["resolved"] * 2, "both resolved"
    )
    await stage.until(lambda: stage.bob.id in other.members, "the other is invited")
    await stage.until(lambda: "PagerDuty confirmed" in stage.texts(room), "confirmed")
    await nothing_left(stage)
    for place in (room, other):
        assert stage.texts(place).count("PagerDuty has not answered since") == 1
    assert stage.bot.log().count("PagerDuty does not answer") == 1
    assert stage.bot.log().count("PagerDuty answers again") == 1


async def test_a_pagerduty_that_hangs_delays_nothing_in_slack(stage: Stage) -> None:
    """Every call to it takes its whole time-out."""
    policy = stage.service["escalation_policy"]
    stage.pagerduty.faults.add("*", delay=NEVER, times=None)
    for n in range(10):
        service = stage.pagerduty.add_service(f"Service {n}", policy)
        await stage.pagerduty.trigger(service, f"Errors {n}")
    await stage.until(lambda: pending(stage.pagerduty.calls), "it is asked")
    await stage.types(stage.charlie, "declare By hand", stage.incidents)
    await stage.until(
        lambda: any(stage.charlie.id in room.members for room in stage.rooms), "invited"
    )
    await stage.until(
        lambda: len(stage.rooms) == 11 and all(r.pins and r.topic for r in stage.rooms), "whole"
    )
    assert all(call.status == 0 for call in stage.pagerduty.calls), "and it has not answered yet"
    await stage.bot.kill()


async def test_a_slack_that_hangs_delays_nothing_in_pagerduty(stage: Stage) -> None:
    """The same the other way round."""
    alert = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    stage.slack.faults.add("*", delay=NEVER, times=None)
    for n in range(10):
        service = stage.pagerduty.add_service(f"S{n}", stage.service["escalation_policy"])
        await stage.pagerduty.trigger(service, f"Errors {n}", assignees=[stage.pd_bob])
    await stage.until(lambda: len(pending(stage.slack.calls)) >= 8, "Slack is asked")
    hanging = pending(stage.slack.calls)[0]
    await stage.types(stage.alice, "resolve rolled back", room)
    await stage.until(lambda: status(stage, alert) == "resolved", "resolved in PagerDuty")
    assert hanging.ended == 0.0 or hanging.status == 0
    await stage.bot.kill()  # it would give what hangs some time


async def test_what_slack_forbids_is_asked_once_and_told_in_the_room(stage: Stage) -> None:
    """Of a room that may not be made, no room can hear: the operator does."""
    stage.slack.faults.add("pins.add", error="restricted_action", times=None)
    stage.slack.faults.add(
        "chat.postMessage",
        error="restricted_action",
        times=None,
        when=lambda args: args["channel"] == stage.incidents.id,
    )
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.until(lambda: stage.rooms, "a room")
    room = stage.rooms[0]
    await stage.until(lambda: "I could not pin the summary" in stage.texts(room), "told")
    await stage.until(lambda: "I could not announce the incident" in stage.texts(room), "told")
    assert "ask a Slack admin" in stage.texts(room)
    await nothing_left(stage, dead=2)
    asked = [c.method for c in stage.slack.calls if c.error == "restricted_action"]
    assert sorted(asked) == ["chat.postMessage", "pins.add"]

    stage.slack.faults.add("conversations.create", error="restricted_action", times=None)
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    await stage.until(lambda: "I could not open the war room" in stage.bot.log(), "told")
    await nothing_left(stage, dead=None)
    asked = [c.method for c in stage.slack.calls if c.error == "restricted_action"]
    assert asked.count("conversations.create") == 1
    assert "No room hears of it" in stage.bot.log()


async def test_a_room_that_is_gone_is_told_to_the_operator(stage: Stage) -> None:
    """Nobody in Slack can hear of it, and it is not asked again and again."""
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await nothing_left(stage)
    stage.slack.faults.add(
        "*", error="channel_not_found", invented=True, times=None,
        when=lambda args: room.id in (args.get("channel"), args.get("channel_id")),
    )  # fmt: skip
    before = len(stage.slack.calls)
    await stage.types(stage.alice, "severity sev1", room)
    await stage.until(lambda: "job dead" in stage.bot.log(), "given up")
    await nothing_left(stage, dead=None)
    refused = [c.method for c in stage.slack.calls[before:] if c.error == "channel_not_found"]
    # What was to change, once each, and once each that it could not be.
    assert sorted(refused) == ["chat.postMessage"] * 2 + ["chat.update", "conversations.info"]
    assert "Invite the bot there" in stage.bot.log()


async def test_a_token_that_is_taken_back_is_told_to_who_types_and_to_the_operator(
    stage: Stage,
) -> None:
    """The room cannot be told: neither is that tried for ever."""
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await nothing_left(stage)
    stage.slack.revoke("token_revoked")
    before = len(stage.slack.calls)
    await stage.types(stage.alice, "severity sev1", room)
    await nothing_left(stage, dead=None)
    answer = await stage.types(stage.alice, "log still here", room)
    assert "does not accept the bot's token" in answer and "SLACK_BOT_TOKEN" in answer
    assert "still here" in answer
    assert "SLACK_BOT_TOKEN" in await stage.types(stage.alice, "help", room)
    await nothing_left(stage, dead=None)
    calls = len(stage.slack.calls)
    assert 0 < calls - before < 12
    log = stage.bot.log()
    assert (
        log.count("Slack does not accept the bot's token\"")
        + log.count("Slack does not accept the bot's token ")
        >= 1
    )
    await asyncio.sleep(2 * MINUTE)
    assert len(stage.slack.calls) == calls, "and that is the end of it"


async def test_a_token_that_pagerduty_refuses_is_told_in_the_room(stage: Stage) -> None:
    """Asked once, with what to check."""
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    stage.pagerduty.faults.add("*", status=401, times=None)
    before = len(stage.pagerduty.calls)
    await stage.types(stage.alice, "resolve", room)
    await stage.until(lambda: "Check PAGERDUTY_API_TOKEN" in stage.texts(room), "told")
    assert "resolve it there by hand" in stage.texts(room)
    await nothing_left(stage, dead=1)
    writes = [c for c in stage.pagerduty.calls[before:] if c.method.startswith("PUT")]
    assert len(writes) == 1


def status(stage: Stage, alert: dict[str, object]) -> str:
    """Where an alert stands in PagerDuty."""
    return str(stage.pagerduty.account.incidents[str(alert["id"])]["status"])


def pending(calls: list[Call]) -> list[Call]:
    """Calls that are not answered yet."""
    return [call for call in calls if not call.ended]
