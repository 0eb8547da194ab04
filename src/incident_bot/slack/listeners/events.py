"""What happens in Slack without being asked of the bot, by the event's type."""

from collections.abc import Awaitable, Callable, Mapping

from incident_bot.slack.listeners import home, membership, pins, room_events
from incident_bot.slack.listeners.spec import Happened

EVENTS: Mapping[str, Callable[[Happened], Awaitable[None]]] = {
    "app_home_opened": home.opened,
    "member_joined_channel": membership.joined,
    "member_left_channel": membership.left,
    "message": pins.message,
    "reaction_added": pins.reaction,
    "reaction_removed": pins.reaction,
    "channel_archive": room_events.archived,
    "channel_unarchive": room_events.unarchived,
    "group_archive": room_events.archived,
    "group_unarchive": room_events.unarchived,
}
"""Who listens to what. Events that nobody listens to are acknowledged and forgotten."""

_SUBSCRIPTIONS = {"message": ("message.channels", "message.groups")}


def subscriptions() -> list[str]:
    """What the manifest subscribes to, in order, so that these events come."""
    return sorted(name for kind in EVENTS for name in _SUBSCRIPTIONS.get(kind, (kind,)))
