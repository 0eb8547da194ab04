"""Who may do what: the team's `permissions`, asked before every decision.

They bind people who act through the bot. PagerDuty's own news and the bot's work are never
refused, and where only roles are named that nobody holds, everyone may: an emergency is never
locked out.
"""

from collections.abc import Mapping, Sequence

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy

EVERYONE = "everyone"

RESTRICTABLE: Mapping[type[c.Command], str] = {
    c.Declare: "declare",
    c.OpenForAlert: "declare",
    c.LogEntry: "log",
    c.Edit: "edit",
    c.Retract: "edit",
    c.Redact: "redact",
    c.AssignRole: "role",
    c.ChangeSeverity: "severity",
    c.ChangeStatus: "status",
    c.PostUpdate: "update",
    c.AddAction: "action",
    c.SetMilestone: "impact",
    c.StateImpact: "impact",
    c.StateMetric: "impact",
    c.AddNote: "note",
    c.StateWhy: "why",
    c.Approve: "approve",
    c.Resolve: "resolve",
    c.Reopen: "reopen",
    c.Cancel: "cancel",
}
"""The verb of `/incident` under which a command is permitted; the others are free for everyone."""

VERBS = tuple(dict.fromkeys(RESTRICTABLE.values()))
"""What `permissions` may name."""

_DOING = {
    "declare": "open an incident",
    "log": "add to the timeline of {ref}",
    "edit": "correct the timeline of {ref}",
    "redact": "blank lines of {ref}",
    "role": "give roles in {ref}",
    "severity": "change the severity of {ref}",
    "status": "change the status of {ref}",
    "update": "post updates of {ref}",
    "action": "add action items to {ref}",
    "impact": "state the impact of {ref}",
    "note": "add notes to {ref}",
    "why": "state the whys of {ref}",
    "approve": "approve the postmortem of {ref}",
    "resolve": "resolve {ref}",
    "reopen": "reopen {ref}",
    "cancel": "cancel {ref}",
}
_NAMED = 5  # so many people are named in a sentence


def may(incident: Incident, command: c.Command, policy: Policy) -> None:
    """Nothing when the actor may; else a Refusal that says who may, and the way forward."""
    verb = RESTRICTABLE.get(type(command))
    if verb is None or command.actor.kind != "person":
        return
    if not _allowed(incident, command.actor.person, verb, policy):
        raise _refusal(incident, command.actor.person, verb, policy)


def _allowed(incident: Incident, person: Person | None, verb: str, policy: Policy) -> bool:
    named = policy.permissions.get(verb, (EVERYONE,))
    holders = _holders(incident, named)
    ids = _ids(named, policy)
    if EVERYONE in named or not (holders or ids):
        return True
    return person is not None and (
        person.slack_id in ids or any(person.is_surely(holder) for holder in holders)
    )


def _holders(incident: Incident, named: Sequence[str]) -> list[Person]:
    return [incident.roles[key] for key in named if key in incident.roles]


def _ids(named: Sequence[str], policy: Policy) -> list[str]:
    return [name for name in named if name != EVERYONE and policy.role(name) is None]


def _refusal(incident: Incident, person: Person | None, verb: str, policy: Policy) -> Refusal:
    named = policy.permissions[verb]
    roles = [role for role in policy.roles if role.key in named]
    people = [Person(name=slack_id, slack_id=slack_id) for slack_id in _ids(named, policy)]
    only: list[str | Person] = [*(f"the {role.name}" for role in roles), *people]
    ask = _once([*_holders(incident, named), *people])
    take: list[str] = []
    if roles and _allowed(incident, person, "role", policy):
        take = [f", or take the role: `/incident role {roles[0].key} me`"]
    return Refusal(
        "Only ",
        *_listed(only, "and"),
        f" may {_DOING[verb].format(ref=incident.ref)} here (`permissions.{verb}`). Ask ",
        *_listed(ask, "or"),
        *take,
        ".",
    )


def _once(people: Sequence[Person]) -> list[Person]:
    found: list[Person] = []
    for person in people:
        if not any(person.is_surely(known) for known in found):
            found.append(person)
    return found


def _listed(items: Sequence[str | Person], word: str) -> list[str | Person]:
    """`a`, `a and b`, `a, b and c`; of many the first few."""
    if len(items) > _NAMED:
        items = [*items[: _NAMED - 1], f"{len(items) - _NAMED + 1} others"]
    parts: list[str | Person] = []
    for n, item in enumerate(items):
        if n:
            parts.append(f" {word} " if n == len(items) - 1 else ", ")
        parts.append(item)
    return parts
