"""Who may do what: the team's `permissions`, asked before every decision.

They bind people who act through the bot. PagerDuty's own news and the bot's work are never
refused. An emergency is never locked out: where only roles are named that nobody holds, or user
groups that nobody is in, everyone may, and a role that nobody holds is anybody's to take. But a
group of which nothing is known lets nobody through.
"""

from collections.abc import Mapping, Sequence

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Refusal, Sentence
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Actor, Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import Standing, Status

EVERYONE = "everyone"
NOBODY = "nobody"
READ_PRIVATE = "private"
"""Not a verb: who may know private incidents beside their members."""

RESTRICTABLE: Mapping[type[c.Command], str] = {
    c.Declare: "declare",
    c.OpenForAlert: "declare",
    c.LogEntry: "log",
    c.AddMessage: "log",
    c.Edit: "edit",
    c.Retract: "edit",
    c.Redact: "redact",
    c.AssignRole: "role",
    c.OfferRole: "role",
    c.WithdrawOffer: "role",
    c.ChangeSeverity: "severity",
    c.ChangeStatus: "status",
    c.PostUpdate: "update",
    c.AddAction: "action",
    c.CloseAction: "action",
    c.SetMilestone: "impact",
    c.StateImpact: "impact",
    c.StateMetric: "impact",
    c.AddNote: "note",
    c.StateWhy: "why",
    c.SkipQuestion: "note",
    c.Approve: "approve",
    c.Resolve: "resolve",
    c.Reopen: "reopen",
    c.Cancel: "cancel",
    c.Undo: "declare",
}
"""The verb of `/incident` under which a command is permitted; the others are free for everyone."""

VERBS = tuple(dict.fromkeys(RESTRICTABLE.values()))
"""The verbs that `permissions` may name."""

_VERB_OF: Mapping[type[e.Body], str] = {
    e.Logged: "log",
    e.RoleAssigned: "role",
    e.HandoverOffered: "role",
    e.HandoverDeclined: "role",
    e.SeverityChanged: "severity",
    e.StatusChanged: "status",
    e.Updated: "update",
    e.ActionAdded: "action",
    e.ActionClosed: "action",
    e.MilestoneSet: "impact",
    e.ImpactStated: "impact",
    e.MetricStated: "impact",
    e.NoteAdded: "note",
    e.WhyStated: "why",
    e.QuestionSkipped: "note",
    e.Approved: "approve",
}

