"""Shortcuts, of a message or of everywhere, by `callback_id`. The manifest declares them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from incident_bot.slack.listeners import pins
from incident_bot.slack.listeners.forms import declare
from incident_bot.slack.listeners.spec import Asked, Shown

OLD_SHORTCUT = "This shortcut belongs to an older version of the bot. The verbs: `/incident help`."


@dataclass(frozen=True)
class Shortcut:
    """What it is called in Slack's menus (name: 24 characters, description: 150), where it is
    found (`global`, or in the menu of a `message`), and what it does."""

    name: str
    description: str
    kind: Literal["global", "message"]
    handler: Callable[[Asked], Awaitable[Shown]]


SHORTCUTS: Mapping[str, Shortcut] = {
    "add_to_timeline": Shortcut(
        "Add to incident timeline",
        "Puts the message onto the timeline of the incident whose room this is",
        "message",
        pins.add_to_timeline,
    ),
    "declare_incident": Shortcut(
        name="Declare an incident",
        description="Opens an incident, and a war room for it",
        kind="global",
        handler=declare.pressed,
    ),
}
"""Every shortcut."""
