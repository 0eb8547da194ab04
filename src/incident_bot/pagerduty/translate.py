"""A PagerDuty V3 webhook payload becomes a command. Pure, and it never raises.

What really arrives has nulls everywhere, fields that are missing, and sometimes another type than
documented. Whatever cannot be read is left out; what is no event of an incident becomes no command.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from incident_bot.domain.commands import (
    AlertAcknowledges,
    AlertAnnotates,
    AlertHappens,
    AlertResolves,
    AlertSeen,
    AlertTriggers,
    Command,
)
from incident_bot.domain.people import PAGERDUTY, Actor, Person, by

TITLE_CHARACTERS = 1024  # PagerDuty's own limit
NOTE_CHARACTERS = 20_000
DETAILS_CHARACTERS = 3_000
WORD_CHARACTERS = 200  # ids, names, event types
ADDRESS_CHARACTERS = 2_000
ADDRESS = re.compile(
    r"https?://[!#-;=?-\[\]_a-z~]+"
)  # printable ASCII without blanks and "<>\^`{|}
LARGEST_NUMBER = 2**53  # what JSON numbers hold exactly

USERS = frozenset({"user", "user_reference"})  # not bot_user_reference, service, api_key_reference

MAY_OPEN = frozenset(
    {
        "incident.reopened",
        "incident.unacknowledged",
        "incident.escalated",
        "incident.delegated",
        "incident.reassigned",
        "incident.service_updated",
        "incident.priority_updated",
        "incident.urgency_updated",  # undocumented, but sent
    }
)
"""Events after which an alert that has no war room may need one, as if it had just triggered: it
was raised, or its trigger is late or was lost. An acknowledgement does the same."""


@dataclass(frozen=True)
class Translation:
    """What a delivery says. `command` None: authentic, but nothing for an incident to do.

    `kind` is the event type (`incident.triggered`), "" when there is none; `event_id` is opaque.
    """

    command: Command | None
    kind: str
    event_id: str | None


def read(body: bytes) -> Any:
    """The JSON in `body`, or None when it is not JSON (or too deep, or too large a number)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def translate(payload: object) -> Translation:
    """The command that a payload asks for; any JSON is taken."""
    event = _part(payload, "event")
    kind = _word(event, "event_type") or ""
    event_id = _line(event, "id", longest=DETAILS_CHARACTERS)  # opaque: what is cut is another id
    alert_id = _alert_id(_part(event, "data"))
    if not kind.startswith("incident.") or alert_id is None:
        return Translation(None, kind, event_id)
    return Translation(_command(event, kind, alert_id), kind, event_id)


def _command(event: Mapping[str, Any], kind: str, alert_id: str) -> Command:
    data = _part(event, "data")
    actor = _actor(_part(event, "agent"))
    at = moment(event.get("occurred_at"))
    match kind:
        case "incident.triggered":
            return AlertTriggers(actor=actor, at=at, alert=alert_seen(data, alert_id))
        case "incident.acknowledged":
            seen = alert_seen(data, alert_id) if _is_under_way(data) else None
            return AlertAcknowledges(actor=actor, at=at, alert_id=alert_id, alert=seen)
        case "incident.resolved":
            return AlertResolves(actor=actor, at=at, alert_id=alert_id)
        case _ if kind in MAY_OPEN and _is_under_way(data):
            alert = alert_seen(data, alert_id)
            return AlertTriggers(actor=actor, at=at, alert=alert, event_type=kind)
        case "incident.annotated" if note := _note(data):
            return AlertAnnotates(actor=actor, at=at, alert_id=alert_id, text=note)
        case _:
            return AlertHappens(actor=actor, at=at, alert_id=alert_id, event_type=kind)


def _is_under_way(data: Mapping[str, Any]) -> bool:
    """True for a whole incident object that is not resolved (its priority may change later)."""
    return _word(data, "status") in ("triggered", "acknowledged")