_DOING = {
    "declare": "open an incident",
    "log": "add to the timeline of {ref}",
    "edit": "correct the timeline of {ref}",
    "redact": "blank lines of {ref}",
    "role": "give roles in {ref}",
    "severity": "change the severity of {ref}",
    "status": "change the status of {ref}",
    "update": "post updates of {ref}",
    "action": "change the action items of {ref}",
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
    if not _takes_what_is_free(incident, command):
        verb = RESTRICTABLE.get(type(command))
        _require(incident, command.actor, command.groups, verb, policy)


def is_restrictable(command: c.Command) -> bool:
    """True for a command that `permissions` may keep to some."""
    return type(command) in RESTRICTABLE


def is_group(name: str) -> bool:
    """True for a Slack user group, by `@handle` or id, among the names of `permissions`."""
    return name.startswith(("@", "S"))


def groups_of(policy: Policy) -> tuple[str, ...]:
    """The Slack user groups that the permissions name, each once."""
    named = (name for names in policy.permissions.values() for name in names)
    return tuple(dict.fromkeys(filter(is_group, named)))


def left_to(verb: str, policy: Policy) -> Sentence:
    """Whom the verb is left to, in words; empty when everyone may."""
    named = policy.permissions.get(verb, (EVERYONE,))
    if EVERYONE in named:
        return ()
    roles = [f"the {role.name}" for role in _roles(named, policy)]
    groups = [_called(name) for name in _groups(named)]
    return tuple(_listed([*roles, *groups, *_people(named, policy)], "and"))


def may_correct(
    incident: Incident,
    command: c.Edit | c.Retract,
    body: e.Body,
    policy: Policy,
    *,
    moved: bool = False,
) -> None:
    """The same for correcting an entry (`moved`: its time): it takes the verb that wrote it, else
    `edit` would be a way around the others. Redaction is not meant: a pasted password has to go."""
    verb, what = (
        _written_by(body),
        f"To correct #{command.number} takes the permission to write it. ",
    )
    if moved and isinstance(body, e.Opened):  # as `impact detected` does
        verb, what = "impact", f"The time of #{command.number} says when it was detected. "
    try:
        _require(incident, command.actor, command.groups, verb, policy)
    except Refusal as refusal:
        raise Refusal(what, *refusal.sentence) from None


def may_log(
    incident: Incident, person: Person, groups: Mapping[str, Standing], policy: Policy
) -> bool:
    """True for somebody whose reaction puts a message onto the timeline, as `log` would."""
    return _allowed(incident, person, groups, "log", policy)


def _written_by(body: e.Body) -> str | None:
    """The verb that writes such an entry; None for what comes of itself or from PagerDuty."""
    match body:
        case e.StatusChanged(status=Status.RESOLVED):
            return "resolve"
        case e.StatusChanged(status=Status.OPEN):
            return "reopen"
        case e.StatusChanged(status=Status.CANCELLED):
            return "cancel"
    return _VERB_OF.get(type(body))


def _takes_what_is_free(incident: Incident, command: c.Command) -> bool:
    """True for somebody who takes a role for themselves that nobody holds."""
    return (
        isinstance(command, c.AssignRole)
        and command.role not in incident.roles
        and command.holder is not None
        and command.holder.is_surely(command.actor.person)
    )


def _require(
    incident: Incident,
    actor: Actor,
    groups: Mapping[str, Standing],
    verb: str | None,
    policy: Policy,
) -> None:
    if verb is None or actor.kind != "person":
        return
    if not _allowed(incident, actor.person, groups, verb, policy):
        raise _refusal(incident, actor.person, groups, verb, policy)


def _allowed(
    incident: Incident,
    person: Person | None,
    groups: Mapping[str, Standing],
    verb: str,
    policy: Policy,
) -> bool:
    named = policy.permissions.get(verb, (EVERYONE,))
    holders = _holders(incident, named)
    ids = _ids(named, policy)
    standings = [groups.get(name, Standing.UNKNOWN) for name in _groups(named)]
    somebody = holders or ids or any(standing is not Standing.EMPTY for standing in standings)
    if EVERYONE in named or not somebody:
        return True
    return Standing.MEMBER in standings or (
        person is not None
        and (person.slack_id in ids or any(person.is_surely(holder) for holder in holders))
    )


def _holders(incident: Incident, named: Sequence[str]) -> list[Person]:
    return [incident.roles[key] for key in named if key in incident.roles]


def _groups(named: Sequence[str]) -> list[str]:
    return [name for name in named if is_group(name)]


def _ids(named: Sequence[str], policy: Policy) -> list[str]:
    return [
        name
        for name in named
        if name != EVERYONE and policy.role(name) is None and not is_group(name)
    ]


def _refusal(
    incident: Incident,
    person: Person | None,
    groups: Mapping[str, Standing],
    verb: str,
    policy: Policy,
) -> Refusal:
    named = policy.permissions[verb]
    roles, people = _roles(named, policy), _people(named, policy)
    in_groups = [_called(name) for name in _groups(named)]
    ask: list[str | Person] = [*_once([*_holders(incident, named), *people])]
    ask += [f"somebody in {name}" for name in in_groups]
    role = _to_take(incident, person, groups, roles, policy)
    take = [f", or take the role: `/incident role {role.key} me`"] if role else []
    unknown = [
        name for name in _groups(named) if groups.get(name, Standing.UNKNOWN) is Standing.UNKNOWN
    ]
    return Refusal(
        *(_not_told(unknown) if unknown else ()),
        "Only ",
        *left_to(verb, policy),
        f" may {_DOING[verb].format(ref=incident.ref)} here (`permissions.{verb}`). Ask ",
        *_listed(ask, "or"),
        *take,
        ".",
    )


def _roles(named: Sequence[str], policy: Policy) -> list[Role]:
    return [role for role in policy.roles if role.key in named]


def _people(named: Sequence[str], policy: Policy) -> list[Person]:
    return [Person(name=slack_id, slack_id=slack_id) for slack_id in _ids(named, policy)]


def _called(group: str) -> str:
    """A group in words: as text, for a mention would call all of them."""
    return group if group.startswith("@") else f"the user group {group}"


def _not_told(groups: Sequence[str]) -> tuple[str | Person, ...]:
    return (
        "Slack does not tell just now who is in ",
        *_listed([_called(name) for name in groups], "and"),
        ", so nothing was done. If you are, try again in a minute. ",
    )


def _to_take(
    incident: Incident,
    person: Person | None,
    groups: Mapping[str, Standing],
    roles: Sequence[Role],
    policy: Policy,
) -> Role | None:
    """The first of these roles that the person may take."""
    any_of_them = _allowed(incident, person, groups, "role", policy)
    return next((r for r in roles if any_of_them or r.key not in incident.roles), None)


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
