"""From the file's tree to the domain's `Policy`, and back to what a file would say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incident_bot.config.sections import (
    KeptFileSettings,
    ReminderSettings,
    RoleSettings,
    RoomSettings,
    RouteSettings,
    SloSettings,
    TypeSettings,
)
from incident_bot.config.tree import FileSettings
from incident_bot.domain.levels import Retries, SeverityLevel, Slo, StatusName, Zone
from incident_bot.domain.permissions import EVERYONE, NOBODY, READ_PRIVATE, VERBS
from incident_bot.domain.policy import (
    DEFAULT_ROLES,
    DEFAULT_ROUTES,
    IncidentType,
    Policy,
    Role,
    Route,
)
from incident_bot.domain.reminder_policy import Quiet, Reminders
from incident_bot.domain.words import Severity

_DEFAULT = Policy()


def policy_of(tree: FileSettings) -> Policy:
    """The tree as the domain wants it: the three known roles first, then the added ones."""
    return Policy(
        roles=_roles(tree.roles),
        routes=DEFAULT_ROUTES if tree.routes is None else tuple(map(_route, tree.routes)),
        types=tuple(_type(key, said) for key, said in tree.types.items()),
        default_severity=tree.default_severity,
        channel_template=tree.channel_template,
        announcement_channel=tree.announcement_channel or None,
        severities=tuple(_level(level, tree) for level in _DEFAULT.severities),
        statuses=tuple(_status(status, tree) for status in _DEFAULT.statuses),
        permissions={
            v: who for v, who in tree.permissions.items() if who not in ((EVERYONE,), (NOBODY,))
        },
        slos=tuple(map(_slo, tree.slos)),
        zones=_DEFAULT.zones
        if tree.zones is None
        else tuple(Zone(name=z.name, from_percent=z.from_percent) for z in tree.zones),
        retries=Retries.model_validate(tree.retries),
        reminders=_DEFAULT.reminders.model_copy(update=_said_in(tree.reminders)),
        timeline_reaction=tree.timeline_reaction or None,
        files=_DEFAULT.files.model_copy(update=_said_in(tree.files)),
        archive_after_days=_said_in(tree.rooms).get(
            "archive_after_days", _DEFAULT.archive_after_days
        ),
    )


def as_file(policy: Policy) -> dict[str, Any]:
    """What a file would say that gives this policy, every key filled in that has a value."""
    return {
        "default_severity": policy.default_severity.label,
        "channel_template": policy.channel_template,
        "announcement_channel": policy.announcement_channel or False,
        "timeline_reaction": policy.timeline_reaction or False,
        "routes": [_given(_route_said(route)) for route in policy.routes],
        "slos": [
            {
                "service": slo.service,
                "objective": _number(slo.objective),
                "window": slo.window if slo.window == "month" else f"{slo.window}d",
                "method": slo.method,
            }
            for slo in policy.slos
        ],
        "zones": [{"name": z.name, "from": _number(z.from_percent)} for z in policy.zones],
        "types": {
            kind.key: _given(
                {
                    "name": kind.name,
                    "private": kind.private or None,
                    "severity": kind.severity.label if kind.severity else None,
                    "invite": list(kind.invite),
                }
            )
            for kind in policy.types
        },
        "cadences": {_key(level): span(level.update_every) for level in policy.severities},
        "severities": {
            _key(level): {
                "description": level.description,
                "priorities": list(level.priorities),
            }
            for level in policy.severities
        },
        "statuses": {
            s.status.value: {"name": s.name, "also": list(s.also)} for s in policy.statuses
        },
        "roles": {
            role.key: {
                **_given(
                    {**role.model_dump(exclude={"key", "duties"}), "people": list(role.people)}
                ),
                "duties": list(role.duties),
            }
            for role in policy.roles
        },
        "permissions": {
            verb: list(policy.permissions.get(verb, (otherwise,)))
            for verb, otherwise in (*((v, EVERYONE) for v in VERBS), (READ_PRIVATE, NOBODY))
        },
        "retries": {key: patience(getattr(policy.retries, key)) for key in Retries.model_fields},
        "reminders": {
            key: _reminder(getattr(policy.reminders, key)) for key in Reminders.model_fields
        },
        "files": policy.files.model_dump(),
        "rooms": {"archive_after_days": policy.archive_after_days or False},
    }


def span(every: timedelta | None) -> str | bool:
    """`"1h30m"`, or false for never. Whole minutes."""
    if every is None:
        return False
    hours, minutes = divmod(int(every.total_seconds()) // 60, 60)
    return "".join(f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m")) if n)


def patience(span: timedelta) -> str:
    """`"4h"`, `"1m30s"`, `"0.5s"`: above zero, to the millisecond."""
    minutes, seconds = divmod(span.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = ((hours, "h"), (minutes, "m"), (round(seconds, 3), "s"))
    return "".join(f"{number:g}{unit}" for number, unit in parts if number)


def after(span: timedelta) -> str:
    """`"3d"`, `"1d12h"`, `"5m"`."""
    days = span.days
    rest = patience(span - timedelta(days=days))
    return f"{days}d{rest}" if days else rest


def _reminder(value: object) -> object:
    """A value of `[reminders]` as the file writes it."""
    match value:
        case None:
            return False
        case Severity():
            return value.label
        case timedelta():
            return after(value)
        case Quiet():
            return f"{value.begin:%H:%M}-{value.end:%H:%M}"
        case _:
            return value


def same(priority: str) -> str:
    """A priority as it is compared: PagerDuty's names are typed in any case."""
    return priority.strip().casefold()


