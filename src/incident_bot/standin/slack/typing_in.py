"""What Slack does to what people type before an app sees it: escapes, mentions, links."""

from __future__ import annotations

import re

from .workspace import Workspace

_BRACKETED = re.compile(
    r"(<(?:@[UW]\w+|#C\w+|!subteam\^S\w+|!(?:here|channel|everyone))(?:\|[^<>]*)?>)"
)
_PLAIN = re.compile(
    r"(?P<url>https?://[^\s<>|]+)|(?<![\w@#.])(?P<sign>[@#])(?P<name>[a-z0-9][a-z0-9._-]*)"
)


def escape(desk: Workspace, text: str) -> str:
    """The text as an app with `should_escape: true` receives it.

    `@name` of a person or user group, `#name` of a public channel and links get brackets;
    `&`, `<` and `>` become entities; mentions already in brackets stay.
    """
    parts = _BRACKETED.split(text)
    return "".join(
        part if number % 2 else _PLAIN.sub(lambda m: _mention(desk, m), _entities(part))
        for number, part in enumerate(parts)
    )


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mention(desk: Workspace, match: re.Match[str]) -> str:
    if match["url"]:
        return f"<{match['url']}>"
    name, tail = match["name"], ""
    while name:
        found = _person(desk, name) if match["sign"] == "@" else _channel(desk, name)
        if found:
            return found + tail
        if name[-1] not in "._-":
            break
        name, tail = name[:-1], name[-1] + tail
    return match[0]


def _person(desk: Workspace, name: str) -> str | None:
    if name in ("here", "channel", "everyone"):
        return f"<!{name}>"
    for user in desk.users.values():
        if user.name == name and not user.deleted:
            return f"<@{user.id}|{user.name}>"
    for group in desk.usergroups.values():
        if group.handle == name:
            return f"<!subteam^{group.id}|@{group.handle}>"
    return None


def _channel(desk: Workspace, name: str) -> str | None:
    for channel in desk.channels.values():
        if channel.name == name and not channel.is_archived and not channel.is_private:
            return f"<#{channel.id}|{channel.name}>"
    return None
