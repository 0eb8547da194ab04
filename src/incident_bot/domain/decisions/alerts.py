"""What PagerDuty tells about an alert of an incident that is already there."""

from dataclasses import replace
from datetime import datetime, timedelta

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions import storms, telling
from incident_bot.domain.decisions.common import (
    invite,
    moment,
    refresh,
    say,
)
from incident_bot.domain.decisions.opening import alert_moment
from incident_bot.domain.decisions.roles import raised
from incident_bot.domain.incident import FIRES_AGAIN, REOPENED, Incident, room_key
from incident_bot.domain.policy import Policy
from incident_bot.domain.privacy import may_know
from incident_bot.domain.words import IC, AlertStatus, Milestone, Status

UNKNOWN_ALERT = (
    "This alert is not known any more. To open a war room by hand: `/incident declare TITLE`."
)
OWN_NOTE = "Incident Bot "
"""How the notes begin that the bot writes in PagerDuty; their echo is no news."""


def joins(incident: Incident, command: c.AlertTriggers, policy: Policy, now: datetime) -> Decision:
    """Another alert of the same group becomes part of the open incident; one that is part of it
    already has news, or its trigger comes late."""
    alert, at = command.alert, moment(command, now)
    if alert.alert_id not in incident.alerts:
        decision = storms.join(incident, alert, alert_moment(command, now))
    elif command.event_type == c.TRIGGERED:
        decision = _late_trigger(incident, alert, at)
    else:
        decision = _happened(incident, alert.alert_id, command.event_type, policy, at)
    return _and_raised(decision, incident, alert, policy, at)


def _late_trigger(incident: Incident, alert: c.AlertSeen, at: datetime) -> Decision:
    """The trigger of an alert that another delivery brought in before it: it is no second alert,
    but it may know an earlier time of detection, and whom PagerDuty called first."""
    entries: tuple[NewEntry, ...] = ()
    jobs: tuple[NewJob, ...] = ()
    opened = next(iter(incident.alerts)) == alert.alert_id
    said = f"milestone/{Milestone.DETECTED}" in incident.current
    if opened and not said and incident.detected - at >= timedelta(seconds=1):
        entries = (NewEntry(e.MilestoneSet(milestone=Milestone.DETECTED), at),)
        jobs = refresh(incident, incident.last_seq + 1)
    if new := storms.not_asked(incident, alert.assignees):
        late = invite(incident.ref, 0, new)
        jobs += (replace(late, key=f"{incident.ref}/invite/{alert.alert_id}/late"),)
    return Decision(entries, jobs)


def _and_raised(
    decision: Decision, incident: Incident, alert: c.AlertSeen, policy: Policy, at: datetime
) -> Decision:
    seq = incident.last_seq + len(decision.entries) + 1
    entries, jobs = raised(incident, alert, policy, at, seq)
    return replace(decision, entries=(*decision.entries, *entries), jobs=(*decision.jobs, *jobs))


def room_wanted(
    incident: Incident, command: c.OpenForAlert, policy: Policy, now: datetime
) -> Decision:
    """A person asks for a room for an alert whose group has one: the alert joins it."""
    ref, person = incident.ref, command.actor.person
    if not may_know(incident, person):  # whoever asks must not get in, nor learn that it is there
        raise Refusal(UNKNOWN_ALERT)
    if command.alert.alert_id in incident.alerts:
        if incident.is_over:
            name = policy.status_name(incident.status)
            raise Refusal(
                f"This alert had its war room: {ref}, which is {name}. "
                f"If it is not over after all: `/incident {ref} reopen`."
            )
        raise Refusal(f"{ref} is already open for this alert.")
    people = (person,) if person else ()
    joined = storms.join(incident, command.alert, alert_moment(command, now), people)
    words = f"{ref} is open for the same service, so this alert joined it."
    return Decision(joined.entries, joined.jobs, Reply((words,)))


def acknowledged(
    incident: Incident, command: c.AlertAcknowledges, policy: Policy, now: datetime
) -> Decision:
    """An entry at its own time, whenever it comes; the acknowledger becomes IC if there is none.

    Who was told to be IC stays it, also when somebody had acknowledged before and PagerDuty tells
    so later. What happened after the end makes nobody IC; what happened before it does.
    """
    at = moment(command, now)
    decision = _acknowledged(incident, command, policy, at)
    if command.alert is None:
        return decision
    return _and_raised(decision, incident, command.alert, policy, at)


