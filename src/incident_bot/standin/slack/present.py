"""How channels, people and files look in the API's answers."""

from __future__ import annotations

import base64
import mimetypes
from typing import Any

from .errors import SlackError
from .workspace import Channel, File, User, Usergroup, Workspace

JSON = dict[str, Any]


def channel_object(desk: Workspace, channel: Channel) -> JSON:
    """A channel as conversations.info shows it."""
    if channel.is_im:
        user = next((m for m in channel.members if m != desk.bot.id), desk.bot.id)
        return {"id": channel.id, "created": channel.created, "is_im": True, "user": user,
                "is_archived": False, "is_org_shared": False}  # fmt: skip
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_member": desk.bot.id in channel.members,
        "creator": channel.creator,
        "context_team_id": desk.team_id,
        "updated": channel.created * 1000,
        "topic": {
            "value": channel.topic,
            "creator": channel.topic_creator,
            "last_set": channel.topic_last_set,
        },
        "purpose": _headline(channel.purpose, channel),
        "previous_names": [],
        "num_members": len(channel.members),
    }


def _headline(value: str, channel: Channel) -> JSON:
    return {
        "value": value,
        "creator": channel.creator if value else "",
        "last_set": channel.created if value else 0,
    }


def user_object(desk: Workspace, user: User) -> JSON:
    """A person as users.info shows them."""
    shown: JSON = {
        "id": user.id,
        "team_id": desk.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.name,
            "display_name_normalized": user.name,
            "team": desk.team_id,
        },
        "is_bot": user.is_bot,
        "updated": 1_700_000_000,
        "is_app_user": False,
    }
    if user.email and desk.email_shown:
        shown["profile"]["email"] = user.email
    if not user.deleted:
        shown |= {
            "real_name": user.real_name,
            "tz": user.tz,
            "tz_label": user.tz_label,
            "tz_offset": user.tz_offset,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": False,
        }
    return shown


def file_object(desk: Workspace, file: File) -> JSON:
    """A file as files.info shows it."""
    private = f"{desk.home_url}files-pri/{desk.team_id}-{file.id}/"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": mimetypes.guess_type(file.name)[0] or "text/plain",
        "filetype": file.snippet_type or file.name.rpartition(".")[2],
        "user": desk.bot.id,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": any(not desk.channels[c].is_private for c in file.channels),
        "url_private": f"{private}{file.name}",
        "url_private_download": f"{private}download/{file.name}",
        "permalink": f"{desk.home_url}files/{desk.bot.id}/{file.id}/{file.name}",
        "channels": [c for c in file.channels if not desk.channels[c].is_private],
        "groups": [c for c in file.channels if desk.channels[c].is_private],
        "ims": [],
    }


def usergroup_object(desk: Workspace, group: Usergroup, *, users: bool, count: bool) -> JSON:
    """A user group as usergroups.list shows it."""
    shown: JSON = {
        "id": group.id,
        "team_id": desk.team_id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_delete": 0,
        "created_by": desk.bot.id,
    }
    if users:
        shown["users"] = list(group.users)
    if count:
        shown["user_count"] = len(group.users)
    return shown


def page(items: list[Any], cursor: str, limit: int) -> tuple[list[Any], str]:
    """One page of the items, and the cursor of the next ("" at the end)."""
    start = 0
    if cursor:
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("at:"))
        except ValueError:
            raise SlackError("invalid_cursor") from None
    end = start + limit
    following = base64.b64encode(f"at:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], following
