"""Many alerts of one incident: told in one message, everybody invited once, asked once at the end.

What the queue does with a key that it has had before is part of it: nothing (`World.keys`).
"""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, JobKind, NewJob, plain
from incident_bot.domain.people import PAGERDUTY, Person, by
from incident_bot.domain.words import IC, Severity, Status
from tests.domain.world import ALICE, BOB, CHARLIE, World, alert, alerted, at, job

STORM = 200


def storm(alerts: int = STORM, **changes: object) -> World:
    """Q1 opened the incident, and the others joined it."""
    world = alerted()
    for number in range(2, alerts + 1):
        world.handle(c.AlertTriggers(alert=alert(f"Q{number}", **changes)))
    return world


def queued(world: World, kind: JobKind) -> list[NewJob]:
    """The jobs of a kind that came into the queue: a key that was there before adds nothing."""
    return list({j.key: j for j in world.jobs if j.kind is kind}.values())


def kinds(decision: Decision) -> set[JobKind]:
    return {j.kind for j in decision.jobs}


def test_two_hundred_alerts_are_entries_and_one_message() -> None:
    world = storm()
    assert world.kinds().count("alert_triggered") == STORM
    assert len(world.incident.open_alerts) == STORM
    assert [j.key for j in queued(world, JobKind.POST_ALERTS)] == ["INC-1/alerts"]
    assert queued(world, JobKind.SAY) == []


def test_the_message_is_posted_first_and_edited_one_after_another() -> None:
    world = storm(3)
    lane = [j for j in world.jobs if j.lane == "INC-1/alerts"]
    assert lane[0].kind is JobKind.POST_ALERTS
    updates = queued(world, JobKind.UPDATE_ALERTS)
    assert [j.key for j in updates] == ["INC-1/alerts/3", "INC-1/alerts/4"]
    assert {j.after for j in updates} == {("INC-1/alerts",)}


def test_a_storm_waits_for_its_next_edit_and_people_do_not() -> None:
    world = storm(3)
    joined = world.handle(c.AlertTriggers(alert=alert("Q4")))
    assert job(joined.jobs, JobKind.UPDATE_SUMMARY).args["calm"]
    assert job(joined.jobs, JobKind.UPDATE_ALERTS).args["calm"]
    claimed = world.handle(c.AssignRole(actor=by(BOB), role=IC, holder=BOB))
    assert "calm" not in job(claimed.jobs, JobKind.UPDATE_SUMMARY).args


def test_one_alert_alone_has_no_such_message() -> None:
    world = alerted()
    world.handle(c.AlertAcknowledges(actor=by(ALICE), alert_id="Q1"))
    assert queued(world, JobKind.POST_ALERTS) == queued(world, JobKind.UPDATE_ALERTS) == []


def test_an_incident_of_an_older_version_gets_the_message_with_its_next_alert() -> None:
    """It has several alerts and no message: nothing may wait for one that nobody posts."""
    world = storm(3)
    world.jobs.clear()
    world.handle(c.AlertResolves(alert_id="Q2"))
    assert [j.kind for j in world.jobs if j.lane == "INC-1/alerts"] == [
        JobKind.POST_ALERTS,
        JobKind.UPDATE_ALERTS,
    ]


def test_the_first_few_alerts_have_bookmarks() -> None:
    assert [j.args["title"] for j in queued(storm(), JobKind.ADD_BOOKMARK)] == [
        "PagerDuty incident",
        *(f"PagerDuty alert {number}" for number in (2, 3, 4, 5)),
    ]


def test_the_same_assignees_are_invited_once_before_slack_has_confirmed() -> None:
    assert len(queued(storm(), JobKind.INVITE)) == 1


def test_a_new_assignee_in_the_middle_of_a_storm_is_invited_at_once() -> None:
    world = storm(20)
    carol = Person(name="Carol", pagerduty_id="P7")
    joined = world.handle(c.AlertTriggers(alert=alert("Q21", assignees=(ALICE, carol))))
    invitation = job(joined.jobs, JobKind.INVITE)
    assert invitation.urgent and joined.jobs[0] is invitation
    assert invitation.args["pagerduty_ids"] == [{"id": "P7", "name": "Carol"}]


def test_a_storm_that_one_person_acknowledges_is_told_once() -> None:
    world = storm()
    for number in range(1, STORM + 1):
        world.handle(c.AlertAcknowledges(actor=by(CHARLIE), alert_id=f"Q{number}"))
    (told,) = queued(world, JobKind.SAY)
    assert "is now Incident Commander" in str(told.args)
    assert len(queued(world, JobKind.INVITE)) == 2, "Alice's and Charlie's"
    assert len(queued(world, JobKind.SET_TOPIC)) == 2, "the opening's, and Charlie's"


def test_somebody_else_who_acknowledges_is_told_and_invited_once() -> None:
    world = storm(20)
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
    for number in range(1, 21):
        world.handle(c.AlertAcknowledges(actor=by(BOB), alert_id=f"Q{number}"))
    (told,) = queued(world, JobKind.SAY)
    assert "is acknowledging alerts of INC-1" in str(told.args)
    invited = [j.args["slack_ids"] for j in queued(world, JobKind.INVITE)]
    assert invited.count(["U2"]) == 1


