"""An incident begins."""

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import BOT, by
from incident_bot.domain.policy import Policy, Route
from incident_bot.domain.words import IC, Milestone, Severity
from tests.domain.world import ALICE, BOB, World, alert, alerted, at, job


def test_an_alert_opens_a_room_and_invites_before_everything_else() -> None:
    world = alerted()
    assert world.kinds() == ["opened", "alert_triggered"]
    assert world.incident.times[Milestone.DETECTED] == at("14:23")
    kinds = [j.kind for j in world.jobs]
    assert kinds[:3] == [JobKind.CREATE_ROOM, JobKind.LOOK_UP_PEOPLE, JobKind.INVITE]
    invitation = job(world.jobs, JobKind.INVITE)
    assert invitation.after == ("INC-1/room",)
    assert invitation.urgent
    assert invitation.args["pagerduty_ids"] == [{"id": "P1", "name": "Alice Smith"}]
    assert invitation.args["escalation_policy_id"] == "E1"


def test_only_the_pin_waits_for_more_than_the_room() -> None:
    """Invariant 5: no cosmetic call stands between the room and anything but its own object."""
    for j in alerted().jobs:
        match j.kind:
            case JobKind.CREATE_ROOM | JobKind.LOOK_UP_PEOPLE:
                assert j.after == ()
            case JobKind.PIN_SUMMARY:
                assert j.after == ("INC-1/summary",)
            case _:
                assert j.after == ("INC-1/room",)


def test_a_second_alert_joins_and_is_told() -> None:
    world = alerted()
    decision = world.handle(c.AlertTriggers(alert=alert("Q2", title="Latency")))
    assert world.kinds()[-1] == "alert_triggered"
    assert set(world.incident.alerts) == {"Q1", "Q2"}
    assert JobKind.CREATE_ROOM not in [j.kind for j in decision.jobs]
    assert job(decision.jobs, JobKind.POST_ALERTS).after == ("INC-1/room",)


def test_the_same_alert_again_changes_nothing() -> None:
    world = alerted()
    decision = world.handle(c.AlertTriggers(alert=alert()))
    assert decision.entries == () and decision.jobs == ()


def test_a_low_alert_is_only_announced() -> None:
    world = World()
    decision = world.handle(c.AlertTriggers(alert=alert(urgency="low")))
    assert decision.entries == ()
    assert job(decision.jobs, JobKind.ANNOUNCE_ALERT).args == {"alert_id": "Q1"}


def test_an_ignored_alert_leaves_no_trace() -> None:
    world = World(Policy(routes=(Route(then="ignore"),)))
    decision = world.handle(c.AlertTriggers(alert=alert()))
    assert decision.entries == () and decision.jobs == ()


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", Severity.SEV1), ("P4", Severity.SEV4), (None, Severity.SEV3), ("odd", Severity.SEV3)],
)
def test_severity_comes_from_the_priority(priority: str | None, severity: Severity) -> None:
    world = World()
    world.handle(c.AlertTriggers(alert=alert(priority=priority)))
    assert world.incident.severity is severity


def test_a_person_opens_a_room_for_an_announced_alert_once() -> None:
    world = World()
    command = c.OpenForAlert(actor=by(BOB), alert=alert(urgency="low"))
    decision = world.handle(command)
    assert job(decision.jobs, JobKind.INVITE).args["slack_ids"] == ["U2"]
    with pytest.raises(Refusal, match="INC-1 is already open"):
        world.handle(command)


PAYMENTS = Route(name="payments", invite=("@payments-oncall", "cto@example.com"))


def test_whom_the_route_names_is_invited_beside_the_assignees_and_delays_nobody() -> None:
    world = World(Policy(routes=(PAYMENTS,)))
    world.handle(c.AlertTriggers(alert=alert()))
    first, second = [j for j in world.jobs if j.kind is JobKind.INVITE]
    assert first.args["pagerduty_ids"] == [{"id": "P1", "name": "Alice Smith"}]
    assert "named" not in first.args
    assert second.key == "INC-1/invite/route"
    assert second.args == {"named": ["@payments-oncall", "cto@example.com"]}
    assert second.after == first.after == ("INC-1/room",)
    assert second.urgent
    assert world.jobs.index(first) + 1 == world.jobs.index(second)
    assert all(second.key not in j.after for j in world.jobs)


