"""What a journal amounts to: the state after each entry, and after all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from incident_bot.domain import entries as e
from incident_bot.domain.handover import Offer, PersonsTopic, with_holder, without
from incident_bot.domain.incident import (
    FIRES_AGAIN,
    MILESTONE_OF,
    Action,
    Alert,
    Incident,
    Room,
    room_key,
    subject,
)
from incident_bot.domain.journal import Line, in_force
from incident_bot.domain.papers import after as filed, corrected
from incident_bot.domain.people import Person
from incident_bot.domain.watch import after as watched
from incident_bot.domain.words import AlertStatus, Milestone, Status


def _with_status(state: Incident, status: Status, at: datetime) -> Incident:
    """Recorded order decides: a milestone sets its time, and the status only moves forward.

    `open` (reopened) is the one way back and forgets when it was mitigated and resolved. The
    first acknowledgement stays: another one after that is news, and no correction of it.
    """
    times = dict(state.times)
    if status is Status.OPEN:
        times.pop(Milestone.MITIGATED, None)
        times.pop(Milestone.RESOLVED, None)
        forgotten = {f"milestone/{milestone}" for milestone in MILESTONE_OF.values()}
        current = {k: v for k, v in state.current.items() if k not in forgotten}
        return state.model_copy(
            update={"status": status, "times": times, "current": current, "reopened_at": at}
        )
    if milestone := MILESTONE_OF.get(status):
        again = status is Status.ACKNOWLEDGED and state.status is Status.OPEN
        times[milestone] = times.get(milestone, at) if again else at
    if status.rank > state.status.rank:
        return state.model_copy(update={"status": status, "times": times})
    return state.model_copy(update={"times": times})


def _with_alert(state: Incident, alert: Alert) -> Incident:
    return state.model_copy(update={"alerts": {**state.alerts, alert.alert_id: alert}})


def _alert_status(state: Incident, alert_id: str, status: AlertStatus, at: datetime) -> Incident:
    alert = state.alerts.get(alert_id) or Alert(alert_id=alert_id, title=alert_id)
    if alert.is_older(status, at):
        return state
    return _with_alert(state, alert.model_copy(update={"status": status, "heard": at}))


def _with_member(state: Incident, person: Person, at: datetime, *, here: bool) -> Incident:
    left = {who: when for who, when in state.left.items() if who != person.slack_id}
    came = tuple(p for p in state.came if not p.is_surely(person))
    if here:
        return state.model_copy(update={"came": (*came, person), "left": left})
    invited = tuple(p for p in state.invited if not p.is_surely(person))
    left[person.slack_id or ""] = at
    return state.model_copy(update={"came": came, "invited": invited, "left": left})


def _first_acknowledged(state: Incident, at: datetime) -> datetime:
    """The earliest acknowledgement in PagerDuty, in whatever order they are told; what a person
    said of it stays."""
    known = state.times.get(Milestone.ACKNOWLEDGED, at)
    return known if f"milestone/{Milestone.ACKNOWLEDGED}" in state.current else min(known, at)


def apply(state: Incident, entry: e.Entry) -> Incident:
    """The state after one more entry that corrects nothing. Corrections need `fold`."""
    update: dict[str, object] = {
        "last_seq": max(state.last_seq, entry.seq),
        "watch": watched(state.watch, entry),
        "papers": filed(state.papers, entry),
    }
    if (about := subject(entry.body)) is not None:
        update["current"] = {**state.current, about: entry.seq}
    state = state.model_copy(update=update)
    at = entry.occurred_at
    match entry.body:
        case e.Opened() as o:
            return state.model_copy(
                update={
                    "title": o.title,
                    "severity": o.severity,
                    "private": o.private,
                    "service_id": o.service_id,
                    "service": o.service,
                    "group": o.group,
                    "type": o.type,
                    "opened_by": entry.actor.person,
                    "times": {**state.times, Milestone.DETECTED: at},
                }
            )
        case e.AlertTriggered() as a:
            known = state.alerts.get(a.alert_id)
            return _with_alert(
                state,
                Alert(
                    alert_id=a.alert_id,
                    title=a.title,
                    url=a.url,
                    number=a.number,
                    service=a.service,
                    escalation_policy_id=a.escalation_policy_id,
                    assignees=a.assignees,
                    since=known.since if known else at,
                    status=known.status if known else AlertStatus.TRIGGERED,
                    heard=known.heard if known else at,
                ),
            )
        case e.AlertAcknowledged(alert_id=alert_id):
            state = _alert_status(state, alert_id, AlertStatus.ACKNOWLEDGED, at)
            first = _first_acknowledged(state, at)
            times = {**state.times, Milestone.ACKNOWLEDGED: first}
            state = state.model_copy(update={"times": times})
            return _with_status(state, Status.ACKNOWLEDGED, first)
        case e.AlertOther(alert_id=alert_id, event_type=event_type) if event_type in FIRES_AGAIN:
            return _alert_status(state, alert_id, AlertStatus.TRIGGERED, at)
        case e.AlertResolved(alert_id=alert_id):
            return _alert_status(state, alert_id, AlertStatus.RESOLVED, at)
        case e.PagerDutyWritten(alert_id=alert_id, what=what):
            match what:
                case "resolved":
                    return _alert_status(state, alert_id, AlertStatus.RESOLVED, at)
                case "acknowledged":
                    return _alert_status(state, alert_id, AlertStatus.ACKNOWLEDGED, at)
                case "note":
                    return state
                case _:
                    assert_never(what)
        case e.RoomOpened(channel_id=channel_id, name=name):
            room = Room(channel_id=channel_id, name=name)
            return state.model_copy(update={"room": room, "room_problem": None})
        case e.RoomArchived() | e.RoomUnarchived():
            return state.model_copy(
                update={"room_archived": isinstance(entry.body, e.RoomArchived)}
            )
        case e.PeopleInvited(people=people):
            new = tuple(p for p in people if not any(p.is_same(q) for q in state.invited))
            back = {p.slack_id for p in people}
            left = {who: when for who, when in state.left.items() if who not in back or when >= at}
            return state.model_copy(update={"invited": state.invited + new, "left": left})
        case e.MembershipChanged(person=person, here=here):
            return _with_member(state, person, at, here=here)
        case e.EffectFailed(job=job, sentence=sentence):
            no_room = state.room is None and job == room_key(state.ref)
            return state.model_copy(update={"room_problem": sentence}) if no_room else state
        case e.RoleAssigned(role=role, holder=holder):
            roles = {k: v for k, v in state.roles.items() if k != role}
            if holder is not None:
                roles[role] = holder
            held, offers = with_holder(state.held, role, holder), without(state.offers, role)
            return state.model_copy(update={"roles": roles, "held": held, "offers": offers})
        case e.HandoverOffered(role=role, to=to):
            by = entry.actor.person or to
            offer = Offer(seq=entry.seq, to=to, by=by)
            return state.model_copy(update={"offers": {**state.offers, role: offer}})
        case e.HandoverDeclined(role=role, offer=number):
            offers = without(state.offers, role, number)
            return state.model_copy(update={"offers": offers})
        case e.TopicLeft(by=by, written=written):
            topic = PersonsTopic(by=by, written=written)
            return state.model_copy(update={"topic": topic})
        case e.TopicRestored():
            if state.topic is None:
                return state
            yields = state.topic.model_copy(update={"yields": True})
            return state.model_copy(update={"topic": yields})
        case e.SeverityChanged(severity=severity, priority=priority):
            said = state.severity_said or priority is None
            return state.model_copy(update={"severity": severity, "severity_said": said})
        case e.StatusChanged(status=status):
            state = _with_status(state, status, at)
            return state.model_copy(update={"offers": {}}) if state.is_over else state
        case e.MilestoneSet(milestone=milestone):
            return state.model_copy(update={"times": {**state.times, milestone: at}})
        case e.Updated(text=text):
            return state.model_copy(update={"last_update": text, "last_update_at": at})
        case e.ImpactStated(name=name, value=value):
            return state.model_copy(update={"impact": {**state.impact, name: value}})
        case e.ActionAdded() as item:
            action = Action(seq=entry.seq, item=item)
            return state.model_copy(update={"actions": (*state.actions, action)})
        case e.ActionClosed(number=number):
            closed = {"done": True}
            actions = (a.model_copy(update=closed) if a.seq == number else a for a in state.actions)
            return state.model_copy(update={"actions": tuple(actions)})
        case (
            e.AlertAnnotated()
            | e.AlertOther()
            | e.Logged()
            | e.FileKept()
            | e.MetricStated()
            | e.NoteAdded()
            | e.WhyStated()
            | e.QuestionSkipped()
            | e.Approved()
            | e.Retracted()
            | e.Redacted()
            | e.PostmortemDelivered()
            | e.Reminded()
            | e.ReminderSnoozed()
            | e.ReminderDismissed()
        ):
            return state
        case _:
            assert_never(entry.body)


def fold(ref: str, journal: Sequence[e.Entry]) -> Incident:
    """The state that a whole journal amounts to.

    A correction counts in the place of the entry that it corrects, so it can move the status in
    force, which a merely late entry cannot. It does not change when the thing was learned, nor who
    opened the incident. Without corrections this equals applying one by one.
    """
    state, first = Incident(ref=ref), {entry.seq: entry for entry in journal}
    for line in in_force(journal):
        state = apply(state, _in_place(line, first[line.number]))
    last = journal[-1].seq if journal else 0
    last_correction = max((entry.seq for entry in journal if needs_fold(entry)), default=0)
    papers = corrected(state.papers, last_correction)
    return state.model_copy(update={"last_seq": last, "papers": papers})


def _in_place(line: Line, first: e.Entry) -> e.Entry:
    """The version in force, in the place of the first one."""
    place: dict[str, object] = {"seq": line.number, "recorded_at": first.recorded_at}
    if isinstance(line.entry.body, e.Opened):
        place["actor"] = first.actor
    return line.entry.model_copy(update=place)


def needs_fold(entry: e.Entry) -> bool:
    """True for an entry that `apply` alone cannot handle: it corrects or blanks another."""
    return entry.supersedes is not None or isinstance(entry.body, e.Redacted)


_NEWER = ("since", "heard")
"""What an alert that an older version stored has not got, and what it may carry on without."""


def is_fold_of(stored: Mapping[str, Any], folded: Incident) -> bool:
    """True when a stored state is what its journal amounts to.

    What a state has got only in a newer version is not in one that an older version stored: that
    alone is no difference.
    """
    known = folded.model_dump(mode="json")
    alerts = {
        alert_id: {
            key: stored_alert[key] if key in _NEWER and stored_alert[key] is None else value
            for key, value in alert.items()
            if key in stored_alert
        }
        for alert_id, alert in known["alerts"].items()
        if (stored_alert := stored.get("alerts", {}).get(alert_id)) is not None
    }
    if len(alerts) == len(known["alerts"]):
        known["alerts"] = alerts
    return {key: value for key, value in known.items() if key in stored} == dict(stored)
