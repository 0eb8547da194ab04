"""An incident begins: declared by a person, or opened for an alert. People first."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import (
    Decision,
    JobKind,
    NewEntry,
    NewJob,
    Refusal,
    Reply,
)
from incident_bot.domain.decisions.common import bookmark, invite, invite_named, moment
from incident_bot.domain.early import is_over
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Route


def declare(incident: Incident, command: c.Declare, policy: Policy, now: datetime) -> Decision:
    """Open an incident by hand; whoever declares is invited. Private is what is declared so, and
    what is of a private type: nothing makes that public."""
    kind = policy.type(command.type)
    if command.type is not None and kind is None:
        raise _no_such_type(command.type, policy)
    said = command.severity or (kind.severity if kind else None)
    opened = e.Opened(
        title=" ".join(command.title.split()),
        severity=said or policy.default_severity,
        private=command.private or (kind is not None and kind.private),
        type=kind.key if kind else None,
    )
    person = command.actor.person
    private = (
        " The room is private: only you and those who are invited see it." if opened.private else ""
    )
    reply = Reply(
        (
            f"{incident.ref} declared ({opened.severity.label}): {opened.title}\n"
            f"The war room is being opened; you will be invited in a moment.{private}",
        ),
        public=not opened.private,
    )
    people, named = (person,) if person else (), kind.invite if kind else ()
    return Decision(
        entries=(NewEntry(opened, moment(command, now)),),
        jobs=_opening(incident.ref, opened, policy, people, named),
        reply=reply,
    )


def _no_such_type(key: str, policy: Policy) -> Refusal:
    if not policy.types:
        return Refusal(
            f"There is no type {key}, for none is configured (`[types.{key}]`), so nothing was "
            "opened. Example: `/incident declare --private sev2 Checkout returns errors`."
        )
    known = ", ".join(f"`{t.key}`" for t in policy.types)
    return Refusal(
        f"There is no type {key}, so nothing was opened. The types are {known}. "
        f"Example: `/incident declare --type {policy.types[0].key} Checkout returns errors`."
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
        if route.private:  # an announcement is for everybody; `check` refuses such a route
            return Decision()
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
    reply = Reply((words,), public=not route.private)
    return Decision(entries=decision.entries, jobs=decision.jobs, reply=reply)


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
        private=route.private,
    )
    everybody = (*people, *alert.assignees)
    return Decision(
        entries=(NewEntry(opened, at), NewEntry(alert_entry(alert), at)),
        jobs=(
            *_opening(incident.ref, opened, policy, everybody, route.invite, alert),
            *bookmark(incident.ref, 2, "PagerDuty incident", alert.url),
        ),
    )


def _opening(
    ref: str,
    opened: e.Opened,
    policy: Policy,
    people: tuple[Person, ...],
    named: tuple[str, ...],
    alert: c.AlertSeen | None = None,
) -> tuple[NewJob, ...]:
    """Create, then invite at once; everything else beside it or after.

    Into a private room come those who declared it or were called by PagerDuty, and those whom its
    route or type names. Who fills a role elsewhere is not called here: they need not know.
    """
    room, summary = room_key(ref), f"{ref}/summary"
    on_call = alert.escalation_policy_id if alert is not None else None
    jobs = [
        NewJob(JobKind.CREATE_ROOM, room, urgent=True),
        invite(ref, 1, people, on_call),
        *invite_named(ref, named),
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
                    **({"named": list(named)} if named else {}),
                },
                urgent=True,
            ),
        )
    if opened.private:
        return tuple(jobs)
    jobs.append(NewJob(JobKind.ANNOUNCE, f"{ref}/announce", after=(room,), lane=f"{ref}/announce"))
    if any(role.people or role.escalation_policy for role in policy.roles):
        jobs.append(NewJob(JobKind.FILL_ROLES, f"{ref}/roles", after=(room,)))
    return tuple(jobs)
