"""Which bot scopes each Web API method needs: the manifest asks for these and for nothing else.

Source: the "Required scopes" of each method's page on docs.slack.dev/reference/methods. A method
of the gateway that is not in this table fails the test of the manifest.
"""

from collections.abc import Iterable, Mapping

_ROOMS = ("channels:manage", "groups:write")
_READ_ROOMS = ("channels:read", "groups:read")

METHOD: Mapping[str, tuple[str, ...]] = {
    "api.test": (),
    "auth.test": (),
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "chat.delete": ("chat:write",),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": _ROOMS,
    "conversations.create": _ROOMS,
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.info": _READ_ROOMS,
    "conversations.invite": _ROOMS,
    "conversations.join": ("channels:join",),
    "conversations.list": _READ_ROOMS,
    "conversations.members": _READ_ROOMS,
    "conversations.rename": _ROOMS,
    "conversations.replies": ("channels:history", "groups:history"),
    "conversations.setPurpose": _ROOMS,
    "conversations.setTopic": _ROOMS,
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "files.list": ("files:read",),
    "pins.add": ("pins:write",),
    "pins.list": ("pins:read",),
    "pins.remove": ("pins:write",),
    "reactions.add": ("reactions:write",),
    "users.conversations": _READ_ROOMS,
    "users.info": ("users:read",),
    "users.lookupByEmail": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}

ALWAYS = ("commands",)
"""For `/incident` itself."""


def scopes_for(methods: Iterable[str]) -> set[str]:
    """The bot scopes that these methods need, with `commands`. KeyError for an unknown method."""
    return {*ALWAYS, *(scope for method in methods for scope in METHOD[method])}
