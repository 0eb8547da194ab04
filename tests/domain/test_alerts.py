"""What PagerDuty tells about an alert of an open incident."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import by
from incident_bot.domain.words import IC, Status
from tests.domain.world import ALICE, BOB, World, alert, alerted, at, job


def test_the_acknowledger_becomes_ic_when_there_is_none() -> None:
    world = alerted()
    world.handle(c.AlertAcknowledges(actor=by(ALICE), alert_id="Q1", at=at("14:25")), at("14:25"))
    assert world.kinds()[-2:] == ["alert_acknowledged", "role_assigned"]
    assert world.incident.ic == ALICE
    assert world.incident.status is Status.ACKNOWLEDGED


def test_the_acknowledger_takes_no_role_from_anybody() -> None:
    world = alerted()
    world.handle(c.AssignRole(actor=by(BOB), role=IC, holder=BOB))
    world.handle(c.AlertAcknowledges(actor=by(ALICE), alert_id="Q1"))
    assert world.incident.ic == BOB


def test_resolution_is_asked_for_when_the_last_alert_is_resolved() -> None:
    world = alerted()
    world.handle(c.AlertTriggers(alert=alert("Q2")))
    first = world.handle(c.AlertResolves(alert_id="Q1"))
    assert JobKind.ASK_TO_RESOLVE not in [j.kind for j in first.jobs]
    last = world.handle(c.AlertResolves(alert_id="Q2"))
    assert job(last.jobs, JobKind.ASK_TO_RESOLVE)
    assert world.incident.status is Status.OPEN, "PagerDuty asks; the room decides"


def test_a_repeated_resolution_is_no_news() -> None:
    world = alerted()
    world.handle(c.AlertResolves(alert_id="Q1"))
    assert world.handle(c.AlertResolves(alert_id="Q1")).entries == ()


def test_a_note_becomes_an_entry_and_our_own_does_not_come_back() -> None:
    world = alerted()
    world.handle(c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="pool is full"))
    assert world.kinds()[-1] == "alert_annotated"
    echo = world.handle(c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="Incident Bot INC-1 x"))
    assert echo.entries == ()


def test_an_alert_of_nobody_is_refused() -> None:
    with pytest.raises(Refusal, match="No incident of ours"):
        World().handle(c.AlertResolves(alert_id="Q9"))
