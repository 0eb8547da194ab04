"""Milestones: recorded order decides the state, `at` decides the times."""

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, Refusal, plain
from incident_bot.domain.people import by
from incident_bot.domain.words import Milestone, Status
from tests.domain.world import ALICE, World, alert, alerted, at, job


def answer(decision: Decision) -> str:
    assert decision.reply is not None
    return plain(decision.reply.sentence)


def resolved() -> World:
    world = alerted()
    world.handle(c.Resolve(actor=by(ALICE), text="Rolled back"), at("15:08"))
    return world


def test_resolve_resolves_every_alert_and_brings_the_draft() -> None:
    world = alerted()
    world.handle(c.AlertTriggers(alert=alert("Q2")))
    decision = world.handle(c.Resolve(actor=by(ALICE), text="Rolled back"), at("15:08"))
    resolves = [j.args["alert_id"] for j in decision.jobs if j.kind is JobKind.PAGERDUTY_RESOLVE]
    assert resolves == ["Q1", "Q2"]
    assert job(decision.jobs, JobKind.DELIVER_POSTMORTEM)
    assert "45 minutes after it was detected: Rolled back" in answer(decision)
    assert "is being asked" in answer(decision), "nothing unconfirmed is claimed"


def test_a_second_resolve_is_refused_with_the_time_of_the_first() -> None:
    world = resolved()
    with pytest.raises(Refusal, match="2025-10-27 15:08 UTC"):
        world.handle(c.Resolve(actor=by(ALICE)))


def test_a_late_milestone_sets_its_time_and_never_turns_the_status_back() -> None:
    world = resolved()
    world.handle(
        c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED, at=at("14:50")), at("15:20")
    )
    assert world.incident.status is Status.RESOLVED
    assert world.incident.times[Milestone.MITIGATED] == at("14:50")


def test_a_milestone_stated_again_with_a_time_corrects_the_first() -> None:
    world = resolved()
    world.handle(c.Resolve(actor=by(ALICE), at=at("15:05")), at("15:30"))
    assert world.incident.times[Milestone.RESOLVED] == at("15:05")
    assert world.journal[-1].supersedes == 3
    assert world.incident.status is Status.RESOLVED


def test_reopen_forgets_when_it_was_over_and_a_new_end_counts() -> None:
    world = resolved()
    world.handle(c.Reopen(actor=by(ALICE)), at("16:00"))
    assert world.incident.status is Status.OPEN
    assert Milestone.RESOLVED not in world.incident.times
    world.handle(c.Resolve(actor=by(ALICE)), at("16:30"))
    assert world.incident.times[Milestone.RESOLVED] == at("16:30")


def test_acknowledging_in_the_room_acknowledges_in_pagerduty() -> None:
    world = alerted()
    decision = world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.ACKNOWLEDGED))
    assert job(decision.jobs, JobKind.PAGERDUTY_ACKNOWLEDGE).args["alert_id"] == "Q1"


def test_cancelled_is_over_and_can_be_reopened() -> None:
    world = alerted()
    world.handle(c.Cancel(actor=by(ALICE), text="a drill"))
    assert world.incident.is_over
    with pytest.raises(Refusal, match="reopen"):
        world.handle(c.Resolve(actor=by(ALICE)))
    world.handle(c.Reopen(actor=by(ALICE)))
    assert world.incident.status is Status.OPEN


def test_impact_start_needs_a_time_and_the_last_statement_counts() -> None:
    world = alerted()
    with pytest.raises(Refusal, match="impact start 14:20"):
        world.handle(c.SetMilestone(actor=by(ALICE), milestone=Milestone.IMPACT_STARTED))
    for clock in ("14:21", "14:20"):
        world.handle(
            c.SetMilestone(actor=by(ALICE), milestone=Milestone.IMPACT_STARTED, at=at(clock)),
            at("14:40"),
        )
    assert world.incident.times[Milestone.IMPACT_STARTED] == at("14:20")


def test_putting_a_time_right_keeps_what_was_said() -> None:
    world = resolved()
    world.handle(c.Resolve(actor=by(ALICE), at=at("15:05")), at("15:30"))
    body = world.journal[-1].body
    assert isinstance(body, e.StatusChanged) and body.text == "Rolled back"


def test_acknowledged_again_after_reopening_moves_the_status_and_not_the_first_time() -> None:
    world = alerted()
    acknowledge = c.ChangeStatus(actor=by(ALICE), status=Status.ACKNOWLEDGED)
    world.handle(acknowledge, at("14:25"))
    world.handle(c.Resolve(actor=by(ALICE)), at("15:08"))
    world.handle(c.Reopen(actor=by(ALICE)), at("16:00"))
    world.handle(acknowledge, at("16:05"))
    assert world.incident.status is Status.ACKNOWLEDGED
    assert world.incident.times[Milestone.ACKNOWLEDGED] == at("14:25")


def test_a_late_acknowledgement_of_what_is_over_asks_pagerduty_for_nothing() -> None:
    late = c.ChangeStatus(actor=by(ALICE), status=Status.ACKNOWLEDGED, at=at("14:25"))
    decision = resolved().handle(late, at("15:20"))
    assert JobKind.PAGERDUTY_ACKNOWLEDGE not in [j.kind for j in decision.jobs]


def test_resolved_before_it_was_detected_claims_no_duration() -> None:
    decision = alerted().handle(c.Resolve(actor=by(ALICE), at=at("14:00")), at("15:00"))
    assert "after it was detected" not in answer(decision)
