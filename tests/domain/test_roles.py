"""Roles and severity."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import BOT, by
from incident_bot.domain.words import IC, OPS, Severity
from tests.domain.world import ALICE, BOB, CHARLIE, alerted, job


def test_two_claims_have_one_outcome_and_one_clear_refusal() -> None:
    world = alerted()
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE, only_if_free=True))
    with pytest.raises(Refusal, match="@alice is Incident Commander already"):
        world.handle(c.AssignRole(actor=by(BOB), role=IC, holder=BOB, only_if_free=True))
    assert world.incident.ic == ALICE


def test_a_role_given_to_a_newcomer_invites_them() -> None:
    world = alerted()
    decision = world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=CHARLIE))
    assert job(decision.jobs, JobKind.INVITE).args["slack_ids"] == ["U3"]
    world.handle(c.RecordInvitation(actor=BOT, people=(CHARLIE,)))
    again = world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=CHARLIE))
    assert JobKind.INVITE not in [j.kind for j in again.jobs]


def test_the_bot_fills_only_free_roles_and_never_complains() -> None:
    world = alerted()
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=ALICE))
    decision = world.handle(c.AssignRole(actor=BOT, role=OPS, holder=BOB, only_if_free=True))
    assert decision.entries == ()


def test_releasing_and_unknown_roles() -> None:
    world = alerted()
    with pytest.raises(Refusal, match="nothing to release"):
        world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=None))
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=BOB))
    world.handle(c.AssignRole(actor=by(ALICE), role=OPS, holder=None))
    assert OPS not in world.incident.roles
    with pytest.raises(Refusal, match="no role `chef`"):
        world.handle(c.AssignRole(actor=by(ALICE), role="chef", holder=BOB))


def test_severity_changes_no_role_and_the_same_is_refused() -> None:
    world = alerted()
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
    world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1))
    assert world.incident.ic == ALICE
    with pytest.raises(Refusal, match="Sev1 already"):
        world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1))
