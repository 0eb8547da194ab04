"""What PagerDuty tells about an alert of an open incident."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal, plain
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


def test_a_repeated_resolution_is_an_entry_and_no_news() -> None:
    world = alerted()
    world.handle(c.AlertResolves(alert_id="Q1"))
    again = world.handle(c.AlertResolves(alert_id="Q1"))
    assert [new.body.kind for new in again.entries] == ["alert_resolved"]
    assert again.jobs == (), "nobody is asked twice"


def test_a_note_becomes_an_entry_and_our_own_does_not_come_back() -> None:
    world = alerted()
    world.handle(c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="pool is full"))
    assert world.kinds()[-1] == "alert_annotated"
    echo = world.handle(c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="Incident Bot INC-1 x"))
    assert echo.entries == ()


def test_an_alert_of_nobody_is_refused() -> None:
    with pytest.raises(Refusal, match="No incident of ours"):
        World().handle(c.AlertResolves(alert_id="Q9"))


def test_a_late_acknowledgement_does_not_open_a_resolved_alert_again() -> None:
    world = alerted()
    world.handle(c.AlertResolves(alert_id="Q1", at=at("14:40")), at("14:41"))
    late = c.AlertAcknowledges(actor=by(ALICE), alert_id="Q1", at=at("14:30"))
    world.handle(late, at("14:42"))
    assert world.incident.open_alerts == ()
    assert world.incident.ic == ALICE


def test_an_alert_reopened_in_pagerduty_is_open_and_the_room_is_told() -> None:
    world = alerted()
    world.handle(c.AlertResolves(alert_id="Q1"))
    reopened = c.AlertTriggers(alert=alert(), event_type="incident.reopened")
    told = world.handle(reopened)
    assert "reopened" in str(job(told.jobs, JobKind.SAY).args)
    assert [a.alert_id for a in world.incident.open_alerts] == ["Q1"]
    over = world.handle(c.Resolve(actor=by(ALICE)))
    assert job(over.jobs, JobKind.PAGERDUTY_RESOLVE).args["alert_id"] == "Q1"
    assert "/incident reopen" in str(job(world.handle(reopened).jobs, JobKind.SAY).args)


def test_a_note_that_only_begins_like_ours_is_kept() -> None:
    world = alerted()
    world.handle(c.AlertAnnotates(actor=by(BOB), alert_id="Q1", text="Incident Bot is slow today"))
    assert world.kinds()[-1] == "alert_annotated"


def test_a_room_wanted_where_the_service_has_one_joins_it_and_invites_who_asked() -> None:
    world = alerted()
    decision = world.handle(c.OpenForAlert(actor=by(BOB), alert=alert("Q2", urgency="low")))
    assert decision.reply is not None and "joined it" in plain(decision.reply.sentence)
    assert set(world.incident.alerts) == {"Q1", "Q2"}
    assert job(decision.jobs, JobKind.INVITE).args["slack_ids"] == ["U2"]


def test_a_room_wanted_for_an_alert_whose_incident_is_over_says_how_to_go_on() -> None:
    world = alerted()
    world.handle(c.Resolve(actor=by(ALICE)))
    with pytest.raises(Refusal, match=r"resolved.*INC-1 reopen"):
        world.handle(c.OpenForAlert(actor=by(BOB), alert=alert("Q1")))


def test_an_alert_raised_later_was_detected_when_it_was_triggered() -> None:
    world = World()
    raised = alert(since=at("13:50"))
    world.handle(c.AlertTriggers(alert=raised, at=at("14:23"), event_type="x"), at("14:23"))
    assert world.incident.detected == at("13:50")