def test_an_alert_that_joins_invites_nobody_of_the_route() -> None:
    world = World(Policy(routes=(PAYMENTS,)))
    world.handle(c.AlertTriggers(alert=alert()))
    joining = world.handle(c.AlertTriggers(alert=alert("Q2")))
    assert not any(j.args.get("named") for j in joining.jobs)


def test_a_room_opened_by_hand_for_an_alert_of_the_route_invites_them_too() -> None:
    world = World(Policy(routes=(PAYMENTS.model_copy(update={"then": "notify"}),)))
    world.handle(c.AlertTriggers(alert=alert()))
    decision = world.handle(c.OpenForAlert(actor=by(BOB), alert=alert()))
    assert "INC-1/invite/route" in [j.key for j in decision.jobs]


def test_a_route_that_names_nobody_asks_for_nothing_more() -> None:
    assert "INC-1/invite/route" not in [j.key for j in alerted().jobs]


def test_who_was_invited_twice_is_recorded_once() -> None:
    world = alerted()
    world.handle(c.RecordInvitation(actor=BOT, people=(ALICE,)))
    again = world.handle(c.RecordInvitation(actor=BOT, people=(ALICE, BOB)))
    assert again.entries[0].body == e.PeopleInvited(people=(BOB,))
    assert world.handle(c.RecordInvitation(actor=BOT, people=(BOB,))).entries == ()
    failed = world.handle(c.RecordInvitation(actor=BOT, people=(BOB,), failed=("Eve is a guest.",)))
    assert job(failed.jobs, JobKind.SAY).args["sentence"] == ["Eve is a guest."]
    assert world.incident.invited == (ALICE, BOB)


def test_declaring_by_hand_invites_whoever_declares() -> None:
    world = World()
    decision = world.handle(c.Declare(actor=by(ALICE), title=" Payment API  is failing "))
    assert world.incident.title == "Payment API is failing"
    assert job(decision.jobs, JobKind.INVITE).args["slack_ids"] == ["U1"]
    assert IC not in world.incident.roles


def test_a_private_incident_is_announced_nowhere() -> None:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="Leaked key", private=True))
    world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1))
    assert not {JobKind.ANNOUNCE, JobKind.UPDATE_ANNOUNCEMENT} & {j.kind for j in world.jobs}


def test_an_alert_from_the_future_is_recorded_as_now() -> None:
    world = World()
    world.handle(c.AlertTriggers(alert=alert(), at=at("23:00")), at("14:23"))
    assert world.incident.detected == at("14:23")


def test_a_room_that_could_not_be_opened_is_remembered_until_there_is_one() -> None:
    world = alerted()
    sentence = "I could not open the war room."
    failure = c.RecordFailure(actor=BOT, job="INC-1/room", kind="create_room", sentence=sentence)
    assert world.handle(failure).jobs == (), "there is no room to tell it in"
    assert world.incident.room_problem == sentence
    world.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="inc"))
    assert world.incident.room_problem is None


def test_what_fails_at_every_change_is_told_once() -> None:
    world = alerted()
    told = 0
    for n in (2, 5, 9):
        failure = c.RecordFailure(
            actor=BOT, job=f"INC-1/topic/{n}", kind="set_topic", sentence="I could not set it."
        )
        told += len(world.handle(failure).jobs)
    assert told == 1
    assert world.kinds().count("effect_failed") == 3
    other = failure.model_copy(update={"sentence": "I could not set it: another reason."})
    assert len(world.handle(other).jobs) == 1
    by_hand = [
        failure.model_copy(
            update={"job": f"INC-1/pd/Q1/resolve/{n}", "kind": "pagerduty_resolve", "sentence": "!"}
        )
        for n in (4, 9)
    ]
    assert [len(world.handle(each).jobs) for each in by_hand] == [1, 1]
