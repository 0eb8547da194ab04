"""Three `incident-bot run` on one PostgreSQL: no leader, nothing twice, nothing left undone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn, User
from incident_bot.store.queue import LEASE
from tests.journeys.lived import TAKEN_OVER, all_is_there_once, lived_through
from tests.journeys.replicas import Replicas
from tests.journeys.running import RunningBot, Stage

pytestmark = [pytest.mark.journey, pytest.mark.postgres]

KILL_EVERY = 3.0
PAUSED = LEASE + 3.0
BETWEEN = 1.5
"""Seconds: between two kills; from SIGSTOP to SIGCONT; between two alerts."""


@pytest.fixture
async def replicas(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Replicas]:
    """Slack, PagerDuty and three bots, none of them started."""
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        slack.notices = True
        found = Replicas(Stage(slack, pagerduty, tmp_path, postgresql_url))
        yield found
        await found.end()


async def test_who_was_stopped_with_a_job_in_hand_does_nothing_twice(replicas: Replicas) -> None:
    """Stopped with an answer under way to it and the next call, the one that counts, still to
    make; or while it waits for its turn to send. Another has done all of it when it goes on, with
    its lease long over."""
    stage, (first, second, _) = replicas.stage, replicas.bots
    slack, pagerduty = stage.slack, stage.pagerduty
    await first.start()
    services = [pagerduty.add_service(name, stage.service["escalation_policy"]) for name in "ABC"]
    alerts = [
        await pagerduty.trigger(service, f"{service['name']} is slow", assignees=[stage.pd_alice])
        for service in services
    ]
    await replicas.until(lambda: len(stage.rooms) == 3, "three rooms")
    await replicas.settled(30)
    rooms = {room.name.removesuffix("-is-slow")[-1]: room for room in stage.rooms}

    # a: a message tried before. b: the topic, and a message a moment after another one.
    # c: the draft, and a note in PagerDuty tried before.
    slack.faults.add("chat.postMessage", status=503, when=lambda args: "tried" in str(args))
    pagerduty.faults.add("POST /incidents/{id}/notes", status=503)
    met = [
        slack.faults.add("conversations.history", delay=8.0),
        pagerduty.faults.add("GET /incidents/{id}/notes", delay=8.0),
        slack.faults.add("files.getUploadURLExternal", delay=8.0),
        slack.faults.add(
            "conversations.info", delay=8.0, when=lambda args: args["channel"] == rooms["b"].id
        ),
    ]
    await pagerduty.annotate(alerts[0], stage.pd_bob, "tried")
    await stage.types(stage.alice, "resolve Rolled back", rooms["c"])
    await replicas.until(lambda: all(fault.met for fault in met[:3]), "second tries")
    await stage.types(stage.alice, "severity sev1", rooms["b"])
    await pagerduty.annotate(alerts[1], stage.pd_bob, "one")
    await pagerduty.annotate(alerts[1], stage.pd_bob, "two")
    await replicas.until(lambda: "Bob Johnson: one" in stage.texts(rooms["b"]), "one")
    await replicas.until_running(5)
    first.pause()
    assert "two" not in stage.texts(rooms["b"])

    await second.start()
    await replicas.settled(TAKEN_OVER)
    for room, words in (("a", "tried"), ("b", "two"), ("c", "Rolled back")):
        assert words in stage.texts(rooms[room])
    assert "Sev1" in rooms["b"].topic
    assert len(stage.files("postmortem")) == len(pagerduty.notes(alerts[2])) == 1
    first.go_on()
    await replicas.until_well(first)
    await asyncio.sleep(1.0)
    assert replicas.doubled() == []


@pytest.mark.parametrize(
    ("incidents", "kills", "pauses"),
    [
        pytest.param(8, 4, 1, id="short"),
        pytest.param(60, 30, 6, id="long", marks=[pytest.mark.soak, pytest.mark.timeout(600)]),
    ],
)
async def test_one_killed_every_few_seconds_and_one_stopped_past_its_lease(
    replicas: Replicas, incidents: int, kills: int, pauses: int
) -> None:
    """Alerts, people and kills at once. In the end every room is there once, with everything in it
    once, nothing is left to do, and every journal is whole."""
    await replicas.start()
    names = [f"Service {number}" for number in range(1, incidents + 1)]
    stopped, *others = replicas.bots

    async with asyncio.TaskGroup() as at_once:
        _ = at_once.create_task(killed_in_turn(others, kills))
        _ = at_once.create_task(paused_again_and_again(replicas, stopped, pauses))
        _ = at_once.create_task(lived_through(replicas, names, BETWEEN))
    await replicas.settled(TAKEN_OVER)

    await all_is_there_once(replicas, names)
    workers = await replicas.rows("SELECT DISTINCT worker FROM job")
    assert len(workers) > len(replicas.bots), "whoever was there did the work"


async def test_two_who_press_the_same_button_on_two_replicas_have_one_winner(
    replicas: Replicas,
) -> None:
    """One takes the role, one declares it over; the other is told, and the journal has it once."""
    stage, slack = replicas.stage, replicas.stage.slack
    await replicas.start()
    await replicas.stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await replicas.settled(30)

    async def press(bot: RunningBot, who: User, button: str) -> None:
        replicas.to(bot)
        answer = await slack.click(who, room, room.pins[0], button)
        assert answer.problem is None, answer

    async def both(button: str) -> list[str]:
        """What the two were told."""
        before = len(slack.responses)
        first, second, _ = replicas.bots
        await asyncio.gather(press(first, stage.alice, button), press(second, stage.bob, button))
        await replicas.until(lambda: len(slack.responses) == before + 2, "two answers")
        return sorted(str(said["text"]) for said in slack.responses[before:])

    for role, name in (("ic", "Incident Commander"), ("ops", "Operations lead")):
        told = await both(f"claim_role:{role}")
        assert sum(f"is now {name}" in words for words in told) == 1, told
        assert sum("already" in words for words in told) == 1, told
    told = await both("mark_mitigated")
    assert sum("INC-1 mitigated at" in words for words in told) == 1, told
    assert sum("was mitigated already" in words for words in told) == 1, told

    async def resolves(bot: RunningBot, who: User) -> str:
        replicas.to(bot)
        return await stage.types(who, "resolve", room)

    first, second, _ = replicas.bots
    told = await asyncio.gather(resolves(first, stage.alice), resolves(second, stage.bob))
    assert sum("The postmortem draft comes" in words for words in told) == 1, told
    assert sum("already" in words and "To put the time right" in words for words in told) == 1, told

    kinds = await replicas.rows(
        "SELECT kind, count(*) AS number FROM entry"
        " WHERE kind = 'role_assigned' OR body->>'status' = 'resolved' GROUP BY kind ORDER BY kind"
    )
    assert [tuple(row) for row in kinds] == [("role_assigned", 2), ("status_changed", 1)]
    await replicas.settled(30)
    assert len(stage.files("postmortem")) == 1
    assert replicas.doubled() == []


async def killed_in_turn(bots: list[RunningBot], times: int) -> None:
    """SIGKILL one every few seconds, and start it again at once."""
    for number in range(times):
        await asyncio.sleep(KILL_EVERY)
        bot = bots[number % len(bots)]
        await bot.kill()
        await bot.start()


async def paused_again_and_again(replicas: Replicas, bot: RunningBot, times: int) -> None:
    """Stopped for longer than its lease, each time after some work."""
    for _ in range(times):
        await asyncio.sleep(KILL_EVERY)
        await replicas.pause(bot, PAUSED)