def _acknowledged(
    incident: Incident, command: c.AlertAcknowledges, policy: Policy, at: datetime
) -> Decision:
    person, seq = command.actor.person, incident.last_seq + 1
    entries = [NewEntry(e.AlertAcknowledged(alert_id=command.alert_id), at)]
    end = incident.times.get(Milestone.RESOLVED)
    after_the_end = incident.is_over and (end is None or at >= end)
    earliest = at < incident.times.get(Milestone.ACKNOWLEDGED, at)
    first = earliest or incident.status.rank < Status.ACKNOWLEDGED.rank
    if person is None or after_the_end:
        return Decision(tuple(entries), refresh(incident, seq, headline=first, calm=not first))
    becomes_ic = incident.ic is None
    if becomes_ic:
        entries.append(NewEntry(e.RoleAssigned(role=IC, holder=person), at))
    role = policy.role(IC) if becomes_ic else None
    news = first or becomes_ic
    return Decision(
        entries=tuple(entries),
        jobs=(
            *storms.acknowledger(incident, seq, person, becomes_ic=becomes_ic),
            *(telling.duties(incident, seq + 1, role, person) if role else ()),
            *refresh(incident, incident.last_seq + len(entries), headline=news, calm=not news),
        ),
    )


def resolved(incident: Incident, command: c.AlertResolves, now: datetime) -> Decision:
    """An entry at its own time; when the last alert is resolved, the room is asked whether it is
    over. It is no news when it was resolved before, or has been opened again since."""
    alert = incident.alerts.get(command.alert_id)
    if alert is None:
        return Decision()
    at, seq = moment(command, now), incident.last_seq + 1
    entries = (NewEntry(e.AlertResolved(alert_id=command.alert_id), at),)
    resolved_before = alert.status is AlertStatus.RESOLVED
    if resolved_before or alert.is_older(AlertStatus.RESOLVED, at):
        return Decision(entries)
    jobs = refresh(incident, seq, calm=True)
    if incident.is_over or any(a.alert_id != command.alert_id for a in incident.open_alerts):
        return Decision(entries, jobs)
    ask = NewJob(
        kind=JobKind.ASK_TO_RESOLVE,
        key=f"{incident.ref}/ask/{seq}",
        args={"seq": seq},
        lane=f"{incident.ref}/ask",
        after=(room_key(incident.ref),),
    )
    return Decision(entries, (ask, *jobs))


def annotated(incident: Incident, command: c.AlertAnnotates, now: datetime) -> Decision:
    """A PagerDuty note becomes an entry; our own notes come back as nothing."""
    text = command.text.strip()
    if not text or text.startswith(f"{OWN_NOTE}{incident.ref}"):
        return Decision()
    seq = incident.last_seq + 1
    who = command.actor.person or command.actor.name
    return Decision(
        entries=(
            NewEntry(e.AlertAnnotated(alert_id=command.alert_id, text=text), moment(command, now)),
        ),
        jobs=(say(incident.ref, seq, ("Note in PagerDuty by ", who, f": {text}")),),
    )


def other(incident: Incident, command: c.AlertHappens, policy: Policy, now: datetime) -> Decision:
    """Kept as it came."""
    return _happened(incident, command.alert_id, command.event_type, policy, moment(command, now))


def _happened(
    incident: Incident, alert_id: str, event_type: str, policy: Policy, at: datetime
) -> Decision:
    """An entry; the room is told of an alert that was opened again."""
    seq = incident.last_seq + 1
    entries = (NewEntry(e.AlertOther(alert_id=alert_id, event_type=event_type), at),)
    if event_type != REOPENED:
        fires_again = event_type in FIRES_AGAIN
        return Decision(entries, refresh(incident, seq, calm=True) if fires_again else ())
    alert = incident.alerts.get(alert_id)
    words = f"PagerDuty reopened an alert: {alert.title if alert else alert_id}."
    if incident.is_over:
        name = policy.status_name(incident.status)
        words += f" {incident.ref} is {name}; if it goes on: `/incident reopen`."
    return Decision(entries, (say(incident.ref, seq, (words,)), *refresh(incident, seq)))
