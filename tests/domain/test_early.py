"""What PagerDuty tells before an alert has its incident, and what comes late."""

from incident_bot.domain import commands as c, early
from incident_bot.domain.decision import JobKind
from incident_bot.domain.fold import fold, is_fold_of
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person, by
from incident_bot.domain.words import IC, AlertStatus, Milestone, Severity, Status
from tests.domain.world import ALICE, BOB, START, World, alert, alerted, at, job

NOW = at("15:00")


def told(world: World, command: early.About, known: c.AlertSeen | None = None) -> c.AlertSeen:
    """What the service does with news of an alert that has no incident: the alert as kept."""
    seen = early.kept(known, command, NOW)
    opener = early.opener(command, seen)
    if opener is None or not world.handle(opener, NOW).entries:
        return seen
    for earlier in early.commands(seen):
        world.handle(earlier, NOW)
    return seen.model_copy(update={"news": ()})


def acknowledges(clock: str, person: Person = ALICE, **seen: object) -> c.AlertAcknowledges:
    return c.AlertAcknowledges(actor=by(person), at=at(clock), alert_id="Q1", alert=alert(**seen))


def test_an_acknowledgement_before_its_trigger_opens_the_room_and_makes_an_ic() -> None:
    world = World()
    told(world, acknowledges("14:05", since=at("14:00")))
    incident = world.incident
    assert (incident.status, incident.ic) == (Status.ACKNOWLEDGED, ALICE)
    assert incident.times[Milestone.DETECTED] == at("14:00")
    assert incident.times[Milestone.ACKNOWLEDGED] == at("14:05")
    before = world.kinds()
    late = world.handle(c.AlertTriggers(alert=alert(), at=at("14:00")), NOW)
    assert (late.entries, world.kinds()) == ((), before)


def test_a_late_trigger_knows_when_it_was_detected_and_who_was_called() -> None:
    world = World()
    told(world, acknowledges("14:05", assignees=(ALICE,)))  # an older body: no `created_at`
    both = c.AlertTriggers(alert=alert(assignees=(ALICE, BOB)), at=at("14:00"))
    late = world.handle(both, NOW)
    assert world.incident.detected == at("14:00")
    assert job(late.jobs, JobKind.INVITE).args["slack_ids"] == ["U2"]
    assert world.handle(both, NOW).entries == ()


def test_a_note_and_a_resolution_are_kept_until_the_alert_has_its_incident() -> None:
    world = World()
    note = c.AlertAnnotates(actor=by(BOB), at=at("14:02"), alert_id="Q1", text="pool is full")
    seen = told(world, note)
    assert not world.incident.exists
    told(world, acknowledges("14:01"), seen)
    assert world.kinds()[-1] == "alert_annotated"
    assert (world.journal[-1].actor, world.journal[-1].occurred_at) == (by(BOB), at("14:02"))


def test_nobody_is_called_together_for_what_is_resolved_already() -> None:
    world = World()
    seen = told(world, c.AlertResolves(alert_id="Q1", at=at("14:10")))
    seen = told(world, c.AlertTriggers(alert=alert(), at=at("14:00")), seen)
    seen = told(world, acknowledges("14:05"), seen)
    assert not world.incident.exists and world.jobs == []
    assert [news.event_type for news in seen.news] == [early.ACKNOWLEDGED, early.RESOLVED]
    reopened = c.AlertTriggers(alert=alert(), at=at("14:20"), event_type=early.REOPENED)
    told(world, reopened, seen)
    assert world.incident.alerts["Q1"].status is AlertStatus.TRIGGERED
    assert world.incident.ic == ALICE


def test_an_alert_that_joins_brings_what_was_told_of_it() -> None:
    world = alerted()
    seen = early.kept(None, c.AlertResolves(alert_id="Q2", at=at("14:10")), NOW)
    trigger = c.AlertTriggers(alert=alert("Q2"), at=at("14:00"))
    seen = early.kept(seen, trigger, NOW)
    opener = early.opener(trigger, seen)
    assert opener is not None
    world.handle(opener, NOW)
    for earlier in early.commands(seen):
        world.handle(earlier, NOW)
    assert world.incident.alerts["Q2"].status is AlertStatus.RESOLVED
    assert world.incident.alerts["Q1"].status is AlertStatus.TRIGGERED


