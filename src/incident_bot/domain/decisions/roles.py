"""Roles and severity: who leads, and how bad it is."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, NewEntry, NewJob, Refusal, Reply, Sentence
from incident_bot.domain.decisions import telling
from incident_bot.domain.decisions.common import (
    invite_newcomer,
    moment,
    must_exist,
    must_not_be_cancelled,
    refresh,
    say,
)
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy


def assign(incident: Incident, command: c.AssignRole, policy: Policy, now: datetime) -> Decision:
    """Give or release a role. A claim (`only_if_free`) never takes it from its holder."""
    must_not_be_cancelled(incident, policy)
    role = policy.role(command.role)
    if role is None:
        known = ", ".join(f"`{r.key}`" for r in policy.roles)
        raise Refusal(
            f"There is no role `{command.role}`. The roles are {known}. "
            "Example: `/incident role ops @bob`."
        )
    before, holder = incident.roles.get(role.key), command.holder
    if holder is None and before is None:
        raise Refusal(f"Nobody is {role.name}, so there is nothing to release.")
    if command.only_if_free and before is not None and command.actor.kind == "bot":
        return Decision()
    if holder is not None and holder.is_same(before):
        raise Refusal(holder, f" already is {role.name}.")
    if command.only_if_free and before is not None:
        raise Refusal(
            before,
            f" is {role.name} already. To take over: `/incident role {role.key} me`.",
        )
    seq = incident.last_seq + 1
    match before, holder:
        case _, None:
            reply = Reply((before or "", f" is no longer {role.name}; the role is free."))
        case None, _:
            reply = Reply((holder, f" is now {role.name}."))
        case _:
            reply = Reply((holder, f" is now {role.name} (before: ", before, ")."))
    asked = incident.offers.get(role.key)
    if asked is not None and not asked.to.is_same(holder):
        off: Sentence = (" ", asked.to, " is not asked any more to take over.")
        reply = Reply((*reply.sentence, *off))
    return Decision(
        entries=(NewEntry(e.RoleAssigned(role=role.key, holder=holder), moment(command, now)),),
        jobs=(
            *invite_newcomer(incident, seq, holder),
            *telling.answered(incident, role.key, seq),
            *telling.duties(incident, seq, role, holder),
            *refresh(incident, seq, headline=True),
        ),
        reply=reply,
    )


def severity(
    incident: Incident, command: c.ChangeSeverity, policy: Policy, now: datetime
) -> Decision:
    """Change the severity; the roles stay as they are. The answer says what it means here."""
    must_exist(incident)
    if command.severity is incident.severity:
        raise Refusal(f"{incident.ref} is {incident.severity.label} already.")
    seq = incident.last_seq + 1
    why = f": {command.text}" if command.text else "."
    return Decision(
        entries=(
            NewEntry(
                e.SeverityChanged(severity=command.severity, text=command.text),
                moment(command, now),
            ),
        ),
        jobs=refresh(incident, seq, headline=True),
        reply=Reply(
            (
                f"{incident.ref} is now {command.severity.label} "
                f"(was {incident.severity.label}){why}\n{policy.level(command.severity).in_short}",
            )
        ),
    )


def raised(
    incident: Incident, alert: c.AlertSeen, policy: Policy, at: datetime, seq: int
) -> tuple[tuple[NewEntry, ...], tuple[NewJob, ...]]:
    """PagerDuty says of an alert what would have opened a worse incident: it becomes that.

    Never a milder one, and not once a person has said how bad it is. So the severity is the same
    in whatever order PagerDuty's words come, and nothing that people decided is undone. `seq` is
    the number of the entry, if there is one.
    """
    route = policy.route(alert)
    if incident.severity_said or route is None or route.then != "open":
        return (), ()
    wanted = route.severity or policy.severity_of(alert.priority)
    if wanted >= incident.severity:
        return (), ()
    body = e.SeverityChanged(severity=wanted, priority=alert.priority or "")
    jobs = refresh(incident, seq, headline=True)
    if not incident.is_over:
        why = f"PagerDuty's priority is {alert.priority}" if alert.priority else "PagerDuty says so"
        words = f"{incident.ref} is now {wanted.label} (was {incident.severity.label}): {why}."
        jobs = (say(incident.ref, seq, (words,)), *jobs)
    return (NewEntry(body, at),), jobs
