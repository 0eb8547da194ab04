"""What a room is reminded of: when, how often, and when it stops."""

from datetime import date, datetime, time, timedelta

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import JobKind, Refusal, plain
from incident_bot.domain.fold import fold
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminder_policy import Quiet, Reminders
from incident_bot.domain.reminders import coming, due, next_due
from incident_bot.domain.words import Milestone, ReminderKind, Severity, Status
from tests.domain.reminded import dismiss, only, remind, snooze, until, when, with_room
from tests.domain.world import ALICE, BOB, World, alert, at

K = ReminderKind
EVENING = at("23:00")


def resolved(policy: Policy, clock: str = "15:00") -> World:
    world = with_room(policy)
    world.handle(c.Resolve(actor=by(ALICE)), at(clock))
    return world


# When


def test_no_ic_every_five_minutes_three_times() -> None:
    said = until(with_room(only(K.NO_IC)), EVENING)
    assert when(said) == ["27 14:05", "27 14:10", "27 14:15"]
    assert said[0][1] == (
        "INC-1 has no Incident Commander, so nobody decides. Take the role with the button, or "
        "give it to somebody: `/incident role ic @name`."
    )


def test_an_ic_ends_it_and_one_who_leaves_begins_it_anew() -> None:
    world = with_room(only(K.NO_IC))
    assert when(until(world, at("14:07"))) == ["27 14:05"]
    world.handle(c.AssignRole(actor=by(ALICE), role="ic", holder=ALICE), at("14:07"))
    assert until(world, at("16:00")) == []
    world.handle(c.AssignRole(actor=by(ALICE), role="ic", holder=None), at("16:00"))
    assert when(until(world, EVENING)) == ["27 16:05", "27 16:10", "27 16:15"]


def test_an_update_is_due_by_severity_until_it_is_given() -> None:
    world = with_room(only(K.UPDATE_DUE))
    said = until(world, at("14:50"))
    assert when(said) == ["27 14:30", "27 14:45"]
    assert said[0][1] == (
        "An update of INC-1 was due 2025-10-27 14:30 UTC, and there has been none yet. People "
        "outside wait for it, even when there is no news: `/incident update TEXT`."
    )
    world.handle(c.PostUpdate(actor=by(ALICE), text="Falling"), at("14:50"))
    said = until(world, EVENING)
    assert when(said) == ["27 15:20", "27 15:35", "27 15:50"]
    assert "the last one is 30 minutes old" in said[0][1]


def test_nobody_owes_updates_of_a_mild_one() -> None:
    assert until(with_room(only(K.UPDATE_DUE), priority="P4"), at("20:00", day=29)) == []


def test_mitigated_and_not_resolved() -> None:
    world = with_room(only(K.NOT_RESOLVED))
    world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED), at("14:20"))
    said = until(world, at("17:00"))
    assert when(said) == ["27 16:20"]
    assert said[0][1].startswith(
        "INC-1 has been mitigated since 2025-10-27 14:20 UTC and is still open."
    )


def test_a_second_mitigation_after_a_reopening_begins_anew() -> None:
    world = with_room(only(K.NOT_RESOLVED))
    world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED), at("14:20"))
    dismiss(world, K.NOT_RESOLVED, at("14:30"))
    world.handle(c.Resolve(actor=by(ALICE)), at("14:40"))
    world.handle(c.Reopen(actor=by(ALICE)), at("15:00"))
    world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED), at("15:10"))
    assert when(until(world, at("18:00"))) == ["27 17:10"]


def test_no_impact_start() -> None:
    world = with_room(only(K.NO_IMPACT_START))
    said = until(world, at("14:20"))
    assert when(said) == ["27 14:15"]
    assert said[0][1].startswith("When did the impact of INC-1 begin? It was detected 2025-10-27")
    start = c.SetMilestone(actor=by(ALICE), milestone=Milestone.IMPACT_STARTED, at=at("13:50"))
    world.handle(start, at("14:20"))
    assert until(world, EVENING) == []


def test_resolved_without_actions() -> None:
    world = resolved(only(K.NO_ACTIONS))
    assert when(until(world, at("20:00", day=28))) == ["28 15:00"]
    world.handle(c.AddAction(actor=by(ALICE), text="Test the pool"), at("21:00", day=28))
    assert until(world, at("20:00", day=31)) == []


def test_the_draft_is_not_approved() -> None:
    world = resolved(only(K.NOT_APPROVED))
    assert when(until(world, at("20:00", day=30))) == ["30 15:00"]
    world.handle(c.Approve(actor=by(ALICE), title="EM"), at("21:00", day=30))
    assert until(world, datetime(2025, 12, 1, tzinfo=EVENING.tzinfo)) == []