def alert_seen(data: Mapping[str, Any], alert_id: str) -> AlertSeen:
    """What `data` (an incident object of a webhook) says about the alert."""
    number = _number(data.get("number"))
    title = _line(data, "title") or _line(data, "summary") or _untitled(number, alert_id)
    service = _part(data, "service")
    priority = _part(data, "priority")
    return AlertSeen(
        alert_id=alert_id,
        title=title,
        url=_address(data.get("html_url")),
        service_id=_word(service, "id"),
        service=_word(service, "summary") or _word(service, "name"),
        urgency="low" if (_word(data, "urgency") or "").lower() == "low" else "high",
        priority=_word(priority, "summary") or _word(priority, "name"),
        number=number,
        escalation_policy_id=_word(_part(data, "escalation_policy"), "id"),
        teams=tuple(name for team in _parts(data, "teams") if (name := _word(team, "summary"))),
        assignees=tuple(
            person
            for user in _parts(data, "assignees")
            if (person := _person(user, assumed="user")) is not None
        ),
        details=(_text(_part(data, "body").get("details")) or "")[:DETAILS_CHARACTERS],
        since=moment(data.get("created_at")),
    )


def moment(value: object) -> datetime | None:
    """An ISO 8601 time as aware UTC; None when it is absent, unreadable, or names no zone."""
    if not isinstance(value, str):
        return None
    try:
        read_at = datetime.fromisoformat(value)
        return None if read_at.tzinfo is None else read_at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _alert_id(data: Mapping[str, Any]) -> str | None:
    """`data.id` when data is the incident itself, else the id of the incident it belongs to."""
    if _word(data, "type") in ("incident", "incident_reference"):
        return _word(data, "id")
    return _word(_part(data, "incident"), "id")


def _actor(agent: Mapping[str, Any]) -> Actor:
    """The person who did it; PagerDuty for services, integrations, API keys, and nobody."""
    person = _person(agent)
    return PAGERDUTY if person is None else by(person)


def _person(user: Mapping[str, Any], assumed: str = "") -> Person | None:
    """The user as a person; None for what is none. `assumed`: its type when it names none."""
    if (_word(user, "type") or assumed) not in USERS:
        return None
    pagerduty_id = _word(user, "id")
    name = _word(user, "summary") or _word(user, "name") or pagerduty_id
    return None if name is None else Person(name=name, pagerduty_id=pagerduty_id)


def _note(data: Mapping[str, Any]) -> str:
    return (_text(data.get("content")) or "").strip()[:NOTE_CHARACTERS]


def _untitled(number: int | None, alert_id: str) -> str:
    return f"PagerDuty incident {f'#{number}' if number is not None else alert_id}"


def _part(value: object, key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one when there is none."""
    part = value.get(key) if isinstance(value, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _parts(value: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    parts = value.get(key)
    return [p for p in parts if isinstance(p, Mapping)] if isinstance(parts, list) else []


def _text(value: object) -> str | None:
    """Text that any database takes: no NUL, no lone surrogates. A number is taken as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value)
    except ValueError:  # an integer of thousands of digits
        return None
    return text.replace("\x00", "").encode(errors="replace").decode()


def _line(value: Mapping[str, Any], key: str, longest: int = TITLE_CHARACTERS) -> str | None:
    """The text under `key` on one line, without outer blanks; None when nothing is left."""
    text = _text(value.get(key))
    return (" ".join(text.split())[:longest].strip() or None) if text is not None else None


def _word(value: Mapping[str, Any], key: str, longest: int = WORD_CHARACTERS) -> str | None:
    return _line(value, key, longest)


def _address(value: object) -> str | None:
    """An address of the web that any place can show and open; None for every other. It is never
    cut: what is left of it would lead elsewhere."""
    text = (_text(value) or "").strip()
    if len(text) > ADDRESS_CHARACTERS or not ADDRESS.fullmatch(text):
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_NUMBER else None
