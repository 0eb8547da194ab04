"""Every Web API method that the bot calls, and the bot scopes that it needs.

The manifest asks for these scopes and `incident-bot check` looks for them. A test keeps this table
equal to the calls in the code, so that nothing is asked for that is not used.

Source: the "Required scopes" of each method's page on docs.slack.dev/reference/methods.
"""

from collections.abc import Iterable, Mapping

_ROOMS = ("channels:manage", "groups:write")
_READ_ROOMS = ("channels:read", "groups:read")
_HISTORY = ("channels:history", "groups:history", "im:history")

METHODS: Mapping[str, tuple[str, ...]] = {
    "apps.connections.open": (),  # with the app-level token, see APP_TOKEN
    "auth.test": (),
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": _ROOMS,
    "conversations.create": _ROOMS,
    "conversations.history": _HISTORY,
    "conversations.info": _READ_ROOMS,
    "conversations.invite": _ROOMS,
    "conversations.join": ("channels:join",),
    "conversations.list": _READ_ROOMS,
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "conversations.setTopic": _ROOMS,
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "pins.add": ("pins:write",),
    "reactions.get": ("reactions:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": _READ_ROOMS,
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}

ALWAYS = ("commands", "files:read", "reactions:read")
"""For the command itself, for what is fetched from a file's own address, and for the events that
tell of reactions."""

APP_TOKEN = ("connections:write",)
"""What the app-level token of Socket Mode needs; it is chosen when that token is made."""


def scopes_for(methods: Iterable[str]) -> tuple[str, ...]:
    """The bot scopes that these methods need, and those of ALWAYS, in order.

    KeyError for a method that is not in the table.
    """
    return tuple(sorted({*ALWAYS, *(scope for name in methods for scope in METHODS[name])}))


BOT_SCOPES = scopes_for(METHODS)
"""Everything that the bot token needs."""
