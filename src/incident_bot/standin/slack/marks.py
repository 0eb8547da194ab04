"""Pins, bookmarks and reactions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .args import Args
from .errors import SlackError
from .workspace import Channel, Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]


def _timestamp(args: Args) -> str:
    ts = args.text("timestamp")
    if not ts:
        raise SlackError("no_item_specified")
    if not re.fullmatch(r"\d+\.\d+", ts):
        raise SlackError("bad_timestamp")
    return ts


def pin(desk: Workspace, args: Args) -> JSON:
    """pins.add."""
    channel = desk.joined(args["channel"], archived="not_pinnable")
    message = desk.message(channel, _timestamp(args))
    if message["ts"] in channel.pins:
        raise SlackError("already_pinned")
    if len(channel.pins) >= 100:
        raise SlackError("too_many_pins")
    channel.pins.append(message["ts"])
    return {}


def unpin(desk: Workspace, args: Args) -> JSON:
    """pins.remove."""
    channel = desk.joined(args["channel"], archived=None, outside="no_permission")
    message = desk.message(channel, _timestamp(args))
    if message["ts"] not in channel.pins:
        raise SlackError("no_pin")
    channel.pins.remove(message["ts"])
    return {}


def pins(desk: Workspace, args: Args) -> JSON:
    """pins.list: newest pin first."""
    channel = desk.seen(args["channel"])
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "message": dict(channel.message(ts)),
            "created": int(float(ts)),
            "created_by": desk.bot.id,
        }
        for ts in reversed(channel.pins)
    ]
    return {"items": items}


def _shelf(desk: Workspace, args: Args) -> Channel:
    if not args.text("channel_id"):
        raise SlackError("invalid_arguments", "missing required field: channel_id")
    return desk.joined(args["channel_id"], archived="permission_denied", outside="no_permission")


def _link(value: str) -> str:
    if not re.fullmatch(r"https?://\S+", value):
        raise SlackError("invalid_link")
    return value


def add_bookmark(desk: Workspace, args: Args) -> JSON:
    """bookmarks.add: links only."""
    channel = _shelf(desk, args)
    if args.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(channel.bookmarks) >= 100:
        raise SlackError("too_many_bookmarks")
    emoji = args.text("emoji")
    if emoji and not re.fullmatch(r":[a-z0-9_+'-]+:", emoji):
        raise SlackError("invalid_emoji")
    bookmark = {
        "id": desk.new_id("Bk"),
        "channel_id": channel.id,
        "title": args.text("title"),
        "link": _link(args.text("link")),
        "emoji": emoji,
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": desk.now(),
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):06d}",
        "last_updated_by_user_id": desk.bot.id,
        "last_updated_by_team_id": desk.team_id,
        "shortcut_id": None,
        "app_id": None,
    }
    channel.bookmarks.append(bookmark)
    return {"bookmark": dict(bookmark)}


def _bookmark(channel: Channel, args: Args) -> JSON:
    for bookmark in channel.bookmarks:
        if bookmark["id"] == args.text("bookmark_id"):
            return bookmark
    raise SlackError("not_found")


def edit_bookmark(desk: Workspace, args: Args) -> JSON:
    """bookmarks.edit."""
    bookmark = _bookmark(_shelf(desk, args), args)
    if args.text("link"):
        bookmark["link"] = _link(args.text("link"))
    for name in ("title", "emoji"):
        if args.text(name):
            bookmark[name] = args.text(name)
    bookmark["date_updated"] = desk.now()
    return {"bookmark": dict(bookmark)}


def remove_bookmark(desk: Workspace, args: Args) -> JSON:
    """bookmarks.remove."""
    channel = _shelf(desk, args)
    channel.bookmarks.remove(_bookmark(channel, args))
    return {}


def bookmarks(desk: Workspace, args: Args) -> JSON:
    """bookmarks.list."""
    if not args.text("channel_id"):
        raise SlackError("invalid_arguments", "missing required field: channel_id")
    channel = desk.seen(args["channel_id"])
    return {"bookmarks": [dict(b) for b in channel.bookmarks]}


def toggle(message: JSON, name: str, user: str, *, on: bool) -> bool:
    """Set or take away a person's reaction; False when that was already so."""
    reactions: list[JSON] = message.setdefault("reactions", [])
    entry = next((r for r in reactions if r["name"] == name), None)
    if on == (entry is not None and user in entry["users"]):
        return False
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    (entry["users"].append if on else entry["users"].remove)(user)
    entry["count"] = len(entry["users"])
    if not entry["users"]:
        reactions.remove(entry)
    return True


def _reaction(desk: Workspace, args: Args, archived: str, *, on: bool) -> bool:
    name = args.text("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    channel = desk.find(args["channel"])
    if desk.bot.id not in channel.members:
        raise SlackError("channel_not_found" if channel.is_private else "no_access")
    if channel.is_archived:
        raise SlackError(archived)
    message = desk.message(channel, _timestamp(args))
    return toggle(message, name, desk.bot.id, on=on)


def react(desk: Workspace, args: Args) -> JSON:
    """reactions.add."""
    if not _reaction(desk, args, "is_archived", on=True):
        raise SlackError("already_reacted")
    return {}


def unreact(desk: Workspace, args: Args) -> JSON:
    """reactions.remove."""
    if not args.text("channel"):
        raise SlackError("no_item_specified")
    if not _reaction(desk, args, "no_access", on=False):
        raise SlackError("no_reaction")
    return {}


def reactions(desk: Workspace, args: Args) -> JSON:
    """reactions.get, of a message."""
    if not args.text("channel"):
        raise SlackError("no_item_specified")
    channel = desk.seen(args["channel"])
    message = desk.message(channel, _timestamp(args))
    shown = {k: v for k, v in message.items() if k != "metadata"}
    shown["permalink"] = desk.permalink(channel, message)
    return {"type": "message", "channel": channel.id, "message": shown}


METHODS: dict[str, Handler] = {
    "pins.add": pin,
    "pins.remove": unpin,
    "pins.list": pins,
    "bookmarks.add": add_bookmark,
    "bookmarks.edit": edit_bookmark,
    "bookmarks.remove": remove_bookmark,
    "bookmarks.list": bookmarks,
    "reactions.add": react,
    "reactions.remove": unreact,
    "reactions.get": reactions,
}
