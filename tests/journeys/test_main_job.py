"""The main job over the real wire: an alert becomes a war room, a timeline and a postmortem."""

import pytest

from tests.journeys.running import Stage

pytestmark = [pytest.mark.journey, pytest.mark.every_way]


async def test_alert_to_postmortem(stage: Stage) -> None:
    """Alert, room, roles, log, resolve, file in the room; PagerDuty resolved once."""
    incident = await stage.pagerduty.trigger(
        stage.service, "Error rate > 1%", assignees=[stage.pd_alice]
    )
    assert stage.pagerduty.deliveries[-1].status == 202
    room = await stage.room_complete()
    assert room.name.startswith("incident-20")
    assert stage.alice.id in room.members

    await stage.pagerduty.acknowledge(incident, stage.pd_alice)
    await stage.until(lambda: "is now Incident Commander" in stage.texts(room), "IC told")
    await stage.until(lambda: "IC: Alice Smith" in room.topic, "IC in the topic")

    answer = await stage.types(stage.alice, "role ops @bob", room)
    assert f"<@{stage.bob.id}> is now Operations lead" in answer
    await stage.until(lambda: stage.bob.id in room.members, "Bob invited with his role")
    answer = await stage.types(stage.bob, "log -5m Pool exhausted\n- 50 of 50 in use", room)
    assert "Pool exhausted" in answer
    await stage.types(stage.alice, "resolve Rolled back to v2.3.3", room)

    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")
    draft = stage.files("postmortem-INC-1.md")[0].content.decode()
    for fact in ("Pool exhausted", "50 of 50 in use", "Alice Smith (@alice)", "v2.3.3"):
        assert fact in draft
    await stage.until(
        lambda: stage.pagerduty.account.incidents[incident["id"]]["status"] == "resolved",
        "resolved in PagerDuty",
    )
    code, printed = await stage.bot.cli("export", "INC-1")
    assert code == 0 and "Pool exhausted" in printed
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_declared_by_hand(stage: Stage) -> None:
    """`/incident declare` opens a room for whoever declares."""
    answer = await stage.types(stage.bob, "declare sev2 Checkout is slow", stage.incidents)
    assert "INC-1" in answer and "Sev2" in answer
    room = await stage.room_complete()
    assert stage.bob.id in room.members
    assert "checkout-is-slow" in room.name


async def test_two_alerts_of_one_service_meet_in_one_room(stage: Stage) -> None:
    """The second joins, and resolving resolves both in PagerDuty."""
    first = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    second = await stage.pagerduty.trigger(stage.service, "Latency", assignees=[stage.pd_bob])
    room = await stage.room_complete()
    await stage.until(lambda: stage.bob.id in room.members, "the second assignee invited")
    await stage.types(stage.alice, "resolve", room)
    accounts = stage.pagerduty.account.incidents
    await stage.until(
        lambda: all(accounts[i["id"]]["status"] == "resolved" for i in (first, second)),
        "both resolved",
    )
    assert len(stage.rooms) == 1


async def test_pagerduty_resolution_asks_the_room_first(stage: Stage) -> None:
    """The button resolves; nothing is over before somebody says so."""
    incident = await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    await stage.pagerduty.resolve(incident, stage.pd_alice)
    await stage.until(lambda: "resolved" in stage.texts(room).lower(), "asked")
    code, listed = await stage.bot.cli("list")
    assert code == 0 and "INC-1" in listed
    question = next(m for m in reversed(room.messages) if "resolve" in str(m.blocks))
    await stage.slack.click(stage.alice, room, question.ts, "resolve")
    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")


async def test_a_low_alert_is_announced_with_a_button(stage: Stage) -> None:
    """No room until somebody wants one."""
    await stage.pagerduty.trigger(stage.service, "Disk 80 %", urgency="low")
    await stage.until(lambda: stage.incidents.messages, "announced")
    assert stage.rooms == []
    await stage.slack.click(
        stage.bob, stage.incidents, stage.incidents.messages[-1].ts, "open_for_alert"
    )
    await stage.until(lambda: stage.rooms and stage.bob.id in stage.room.members, "a room")


async def test_people_first(stage: Stage) -> None:
    """Invariant 5: with the people known, the invitation is the first call after create; before
    they are, nothing but looking them up holds it."""
    stage.slack.delay = 0.05
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.room_complete()
    other = stage.pagerduty.add_service("Search", stage.service["escalation_policy"])
    known = len(stage.slack.calls)
    await stage.pagerduty.trigger(other, "Slow", assignees=[stage.pd_alice])
    await stage.until(lambda: len(stage.rooms) == 2 and stage.rooms[1].pins, "a second room")
    methods = [c.method for c in stage.slack.calls[known:]]
    after = methods[methods.index("conversations.create") + 1 :]
    assert after[0] == "conversations.invite", methods


async def test_the_on_call_is_invited_when_nobody_is_assigned(stage: Stage) -> None:
    """The first on-call of the escalation policy."""
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[])
    room = await stage.room_complete()
    assert stage.bob.id in room.members


async def test_sigterm_drains_and_ends_with_zero(stage: Stage) -> None:
    """What was acknowledged is done or goes on at the next start."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    assert await stage.bot.stop() == 0
    await stage.bot.start()
    await stage.room_complete()
    assert len(stage.rooms) == 1