def test_what_was_seen_last_by_pagerdutys_clock_is_kept() -> None:
    new = c.AlertTriggers(alert=alert(title="new", urgency="low"), at=at("14:05"))
    old = c.AlertTriggers(alert=alert(title="old", urgency="low"), at=at("14:00"))
    assert early.kept(early.kept(None, new, NOW), old, NOW).title == "new"
    assert early.kept(early.kept(None, old, NOW), new, NOW).title == "new"


def test_so_much_is_kept_and_no_more() -> None:
    seen = None
    for _ in range(early.MOST_NEWS + 5):
        seen = early.kept(seen, c.AlertHappens(alert_id="Q1", event_type="incident.x"), NOW)
    assert seen is not None and len(seen.news) == early.MOST_NEWS


def test_each_word_counts_at_its_own_time() -> None:
    world = alerted("14:00")
    reopened = c.AlertTriggers(alert=alert(), at=at("14:20"), event_type=early.REOPENED)
    world.handle(reopened, NOW)
    late = world.handle(c.AlertResolves(alert_id="Q1", at=at("14:10")), NOW)
    assert world.incident.alerts["Q1"].status is AlertStatus.TRIGGERED
    assert world.kinds()[-1] == "alert_resolved"
    assert late.jobs == (), "nobody is asked whether it is over"


def test_the_first_acknowledgement_is_the_earliest_whenever_it_is_told() -> None:
    world = alerted("14:00")
    for clock in ("14:09", "14:03", "14:06"):
        world.handle(acknowledges(clock), NOW)
    assert world.incident.times[Milestone.ACKNOWLEDGED] == at("14:03")
    world = alerted("14:00")
    said = c.ChangeStatus(actor=by(BOB), status=Status.ACKNOWLEDGED, at=at("14:05"))
    world.handle(said, NOW)
    world.handle(acknowledges("14:01"), NOW)
    assert world.incident.times[Milestone.ACKNOWLEDGED] == at("14:05"), "a person said so"


def test_who_acknowledged_before_the_end_is_ic_also_when_it_is_told_after_it() -> None:
    world = alerted("14:00")
    world.handle(c.Resolve(actor=by(BOB), at=at("14:30")), NOW)
    world.handle(acknowledges("14:10"), NOW)
    assert (world.incident.ic, world.incident.status) == (ALICE, Status.RESOLVED)
    world = alerted("14:00")
    world.handle(c.Resolve(actor=by(BOB), at=at("14:30")), NOW)
    world.handle(acknowledges("14:40"), NOW)
    assert world.incident.roles.get(IC) is None


def test_pagerdutys_priority_makes_it_worse_and_never_milder_than_it_was() -> None:
    world = alerted()
    worse = c.AlertTriggers(alert=alert(priority="P1"), event_type="incident.priority_updated")
    raised = world.handle(worse)
    assert world.incident.severity is Severity.SEV1
    assert "PagerDuty's priority is P1" in str(job(raised.jobs, JobKind.SAY).args)
    milder = c.AlertTriggers(alert=alert(priority="P4"), event_type="incident.priority_updated")
    world.handle(milder)
    assert world.incident.severity is Severity.SEV1


def test_what_a_person_said_of_the_severity_stays() -> None:
    world = alerted()
    world.handle(c.ChangeSeverity(actor=by(BOB), severity=Severity.SEV4))
    worse = c.AlertTriggers(alert=alert(priority="P1"), event_type="incident.priority_updated")
    world.handle(worse)
    assert world.incident.severity is Severity.SEV4


def test_a_state_that_an_older_version_stored_is_still_the_fold_of_its_journal() -> None:
    world = alerted()
    state = fold("INC-1", world.journal)
    stored = state.model_dump(mode="json")
    assert is_fold_of(stored, state)
    del stored["severity_said"]
    del stored["alerts"]["Q1"]["heard"]
    assert is_fold_of(stored, state)
    assert not is_fold_of({**stored, "title": "other"}, state)
    assert not is_fold_of({**stored, "alerts": {}}, state)
    assert not is_fold_of({**stored, "alerts": {**stored["alerts"], "Q9": {}}}, state)
    assert not is_fold_of(stored, Incident(ref="INC-1", times={Milestone.DETECTED: START}))