def test_an_action_is_overdue_from_the_next_morning_on() -> None:
    world = resolved(only(K.ACTION_OVERDUE, zone="Europe/Berlin"))
    for text, day in (("Test the pool", 29), ("Alert on it", 30)):
        action = c.AddAction(actor=by(ALICE), text=text, owner=BOB, due=date(2025, 10, day))
        world.handle(action, at("15:30"))
    said = until(world, at("12:00", day=31))
    assert when(said) == ["30 08:00", "31 08:00"]
    assert said[0][1] == (
        "Action #5 was due 2025-10-29 and is not done: Test the pool. Owner: @bob. When it "
        "is: `/incident action done 5`."
    )
    assert [b["action"] for b in _last_buttons(world)] == [
        "action_done",
        "snooze_reminder",
        "dismiss_reminder",
    ]
    world.handle(c.CloseAction(actor=by(BOB), number=5), at("12:00", day=31))
    left = {each.subject for each in coming(world.incident, world.policy, world.now)}
    assert left == {"6"}


def _last_buttons(world: World) -> list[dict[str, str]]:
    said = [job for job in world.jobs if job.kind is JobKind.SAY]
    found: list[dict[str, str]] = said[-1].args["buttons"]
    return found


def test_the_room_is_archived_with_notice_a_day_before() -> None:
    policy = only().model_copy(update={"archive_after_days": 4})
    said = until(resolved(policy), at("23:00", day=31))
    assert said == [
        (
            "30 15:00",
            "INC-1 was resolved 2025-10-27 15:00 UTC, so this room will be archived 2025-10-31 "
            "15:00 UTC. Everything in it can still be read and searched. If you need it longer:",
        ),
        ("31 15:00", JobKind.ARCHIVE_ROOM),
    ]


def test_when_it_closes_nothing_else_is_said_in_it() -> None:
    policy = only(K.NO_ACTIONS).model_copy(update={"archive_after_days": 2})
    world = resolved(policy)
    until(world, at("16:00", day=28))
    (closing,) = remind(world, at("16:00", day=29))
    assert closing.kind is JobKind.ARCHIVE_ROOM
    assert closing.lane == "INC-1/say", "behind what is still to be said"


def test_never_without_notice_however_late_that_comes() -> None:
    policy = only().model_copy(update={"archive_after_days": 1})
    world = resolved(policy)
    remind(world, at("12:00", day=31))
    assert next_due(world.incident, policy, world.now) == at("12:00", day=31) + timedelta(days=1)


def test_a_room_that_somebody_needs_or_that_is_open_again_is_not_archived() -> None:
    policy = only().model_copy(update={"archive_after_days": 2})
    kept = resolved(policy)
    until(kept, at("16:00", day=28))
    assert "keeps this room open" in dismiss(kept, K.ARCHIVE, at("16:00", day=28))
    assert next_due(kept.incident, policy, kept.now) is None
    again = resolved(policy)
    until(again, at("16:00", day=28))
    again.handle(c.Reopen(actor=by(ALICE)), at("17:00", day=28))
    assert next_due(again.incident, policy, again.now) is None
    again.handle(c.Resolve(actor=by(ALICE)), at("18:00", day=28))
    assert when(until(again, at("23:00", day=30))) == ["29 18:00", "30 18:00"]


def test_what_was_cancelled_is_archived_too_and_asked_nothing() -> None:
    world = with_room(Policy(archive_after_days=2))
    world.handle(c.Cancel(actor=by(ALICE)), at("14:01"))
    assert when(until(world, at("23:00", day=31))) == ["28 14:01", "29 14:01"]


def archived(policy: Policy) -> World:
    world = resolved(policy)
    world.handle(c.RecordArchive(actor=BOT, channel_id="C1"), at("15:01"))
    return world


def test_an_archived_room_is_told_nothing() -> None:
    world = archived(Policy())
    assert next_due(world.incident, world.policy, world.now) is None


@pytest.mark.parametrize(("owner", "told"), [(BOB, "U2"), (Person(name="sre"), "U1"), (None, "U1")])
def test_of_an_overdue_action_its_owner_is_told_then_or_who_led(
    owner: Person | None, told: str
) -> None:
    action = c.AddAction(actor=by(ALICE), text="Test", owner=owner, due=date(2025, 10, 29))
    world = with_room(only(K.ACTION_OVERDUE))
    world.handle(c.AssignRole(actor=by(ALICE), role="ic", holder=ALICE), at("14:01"))
    world.handle(action, at("14:02"))
    world.handle(c.Resolve(actor=by(ALICE)), at("15:00"))
    world.handle(c.RecordArchive(actor=BOT, channel_id="C1"), at("15:01"))
    (job,) = remind(world, at("09:00", day=30))
    assert (job.kind, job.args["view"], job.args["number"]) == (JobKind.TELL_PERSON, "overdue", 5)
    assert job.args["slack_id"] == told
    assert next_due(world.incident, world.policy, world.now) == at("09:00", 30) + timedelta(days=7)


def test_a_room_that_a_person_opens_again_is_told_again() -> None:
    world = archived(only(K.NO_ACTIONS))
    world.handle(c.RecordUnarchive(actor=BOT, channel_id="C1"), at("16:00"))
    assert next_due(world.incident, world.policy, world.now) == at("15:00", day=28)


# Not yet, no more, not now


def test_without_a_room_there_is_nobody_to_remind() -> None:
    world = World(only(K.NO_IC))
    world.handle(c.AlertTriggers(alert=alert(), at=at("14:00")), at("14:00"))
    assert next_due(world.incident, world.policy, at("15:00")) is None


