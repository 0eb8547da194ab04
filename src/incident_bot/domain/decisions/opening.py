"""An incident begins: declared by a person, or opened for an alert. People first."""

from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Reply
from incident_bot.domain.decisions.common import bookmark, invite, invite_of_route, moment
from incident_bot.domain.early import is_over
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Route


def declare(incident: Incident, command: c.Declare, policy: Policy, now: datetime) -> Decision:
    """Open an incident by hand; whoever declares is invited."""
    opened = e.Opened(
        title=" ".join(command.title.split()),
        severity=command.severity or policy.default_severity,
        private=command.private,
    )
    person = command.actor.person
    reply = Reply(
        (
            f"{incident.ref} declared ({opened.severity.label}): {opened.title}\n"
            "The war room is being opened; you will be invited in a moment.",
        ),
        public=not command.private,
    )
    return Decision(
        entries=(NewEntry(opened, moment(command, now)),),
        jobs=_opening(incident.ref, opened, policy, (person,) if person else ()),
        reply=reply,
    )


def triggered(
    incident: Incident, command: c.AlertTriggers, policy: Policy, now: datetime
) -> Decision:
    """An alert opens a room, is announced, or is ignored, as its route says. One that is resolved
    already calls nobody together (`early`)."""
    route = policy.route(command.alert)
    if route is None or route.then == "ignore" or is_over(command.alert):
        return Decision()
    if route.then == "notify":
        return Decision(
            jobs=(
                NewJob(
                    kind=JobKind.ANNOUNCE_ALERT,
                    key=f"alert/{command.alert.alert_id}",
                    args={"alert_id": command.alert.alert_id},
                ),
            )
        )
    return _open_for(incident, command.alert, route, (), alert_moment(command, now), policy)


def open_for_alert(
    incident: Incident, command: c.OpenForAlert, policy: Policy, now: datetime
) -> Decision:
    """Somebody asks for a room for an alert that was only announced."""
    route = policy.route_or_default(command.alert)
    person = command.actor.person
    at = alert_moment(command, now)
    people = (person,) if person else ()
    decision = _open_for(incident, command.alert, route, people, at, policy)
    words = f"{incident.ref} declared: {command.alert.title}\nThe war room is being opened."
    return Decision(entries=decision.entries, jobs=decision.jobs, reply=Reply((words,)))


def alert_moment(command: c.AlertTriggers | c.OpenForAlert, now: datetime) -> datetime:
    """When the alert fired: for news of an older one, when PagerDuty says that it began."""
    if isinstance(command, c.AlertTriggers) and command.event_type == c.TRIGGERED:
        return moment(command, now)
    return min(command.alert.since or moment(command, now), now)


def alert_entry(alert: c.AlertSeen) -> e.AlertTriggered:
    """The entry for an alert."""
    return e.AlertTriggered(
        **alert.model_dump(exclude={"priority", "teams", "since", "as_of", "news"})
    )


def _open_for(
    incident: Incident,
    alert: c.AlertSeen,
    route: Route,
    people: tuple[Person, ...],
    at: datetime,
    policy: Policy,
) -> Decision:
    opened = e.Opened(
        title=" ".join(alert.title.split()),
        severity=route.severity or policy.severity_of(alert.priority),
        service_id=alert.service_id,
        service=alert.service,
        group=route.group_of(alert),
    )
    return Decision(
        entries=(NewEntry(opened, at), NewEntry(alert_entry(alert), at)),
        jobs=(
            *_opening(incident.ref, opened, policy, (*people, *alert.assignees), alert, route),
            *bookmark(incident.ref, 2, "PagerDuty incident", alert.url),
        ),
    )


def _opening(
    ref: str,
    opened: e.Opened,
    policy: Policy,
    people: tuple[Person, ...],
    alert: c.AlertSeen | None = None,
    route: Route | None = None,
) -> tuple[NewJob, ...]:
    """Create, then invite at once; everything else beside it or after."""
    room, summary = room_key(ref), f"{ref}/summary"
    on_call = alert.escalation_policy_id if alert is not None else None
    jobs = [
        NewJob(JobKind.CREATE_ROOM, room, urgent=True),
        invite(ref, 1, people, on_call),
        *invite_of_route(ref, route),
        NewJob(JobKind.POST_SUMMARY, summary, after=(room,), lane=summary),
        NewJob(JobKind.PIN_SUMMARY, f"{ref}/pin", after=(summary,)),
        NewJob(JobKind.SET_TOPIC, f"{ref}/topic/1", {"seq": 1}, lane=f"{ref}/topic", after=(room,)),
    ]
    if alert is not None:
        jobs.insert(
            1,
            NewJob(
                JobKind.LOOK_UP_PEOPLE,
                f"{ref}/people",
                {
                    "pagerduty_ids": [
                        {"id": p.pagerduty_id, "name": p.name} for p in people if p.pagerduty_id
                    ],
                    "escalation_policy_id": on_call,
                    **({"named": list(route.invite)} if route and route.invite else {}),
                },
                urgent=True,
            ),
        )
    if not opened.private:
        jobs.append(
            NewJob(JobKind.ANNOUNCE, f"{ref}/announce", after=(room,), lane=f"{ref}/announce")
        )
    if any(role.people or role.escalation_policy for role in policy.roles):
        jobs.append(NewJob(JobKind.FILL_ROLES, f"{ref}/roles", after=(room,)))
    return tuple(jobs)
