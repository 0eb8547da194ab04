"""Which bot scopes a call needs (the "Required scopes" of each method's page)."""

from __future__ import annotations

from collections.abc import Collection

from .args import Args
from .errors import SlackError
from .workspace import Workspace

_MANAGE = ("channels:manage", "groups:write")
_INVITE = ("channels:manage channels:write.invites", "groups:write groups:write.invites")
_TOPIC = ("channels:manage channels:write.topic", "groups:write groups:write.topic")
_READ = ("channels:read", "groups:read")
_HISTORY = ("channels:history", "groups:history")
PUBLIC_OR_PRIVATE: dict[str, tuple[str, str]] = {
    "conversations.create": _MANAGE,
    "conversations.invite": _INVITE,
    "conversations.kick": _MANAGE,
    "conversations.leave": _MANAGE,
    "conversations.rename": _MANAGE,
    "conversations.archive": _MANAGE,
    "conversations.unarchive": _MANAGE,
    "conversations.setTopic": _TOPIC,
    "conversations.setPurpose": _TOPIC,
    "conversations.info": _READ,
    "conversations.members": _READ,
    "conversations.history": _HISTORY,
    "conversations.replies": _HISTORY,
}
"""Scopes for a public and for a private channel; of several one is enough."""

DIRECT: dict[str, str] = {
    "conversations.info": "im:read",
    "conversations.members": "im:read",
    "conversations.history": "im:history",
    "conversations.replies": "im:history",
}
"""The same for a direct message."""

ALWAYS: dict[str, tuple[str, ...]] = {
    "conversations.join": ("channels:join",),
    "conversations.open": ("im:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "pins.add": ("pins:write",),
    "pins.remove": ("pins:write",),
    "pins.list": ("pins:read",),
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.remove": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "reactions.add": ("reactions:write",),
    "reactions.remove": ("reactions:write",),
    "reactions.get": ("reactions:read",),
    "files.getUploadURLExternal": ("files:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.delete": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "team.info": ("team:read",),
}
GRANTED = (
    *("bookmarks:read", "bookmarks:write", "channels:history", "channels:join"),
    *("channels:manage", "channels:read", "chat:write", "commands"),
    *("files:read", "files:write"),
    *("groups:history", "groups:read", "groups:write", "im:history", "im:write"),
    *("pins:write", "reactions:read", "usergroups:read"),
    *("users:read", "users:read.email"),
)
"""What the app was granted when it was installed, unless the stand-in is told otherwise."""
LISTED = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def needed(desk: Workspace, method: str, args: Args) -> list[str]:
    """The scopes of a call, each maybe a choice of several, parted by blanks."""
    if method in ("conversations.list", "users.conversations"):
        kinds = args.names("types") or ["public_channel"]
        return [LISTED[kind] for kind in kinds if kind in LISTED]
    if method in PUBLIC_OR_PRIVATE:
        channel = desk.channels.get(args.text("channel"))
        if channel is not None and channel.is_im:
            return [DIRECT[method]] if method in DIRECT else []
        private = channel.is_private if channel else args.flag("is_private")
        return [PUBLIC_OR_PRIVATE[method][private]]
    return list(ALWAYS.get(method, ()))


def check(desk: Workspace, granted: Collection[str], method: str, args: Args) -> None:
    """Refuse a call for which a scope was not granted (missing_scope)."""
    for choice in needed(desk, method, args):
        if not set(choice.split()) & set(granted):
            raise SlackError(
                "missing_scope", needed=choice.split()[0], provided=",".join(sorted(granted))
            )