def _said_in(table: ReminderSettings | RoomSettings | KeptFileSettings) -> dict[str, Any]:
    """What the file says there, false (None) included."""
    return {key: getattr(table, key) for key in table.model_fields_set}


def _roles(given: Mapping[str, RoleSettings]) -> tuple[Role, ...]:
    known = {role.key: role for role in DEFAULT_ROLES}
    added = {key: Role(key=key, name=key.capitalize(), short=key) for key in given}
    return tuple(
        role.model_copy(update=_said(given[key])) if key in given else role
        for key, role in {**known, **{k: r for k, r in added.items() if k not in known}}.items()
    )


def _said(settings: RoleSettings) -> dict[str, Any]:
    said = {k: v for k, v in settings.model_dump().items() if v not in (None, ())}
    return said if settings.duties is None else {**said, "duties": settings.duties}


def _route(route: RouteSettings) -> Route:
    return Route.model_validate(route.model_dump() | {"private": bool(route.private)})


def _type(key: str, said: TypeSettings) -> IncidentType:
    return IncidentType(
        key=key,
        name=said.name or key.capitalize(),
        private=bool(said.private),
        severity=said.severity,
        invite=said.invite,
    )


def _route_said(route: Route) -> dict[str, Any]:
    said = route.model_dump()
    severity = route.severity.label if route.severity else None
    return {
        **said,
        "severity": severity,
        "invite": list(route.invite),
        "private": route.private or None,
    }


def _slo(slo: SloSettings) -> Slo:
    window = slo.window if slo.window == "month" else int(slo.window.removesuffix("d"))
    return Slo.model_validate({**slo.model_dump(), "window": window})


def _level(level: SeverityLevel, tree: FileSettings) -> SeverityLevel:
    key = _key(level)
    update: dict[str, Any] = {}
    if said := tree.severities.get(key):
        update = said.model_dump(exclude_none=True)
    if "priorities" not in update:  # what the file gives to another severity is not this one's
        elsewhere = {same(p) for said in tree.severities.values() for p in said.priorities or ()}
        update["priorities"] = tuple(p for p in level.priorities if same(p) not in elsewhere)
    if key in tree.cadences:
        update["update_every"] = tree.cadences[key]
    return level.model_copy(update=update)


def _status(status: StatusName, tree: FileSettings) -> StatusName:
    said = tree.statuses.get(status.status.value)
    if said is None:
        return status
    return status.model_copy(update=said.model_dump(exclude_none=True, exclude_unset=True))


def _key(level: SeverityLevel) -> str:
    return level.severity.label.lower()


def _number(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _given(table: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in table.items() if v is not None and v != []}