def test_what_is_declared_late_has_its_five_minutes() -> None:
    """Detected an hour ago: no burst of reminders in the moment of opening."""
    world = World(Policy())
    world.handle(c.AlertTriggers(alert=alert(priority="P1"), at=at("13:00")), at("14:00"))
    world.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="room"), at("14:00"))
    assert next_due(world.incident, world.policy, world.now) == at("14:05")


def test_a_snoozed_one_comes_once_more_even_after_the_last() -> None:
    world = with_room(only(K.NO_IC))
    until(world, at("14:20"))
    answer = snooze(world, K.NO_IC, at("14:20"))
    assert answer == (
        "@alice put a reminder off until 2025-10-27 14:50 UTC: INC-1 has no Incident Commander."
    )
    snooze(world, K.NO_IC, at("14:21"))
    assert when(until(world, EVENING)) == ["27 14:51"]


def test_a_dismissed_one_comes_no_more() -> None:
    world = with_room(only(K.NO_IC))
    until(world, at("14:05"))
    answer = dismiss(world, K.NO_IC, at("14:06"))
    assert answer == (
        "@alice dismissed a reminder: INC-1 has no Incident Commander. It does not come again."
    )
    assert until(world, EVENING) == []


def test_of_what_is_settled_nobody_needs_to_be_reminded_later() -> None:
    world = with_room(only(K.NO_IC))
    until(world, at("14:05"))
    world.handle(c.AssignRole(actor=by(ALICE), role="ic", holder=ALICE), at("14:06"))
    for press in (snooze, dismiss):
        with pytest.raises(Refusal, match="settled"):
            press(world, K.NO_IC, at("14:07"))


def test_switched_off_and_retimed() -> None:
    policy = Policy(
        reminders=Reminders(no_ic=None, no_impact_start=timedelta(minutes=1), most=1),
        archive_after_days=None,
    )
    assert when(until(with_room(policy, priority="P4"), EVENING)) == ["27 14:01"]


def test_a_clock_that_jumps_makes_no_burst() -> None:
    world = with_room(only(K.NO_IC))
    assert len(remind(world, EVENING)) == 1
    assert next_due(world.incident, world.policy, EVENING) == EVENING + timedelta(minutes=5)


def test_two_who_look_at_once_tell_it_once() -> None:
    world = with_room(only(K.NO_IC))
    assert [job.kind for job in remind(world, at("14:05"))] == [JobKind.SAY]
    assert remind(world, at("14:05")) == []


def test_the_night_is_quiet_for_what_is_mild_and_only_then() -> None:
    quiet = {"quiet": Quiet(begin=time(22), end=time(7)), "most": 1}
    policy = only(K.NO_IC, **quiet)
    assert when(until(with_room(policy, "P3", "21:58"), at("12:00", 28))) == ["28 07:00"]
    assert when(until(with_room(policy, "P1", "21:58"), at("12:00", 28))) == ["27 22:03"]


def test_what_was_due_before_the_night_and_is_found_within_it_waits() -> None:
    policy = only(K.NO_IC, quiet=Quiet(begin=time(22), end=time(7)))
    world = with_room(policy, "P3", "21:50")
    assert due(world.incident, policy, at("22:30")) == []
    assert next_due(world.incident, policy, at("22:30")) == at("07:00", day=28)


def test_a_severity_that_rises_ends_the_silence() -> None:
    policy = only(K.NO_IC, quiet=Quiet(begin=time(22), end=time(7)))
    world = with_room(policy, "P3", "23:00")
    world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1), at("23:30"))
    assert next_due(world.incident, policy, world.now) == at("23:30")


# The rest


def test_the_buttons_do_what_fits_and_put_it_off() -> None:
    world = with_room(only(K.NO_IC))
    (job,) = remind(world, at("14:05"))
    assert [(b["action"], b["value"]) for b in job.args["buttons"]] == [
        ("claim_role", "INC-1 ic"),
        ("snooze_reminder", "INC-1 no_ic"),
        ("dismiss_reminder", "INC-1 no_ic"),
    ]


def test_it_is_no_part_of_the_timeline_and_survives_a_fold() -> None:
    world = with_room(only(K.NO_IC))
    until(world, at("14:12"))
    world.handle(c.Edit(actor=by(ALICE), number=1, headline="Another title"), at("14:13"))
    assert world.incident == fold("INC-1", world.journal)
    assert world.incident.watch.told["no_ic"].times == 2
    assert sum(isinstance(entry.body, e.Reminded) for entry in world.journal) == 2


def test_an_archived_room_needs_a_person_to_open_it_again() -> None:
    world = resolved(Policy())
    world.handle(c.RecordArchive(actor=BOT, channel_id="C1"), at("15:01"))
    reply = world.handle(c.Reopen(actor=by(ALICE)), at("16:00")).reply
    assert reply is not None
    assert plain(reply.sentence) == (
        "INC-1 is open again.\nIts room #room is archived, and only a person can open it again: "
        "open the channel in Slack, choose *Unarchive channel*, and invite the bot with `/invite`."
    )