def test_the_first_acknowledgement_moves_the_headline_also_without_a_person() -> None:
    world = storm(3)
    first = world.handle(c.AlertAcknowledges(actor=PAGERDUTY, alert_id="Q2"))
    assert JobKind.SET_TOPIC in kinds(first)
    second = world.handle(c.AlertAcknowledges(actor=PAGERDUTY, alert_id="Q3"))
    assert JobKind.SET_TOPIC not in kinds(second)
    assert world.incident.status is Status.ACKNOWLEDGED


def test_the_room_is_asked_once_when_all_are_resolved_and_again_after_another() -> None:
    world = storm()
    for number in range(1, STORM + 1):
        assert queued(world, JobKind.ASK_TO_RESOLVE) == []
        world.handle(c.AlertResolves(alert_id=f"Q{number}"))
    assert len(queued(world, JobKind.ASK_TO_RESOLVE)) == 1
    assert queued(world, JobKind.SAY) == []
    world.handle(c.AlertTriggers(alert=alert("Q999")))
    world.handle(c.AlertResolves(alert_id="Q999"))
    assert len(queued(world, JobKind.ASK_TO_RESOLVE)) == 2


def test_resolve_resolves_each_open_alert_once_and_the_draft_waits_for_no_note() -> None:
    world = storm()
    world.handle(c.AlertResolves(alert_id="Q7"))
    decision = world.handle(c.Resolve(actor=by(ALICE), text="Rolled back"))
    wanted = [j.args["alert_id"] for j in decision.jobs if j.kind is JobKind.PAGERDUTY_RESOLVE]
    assert sorted(wanted) == sorted(f"Q{n}" for n in range(1, STORM + 1) if n != 7)
    order = [j.kind for j in decision.jobs]
    assert order.index(JobKind.DELIVER_POSTMORTEM) < order.index(JobKind.PAGERDUTY_NOTE)
    assert decision.reply is not None and "199 alerts" in plain(decision.reply.sentence)


def test_what_pagerduty_confirms_of_many_is_told_once_by_the_last() -> None:
    world = storm()
    world.handle(c.Resolve(actor=by(ALICE)))
    for number in range(1, STORM + 1):
        assert queued(world, JobKind.SAY) == []
        world.handle(c.RecordPagerDuty(actor=PAGERDUTY, alert_id=f"Q{number}", what="resolved"))
    (told,) = queued(world, JobKind.SAY)
    assert told.args["sentence"] == ["PagerDuty confirmed: all 200 alerts of INC-1 are resolved."]


def test_what_pagerduty_tells_by_webhook_first_is_told_once_too() -> None:
    world = storm(20)
    world.handle(c.Resolve(actor=by(ALICE)))
    for number in range(1, 21):
        world.handle(c.AlertResolves(alert_id=f"Q{number}"))
    for number in range(1, 21):
        world.handle(c.RecordPagerDuty(actor=PAGERDUTY, alert_id=f"Q{number}", what="resolved"))
    assert len(queued(world, JobKind.SAY)) == 1
    assert queued(world, JobKind.ASK_TO_RESOLVE) == []


def test_acknowledging_many_from_the_room_is_confirmed_once() -> None:
    world = storm(20)
    world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.ACKNOWLEDGED))
    for number in range(1, 21):
        world.handle(c.RecordPagerDuty(actor=PAGERDUTY, alert_id=f"Q{number}", what="acknowledged"))
    (told,) = queued(world, JobKind.SAY)
    assert "every open alert of INC-1 is acknowledged" in str(told.args)


def test_the_same_failure_of_many_is_told_once_for_each_time_it_was_asked_for() -> None:
    world = storm(20)
    for _ in (1, 2):
        decision = world.handle(c.Resolve(actor=by(ALICE)))
        for wanted in (j for j in decision.jobs if j.kind is JobKind.PAGERDUTY_RESOLVE):
            world.handle(
                c.RecordFailure(
                    actor=PAGERDUTY, job=wanted.key, kind=wanted.kind, sentence="No token."
                )
            )
        world.handle(c.Reopen(actor=by(ALICE)))
    assert len(queued(world, JobKind.SAY)) == 2
    assert world.kinds().count("effect_failed") == 40


def test_a_title_that_is_blanked_leaves_the_message_at_once() -> None:
    world = storm(3)
    blanked = world.handle(c.Redact(actor=by(ALICE), number=3))
    assert "calm" not in job(blanked.jobs, JobKind.UPDATE_ALERTS).args
    assert world.incident.alerts["Q2"].title == "[redacted]"


def test_an_alert_whose_acknowledgement_ran_out_is_counted_as_open_again() -> None:
    world = storm(3)
    world.handle(c.AlertAcknowledges(actor=by(ALICE), alert_id="Q2"))
    happened = c.AlertHappens(alert_id="Q2", event_type="incident.unacknowledged")
    decision = world.handle(happened)
    assert JobKind.UPDATE_ALERTS in kinds(decision)
    assert kinds(
        world.handle(happened.model_copy(update={"event_type": "incident.delegated"}))
    ) == (set())


def test_the_alerts_keep_when_they_fired() -> None:
    world = alerted("14:23")
    world.handle(c.AlertTriggers(alert=alert("Q2"), at=at("14:31")), at("14:32"))
    world.handle(c.AlertResolves(alert_id="Q2", at=at("14:40")), at("14:40"))
    assert world.incident.alerts["Q2"].since == at("14:31")


def test_a_storm_changes_neither_severity_nor_ic() -> None:
    world = storm(20)
    assert world.incident.ic is None
    assert world.incident.severity is Severity.SEV3
