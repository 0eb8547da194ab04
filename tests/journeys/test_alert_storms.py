"""200 alerts at once, over the real wire, with Slack's own rate limits in force.

One service's alerts are one room, each an entry, told in one message that grows; another service
has its own room. What PagerDuty ends is asked about once, and `/incident resolve` ends the rest.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from tests.journeys.running import Stage

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["http"])]

T = TypeVar("T")

STORM = 200
OTHERS = 20
MESSAGES = 12
"""More than that nobody reads who was just woken up."""
EDITS = 50
"""Slack's limit of chat.update in a minute."""
AT_ONCE = 10
"""Webhooks on their way at a time."""


async def test_a_storm_of_alerts(stage: Stage) -> None:
    """Two services at once, 200 and 20 alerts; one is ended by PagerDuty, one by the room."""
    stage.slack.enforce_tiers = True
    search = stage.pagerduty.add_service("Search", stage.service["escalation_policy"])
    both = [stage.pd_alice, stage.pd_bob]
    payments, searches = await asyncio.gather(
        alerts_of(stage, stage.service, STORM, both), alerts_of(stage, search, OTHERS, both)
    )
    await every_webhook_taken(stage)
    again = await asyncio.gather(*map(stage.pagerduty.redeliver, stage.pagerduty.deliveries[:20]))
    assert {d.status for d in again} == {202}

    await stage.until(lambda: len(stage.rooms) == 2, "a room for each service")
    rooms = {"INC-1": stage.rooms[0], "INC-2": stage.rooms[1]}
    journals = {ref: await journal(stage, ref) for ref in rooms}
    many, few = sorted(journals, key=lambda ref: -len(fired(journals[ref])))
    assert set(fired(journals[many])) == {incident["id"] for incident in payments}
    assert set(fired(journals[few])) == {incident["id"] for incident in searches}
    for ref, count in ((many, STORM), (few, OTHERS)):
        told = f"{count - 1} more alerts joined {ref}, {count} of {count} alerts still open"
        await stage.until(lambda r=rooms[ref], t=told: t in stage.texts(r), told)
        members = rooms[ref].members
        assert {stage.alice.id, stage.bob.id} <= set(members)
        assert len(rooms[ref].bookmarks) == 5
    assert len(calls(stage, "conversations.invite")) <= 4

    first, *rest = searches
    await gently(*(stage.pagerduty.resolve(incident) for incident in rest))
    await every_webhook_taken(stage)
    assert "Is the incident over?" not in stage.texts(rooms[few])
    await stage.pagerduty.resolve(first)
    await every_webhook_taken(stage)
    await stage.until(lambda: "Is the incident over?" in stage.texts(rooms[few]), "asked")
    await stage.until(
        lambda: f"all {OTHERS} alerts resolved" in stage.texts(rooms[few]), "all resolved"
    )

    room, accounts = rooms[many], stage.pagerduty.account.incidents
    answer = await stage.types(stage.alice, "resolve", room)
    assert f"resolve {STORM} alerts" in answer
    for share in (STORM // 4, STORM // 2, STORM):  # each has its own time
        await stage.until(
            lambda n=share: sum(accounts[i["id"]]["status"] == "resolved" for i in payments) >= n,
            f"{share} alerts resolved in PagerDuty",
        )
    await stage.until(lambda: f"confirmed: all {STORM} alerts" in stage.texts(room), "confirmed")
    await stage.until(lambda: f"all {STORM} alerts resolved" in stage.texts(room), "counted")
    await stage.until(lambda: stage.files(f"postmortem-{many}.md"), "the draft in the room")
    written = [c.path.split("/")[2] for c in stage.pagerduty.calls if c.method.startswith("PUT ")]
    assert sorted(written) == sorted(incident["id"] for incident in payments)

    assert stage.texts(rooms[few]).count("Is the incident over?") == 1
    for ref, each in rooms.items():
        assert len(each.messages) < MESSAGES, stage.texts(each)
        assert stage.texts(each).count(f"joined {ref}") == 1
        assert "<!channel>" not in str([message.blocks for message in each.messages])
    assert len(calls(stage, "chat.update")) < EDITS
    assert not [call for call in stage.slack.calls if call.status == 429]
    assert len(stage.rooms) == 2
    assert (await stage.bot.cli("db", "check"))[0] == 0


@pytest.mark.soak
async def test_a_minute_of_alerts(stage: Stage) -> None:
    """200 alerts, spread over a minute: the message grows all the time, within Slack's limits."""
    stage.slack.enforce_tiers = True
    sending = asyncio.gather(*(one_later(stage, n, n * 60 / STORM) for n in range(STORM)))
    await stage.until(
        lambda: stage.rooms and "more alerts joined" in stage.texts(stage.room), "it grows"
    )
    assert f"{STORM - 1} more" not in stage.texts(stage.room)
    await sending
    await every_webhook_taken(stage)
    await stage.until(lambda: f"{STORM - 1} more alerts" in stage.texts(stage.room), "all told")
    edits = [call.started for call in calls(stage, "chat.update")]
    assert all(sum(begin <= at < begin + 60 for at in edits) < EDITS for begin in edits)
    assert len(stage.room.messages) == 2, "the summary and the alerts"
    assert len(calls(stage, "conversations.invite")) == 1
    assert not [call for call in stage.slack.calls if call.status == 429]


async def one_later(stage: Stage, number: int, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await stage.pagerduty.trigger(
        stage.service, f"web-{number} is down", assignees=[stage.pd_alice, stage.pd_bob]
    )


async def alerts_of(
    stage: Stage, service: dict[str, Any], number: int, assignees: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """So many alerts of a service, all under way together."""
    return await gently(
        *(
            stage.pagerduty.trigger(
                service, f"Error rate > {n} % on <!channel> web-{n}", assignees=assignees
            )
            for n in range(1, number + 1)
        )
    )


async def gently(*acts: Coroutine[Any, Any, T]) -> list[T]:
    """All of them, some at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(act: Coroutine[Any, Any, T]) -> T:
        async with turn:
            return await act

    return await asyncio.gather(*map(one, acts))


async def every_webhook_taken(stage: Stage) -> None:
    """As PagerDuty does, sends again what was not answered in time; nothing is refused."""
    done = {d.sent for d in stage.pagerduty.deliveries if d.status == 202}
    for late in [d for d in stage.pagerduty.deliveries if d.sent not in done]:
        assert late.status in (0, 503), late
        assert (await stage.pagerduty.redeliver(late)).status == 202


async def journal(stage: Stage, ref: str) -> list[dict[str, Any]]:
    """The timeline's entries."""
    code, printed = await stage.bot.cli("timeline", ref, "--json")
    assert code == 0, printed
    entries: list[dict[str, Any]] = json.loads(printed)
    return entries


def fired(entries: list[dict[str, Any]]) -> list[str]:
    """The alerts of the entries; each is there once."""
    found = [entry["alert_id"] for entry in entries if entry["kind"] == "alert_triggered"]
    assert len(found) == len(set(found))
    return found


def calls(stage: Stage, method: str) -> list[Any]:
    return [call for call in stage.slack.calls if call.method == method]
