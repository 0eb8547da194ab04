"""What PagerDuty tells about an alert of an incident that is already there."""

from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions.common import (
    bookmark,
    invite,
    invite_newcomer,
    moment,
    refresh,
    say,
)
from incident_bot.domain.decisions.opening import alert_entry, alert_moment
from incident_bot.domain.incident import REOPENED, Incident, room_key
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import IC, AlertStatus

OWN_NOTE = "Incident Bot "
"""How the notes begin that the bot writes in PagerDuty; their echo is no news."""


def joins(incident: Incident, command: c.AlertTriggers, policy: Policy, now: datetime) -> Decision:
    """Another alert of the same group becomes part of the open incident."""
    alert = command.alert
    if alert.alert_id not in incident.alerts:
        return _join(incident, alert, alert_moment(command, now))
    if command.event_type == c.TRIGGERED:
        return Decision()
    return _happened(incident, alert.alert_id, command.event_type, policy, moment(command, now))


def room_wanted(
    incident: Incident, command: c.OpenForAlert, policy: Policy, now: datetime
) -> Decision:
    """A person asks for a room for an alert whose group has one: the alert joins it."""
    ref, person = incident.ref, command.actor.person
    if command.alert.alert_id in incident.alerts:
        if incident.is_over:
            name = policy.status_name(incident.status)
            raise Refusal(
                f"This alert had its war room: {ref}, which is {name}. "
                f"If it is not over after all: `/incident {ref} reopen`."
            )
        raise Refusal(f"{ref} is already open for this alert.")
    people = (person,) if person else ()
    joined = _join(incident, command.alert, alert_moment(command, now), people)
    words = f"{ref} is open for the same service, so this alert joined it."
    return Decision(joined.entries, joined.jobs, Reply((words,)))


def _join(
    incident: Incident, alert: c.AlertSeen, at: datetime, people: tuple[Person, ...] = ()
) -> Decision:
    seq = incident.last_seq + 1
    new = tuple(
        p
        for p in (*people, *alert.assignees)
        if not any(p.is_same(known) for known in incident.invited)
    )
    jobs = [
        say(incident.ref, seq, (f"Another alert joined {incident.ref}: {alert.title}",)),
        *bookmark(incident.ref, seq, f"PagerDuty alert {len(incident.alerts) + 1}", alert.url),
        *refresh(incident, seq),
    ]
    if new:
        jobs.insert(0, invite(incident.ref, seq, new))
    return Decision(entries=(NewEntry(alert_entry(alert), at),), jobs=tuple(jobs))


def acknowledged(incident: Incident, command: c.AlertAcknowledges, now: datetime) -> Decision:
    """An entry; the acknowledger becomes IC if there is none."""
    person = command.actor.person
    alert = incident.alerts.get(command.alert_id)
    known = alert is not None and alert.status is not AlertStatus.TRIGGERED
    if known and (person is None or incident.is_over):
        return Decision()
    at, seq = moment(command, now), incident.last_seq + 1
    entries = [NewEntry(e.AlertAcknowledged(alert_id=command.alert_id), at)]
    if person is None or incident.is_over:
        return Decision(tuple(entries), refresh(incident, seq, headline=True))
    becomes_ic = incident.ic is None
    if becomes_ic:
        entries.append(NewEntry(e.RoleAssigned(role=IC, holder=person), at))
    rest = " and is now Incident Commander." if becomes_ic else "."
    return Decision(
        entries=tuple(entries),
        jobs=(
            *invite_newcomer(incident, seq, person),
            say(incident.ref, seq, (person, " acknowledged the alert in PagerDuty" + rest)),
            *refresh(incident, incident.last_seq + len(entries), headline=True),
        ),
    )


def resolved(incident: Incident, command: c.AlertResolves, now: datetime) -> Decision:
    """An entry; when the last alert is resolved, the room is asked whether it is over."""
    alert = incident.alerts.get(command.alert_id)
    if alert is None or alert.status is AlertStatus.RESOLVED:
        return Decision()
    seq = incident.last_seq + 1
    entries = (NewEntry(e.AlertResolved(alert_id=command.alert_id), moment(command, now)),)
    if incident.is_over:
        return Decision(entries)
    others = [a for a in incident.open_alerts if a.alert_id != command.alert_id]
    if others:
        words = (
            f"PagerDuty says an alert is resolved: {alert.title}. "
            f"{len(others)} of {incident.ref} still open."
        )
        return Decision(entries, (say(incident.ref, seq, (words,)), *refresh(incident, seq)))
    ask = NewJob(
        kind=JobKind.ASK_TO_RESOLVE,
        key=f"{incident.ref}/ask/{seq}",
        lane=f"{incident.ref}/say",
        after=(room_key(incident.ref),),
    )
    return Decision(entries, (ask, *refresh(incident, seq)))


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
    entries = (NewEntry(e.AlertOther(alert_id=alert_id, event_type=event_type), at),)
    if event_type != REOPENED:
        return Decision(entries)
    seq = incident.last_seq + 1
    alert = incident.alerts.get(alert_id)
    words = f"PagerDuty reopened an alert: {alert.title if alert else alert_id}."
    if incident.is_over:
        name = policy.status_name(incident.status)
        words += f" {incident.ref} is {name}; if it goes on: `/incident reopen`."
    return Decision(entries, (say(incident.ref, seq, (words,)), *refresh(incident, seq)))
