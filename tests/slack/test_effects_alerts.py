"""The message about alerts that joined, and how few calls a storm of them makes."""

from datetime import timedelta

import pytest

from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Alert
from incident_bot.domain.words import AlertStatus
from incident_bot.effects import Later
from incident_bot.slack.effects.latest import MOST, Latest, Pace
from tests.slack.stage import DETECTED, a_stage

KEY = "INC-1/alerts"


def alerts(number, status=AlertStatus.TRIGGERED):
    return {
        f"Q{n}": Alert(
            alert_id=f"Q{n}", title=f"Alert {n}", status=status, since=DETECTED + timedelta(n)
        )
        for n in range(1, number + 1)
    }


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield await stage.with_room(alerts=alerts(2))


async def post(stage, **more):
    return await stage.perform(JobKind.POST_ALERTS, KEY, **more)


async def update(stage, seq, **args):
    stage.incident = stage.incident.model_copy(update={"last_seq": max(seq, 2)})
    return await stage.perform(JobKind.UPDATE_ALERTS, f"{KEY}/{seq}", {"seq": seq, **args})


def have(stage, number, status=AlertStatus.TRIGGERED):
    stage.incident = stage.incident.model_copy(update={"alerts": alerts(number, status)})


async def test_the_message_is_posted_once_and_grows(stage):
    done = await post(stage)
    (message,) = stage.room.messages
    assert done.result == {"channel": stage.room.id, "ts": message.ts}
    assert message.text.startswith("Another alert joined INC-1")
    have(stage, 30)
    await update(stage, 30)
    (message,) = stage.room.messages
    assert message.text.startswith("29 more alerts joined INC-1")


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_an_answer_that_got_lost_posts_nothing_twice(stage, drop):
    stage.slack.faults.add("chat.postMessage", drop=drop)
    await stage.perform_through(JobKind.POST_ALERTS, KEY)
    assert len(stage.room.messages) == 1


async def test_a_message_that_was_found_again_is_brought_up_to_date(stage):
    await post(stage)
    stage.start_anew()
    have(stage, 9)
    await post(stage, again=True, attempt=2)
    await update(stage, 9)
    (message,) = stage.room.messages
    assert message.text.startswith("8 more alerts")


async def test_of_many_updates_the_first_does_all(stage):
    await post(stage)
    have(stage, 200)
    stage.incident = stage.incident.model_copy(update={"last_seq": 202})
    for seq in range(3, 203):
        await stage.perform(JobKind.UPDATE_ALERTS, f"{KEY}/{seq}", {"seq": seq, "calm": True})
    assert len(stage.calls("chat.update")) == 1


async def test_what_changed_no_alert_costs_no_call(stage):
    await post(stage)
    for seq in (7, 8, 9):
        assert (await update(stage, seq)).result == {"rendered": seq}
    assert stage.calls("chat.update") == []


async def test_a_resolution_changes_the_message(stage):
    await post(stage)
    have(stage, 2, AlertStatus.RESOLVED)
    await update(stage, 5)
    assert "all 2 alerts resolved" in stage.room.messages[0].text


@pytest.mark.parametrize("kind", [JobKind.UPDATE_ALERTS, JobKind.UPDATE_SUMMARY])
async def test_in_a_storm_edits_come_some_seconds_apart(stage, kind):
    await post(stage)
    await stage.perform(JobKind.POST_SUMMARY, "INC-1/summary")
    waits = []
    for number in range(3, 40):
        have(stage, number)
        stage.incident = stage.incident.model_copy(update={"last_seq": number})
        try:
            await stage.perform(kind, f"INC-1/x/{number}", {"seq": number, "calm": True})
        except Later as later:
            assert later.paused, "waiting is no failed try"
            waits.append(later.seconds)
    assert len(stage.calls("chat.update")) == 3
    assert len(waits) == 34 and all(0 < seconds <= 5 for seconds in waits)
    await stage.perform(kind, "INC-1/x/40", {"seq": 40})
    assert len(stage.calls("chat.update")) == 4, "what a person did is shown at once"


async def test_a_message_that_somebody_deleted_is_let_go(stage):
    await post(stage)
    stage.room.messages.clear()
    have(stage, 5)
    assert (await update(stage, 5)).result["gone"] == "message_not_found"
    assert stage.room.messages == []


async def test_an_update_waits_for_the_message(stage):
    with pytest.raises(Later, match="not posted yet"):
        await update(stage, 5)


async def test_alerts_that_were_taken_back_leave_nothing_to_tell(stage):
    have(stage, 1)
    assert (await post(stage)).result == {}
    have(stage, 2)
    assert (await update(stage, 5)).result == {}
    assert stage.room.messages == []


# The question at the end


async def ask(stage, seq):
    stage.incident = stage.incident.model_copy(update={"last_seq": seq})
    return await stage.perform(JobKind.ASK_TO_RESOLVE, f"INC-1/ask/{seq}", {"seq": seq})


async def test_questions_that_wait_together_are_asked_once(stage):
    have(stage, 3, AlertStatus.RESOLVED)
    stage.incident = stage.incident.model_copy(update={"last_seq": 12})
    for seq in (8, 10, 12):
        await stage.perform(JobKind.ASK_TO_RESOLVE, f"INC-1/ask/{seq}", {"seq": seq})
    assert len(stage.room.messages) == 1


async def test_after_another_alert_it_is_asked_again(stage):
    have(stage, 2, AlertStatus.RESOLVED)
    await ask(stage, 8)
    have(stage, 3, AlertStatus.RESOLVED)
    await ask(stage, 10)
    assert len(stage.room.messages) == 2


async def test_an_alert_that_comes_and_goes_does_not_fill_the_room_with_questions(stage):
    have(stage, 2, AlertStatus.RESOLVED)
    for seq in (8, 10, 12):
        await ask(stage, seq)
    with pytest.raises(Later) as later:
        await ask(stage, 14)
    assert later.value.paused and 50 < later.value.seconds <= 60
    assert len(stage.room.messages) == 3


# What they keep in memory


def test_a_pace_lets_a_few_through_and_then_one_at_a_time():
    now = [100.0]
    pace = Pace(at_once=2, spacing=5.0, clock=lambda: now[0])
    pace.take("INC-1")
    pace.take("INC-1")
    with pytest.raises(Later) as later:
        pace.take("INC-1")
    assert later.value.seconds == 5.0
    pace.take("INC-2")
    now[0] += 5.0
    pace.take("INC-1")
    with pytest.raises(Later):
        pace.take("INC-1")
    now[0] += 60.0
    pace.take("INC-1")
    pace.take("INC-1")


def test_what_is_kept_in_memory_is_bounded():
    now = [0.0]
    latest, pace = Latest(), Pace(clock=lambda: now[0])
    for number in range(3 * MOST):
        now[0] += 1.0
        latest.saw(f"INC-{number}", 1)
        pace.take(f"INC-{number}")
    assert latest.of("INC-0") == 0
    assert len(latest._seen) <= MOST and len(pace._next) <= MOST + 1
