"""All that one person can see of the workspace: for tests of what nobody else must see."""

from __future__ import annotations

import json
from typing import Any

from .workspace import Channel, File, User, Workspace

JSON = dict[str, Any]


def visible_to(desk: Workspace, user: User) -> JSON:
    """What this person sees: channels with all that is in them, files, messages for them alone,
    their forms and their Home tab.

    A public channel is everybody's, joined or not (guests see only what they are in); a private
    channel or a direct message is its members'. What the client hides (values of buttons, metadata)
    counts as seen: an app with the right scope can read it.
    """
    channels = [c for c in desk.channels.values() if _sees(user, c)]
    ids = {channel.id for channel in channels}
    return {
        "channels": [_channel(channel) for channel in channels],
        "files": [_file(f) for f in desk.files.values() if f.completed and ids & set(f.channels)],
        "for them alone": [dict(m) for m in desk.ephemerals if m["for_user"] == user.id],
        "forms": [v for i, v in desk.views.items() if desk.view_owners.get(i) == user.id],
        "home": desk.homes.get(user.id),
    }


def text_visible_to(desk: Workspace, user: User) -> str:
    """The same as one text, to look for words in."""
    return json.dumps(visible_to(desk, user), ensure_ascii=False, default=str)


def _sees(user: User, channel: Channel) -> bool:
    if user.id in channel.members:
        return True
    return not (channel.is_private or channel.is_im or user.is_restricted)


def _channel(channel: Channel) -> JSON:
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "members": channel.members,
        "messages": [dict(message) for message in channel.messages],
        "bookmarks": channel.bookmarks,
    }


def _file(file: File) -> JSON:
    return {
        "name": file.name,
        "title": file.title,
        "content": file.content.decode(errors="replace"),
        "comment": file.initial_comment,
        "alt_txt": file.alt_txt,
    }
