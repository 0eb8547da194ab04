"""The families of the grammar by their verbs, for the tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident_bot.slack.grammar import (
    Context,
    follow_up,
    impact,
    notes,
    opening,
    people,
    reading,
    split,
    state,
    writing,
)
from incident_bot.slack.listeners import NAMES

NOW = datetime(2025, 10, 27, 15, 0, tzinfo=UTC)
CONTEXT = Context(NOW, ZoneInfo("UTC"))
AT = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)

PARSERS: dict[str, Callable[[str, Context], Any]] = {
    "declare": opening.declare,
    "log": writing.log,
    "edit": writing.edit,
    "redact": writing.redact,
    "role": people.role,
    "handover": people.handover,
    "severity": state.severity,
    "status": state.status,
    "update": writing.update,
    "action": follow_up.action,
    "impact": impact.impact,
    "note": notes.note,
    "why": notes.why,
    "approve": notes.approve,
    "timeline": reading.timeline,
    "export": reading.export,
    "resolve": state.resolve,
    "reopen": state.reopen,
    "cancel": state.cancel,
    "list": reading.listing,
    "help": reading.help_about,
}


def parse(text: str, context: Context = CONTEXT) -> Any:
    """What is read from a command, verb and rest."""
    typed = split(text, NAMES)
    assert typed.verb is not None
    return PARSERS[typed.verb](typed.rest, context)
