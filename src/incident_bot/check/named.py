"""Whom and what the configuration names in Slack and PagerDuty, and where it does so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from incident_bot.config import is_group, is_user
from incident_bot.domain.policy import Policy

Places = Mapping[str, tuple[str, ...]]
"""Each name with the settings in which it stands, in the order of the file."""


@dataclass(frozen=True)
class Named:
    """Names by kind. `services` are PagerDuty's, by name or id."""

    users: Places = field(default_factory=dict)
    emails: Places = field(default_factory=dict)
    groups: Places = field(default_factory=dict)
    escalation_policies: Places = field(default_factory=dict)
    services: Places = field(default_factory=dict)


def named_in(policy: Policy) -> Named:
    """Every name, once."""
    users: dict[str, tuple[str, ...]] = {}
    emails: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for name, place in _people(policy):
        if is_group(name):
            _note(groups, name, place)
        elif "@" in name:
            _note(emails, name, place)
        elif is_user(name):
            _note(users, name, place)
    policies: dict[str, tuple[str, ...]] = {}
    services: dict[str, tuple[str, ...]] = {}
    for role in policy.roles:
        if role.escalation_policy:
            _note(policies, role.escalation_policy, f"roles.{role.key}")
    for route in policy.routes:
        if route.service:
            _note(services, route.service, f"the route “{route.name}”")
    for slo in policy.slos:
        _note(services, slo.service, "slos")
    return Named(users, emails, groups, policies, services)


def _people(policy: Policy) -> Iterator[tuple[str, str]]:
    for role in policy.roles:
        yield from ((name, f"roles.{role.key}") for name in role.people)
    for route in policy.routes:
        yield from ((name, f"the route “{route.name}”") for name in route.invite)
    for kind in policy.types:
        yield from ((name, f"types.{kind.key}") for name in kind.invite)
    keys = {role.key for role in policy.roles}
    for verb, names in policy.permissions.items():
        yield from ((name, f"permissions.{verb}") for name in names if name not in keys)


def _note(places: dict[str, tuple[str, ...]], name: str, place: str) -> None:
    known = places.get(name, ())
    places[name] = known if place in known else (*known, place)


def where(name: str, places: Places) -> str:
    """`bob@example.com (roles.ops)`."""
    return f"{name} ({', '.join(places[name])})"
