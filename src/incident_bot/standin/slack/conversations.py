"""conversations.* methods that change a channel."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .args import Args
from .errors import SlackError
from .present import channel_object
from .workspace import Channel, Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]
INVITED_AT_ONCE = 100
"""Sources disagree on 100 or 1,000; the stand-in takes the stricter."""


def check_name(desk: Workspace, name: str, *, own: str | None = None) -> None:
    """Refuse a channel name that Slack would; `own` is the id of the channel being renamed."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not re.search(r"[^\W_]", name):
        raise SlackError("invalid_name_punctuation")
    if name != name.lower() or re.search(r"[^\w-]", name):
        raise SlackError("invalid_name_specials")
    if any(c.name == name and c.id != own for c in desk.channels.values() if not c.is_im):
        raise SlackError("name_taken")


def create(desk: Workspace, args: Args) -> JSON:
    """conversations.create: the bot becomes creator and first member."""
    name = args.text("name")
    check_name(desk, name)
    channel = desk.new_channel(
        name, desk.bot.id, [desk.bot.id], private=args.flag("is_private")
    )  # fmt: skip
    return {"channel": channel_object(desk, channel)}


def invite(desk: Workspace, args: Args) -> JSON:
    """conversations.invite: all or nobody, unless `force` lets the valid ones in."""
    channel = desk.joined(args["channel"])
    users = args.names("users")
    if not users:
        raise SlackError("no_user")
    if len(users) > INVITED_AT_ONCE:
        raise SlackError("invalid_arguments", f"users: no more than {INVITED_AT_ONCE} at once")
    refused: list[tuple[str, SlackError]] = []
    valid = []
    for user in users:
        try:
            _admit(desk, channel, user)
        except SlackError as error:
            refused.append((user, error))
        else:
            valid.append(user)
    errors = [{"user": user, "ok": False, "error": error.code} for user, error in refused]
    if errors and not (args.flag("force") and valid):
        raise SlackError(refused[0][1].code, errors=errors)
    channel.members += list(dict.fromkeys(valid))
    answer: JSON = {"channel": channel_object(desk, channel)}
    if errors:
        answer["errors"] = errors
    return answer


def _admit(desk: Workspace, channel: Channel, user: str) -> None:
    """Refuse whom Slack would not let in."""
    known = desk.users.get(user)
    if user == desk.bot.id:
        raise SlackError("cant_invite_self")
    if known is None:
        raise SlackError("user_not_found")
    if known.deleted:
        raise SlackError("cant_invite")
    if known.is_restricted:
        raise SlackError("user_is_restricted")
    if user in channel.members:
        raise SlackError("already_in_channel")


def kick(desk: Workspace, args: Args) -> JSON:
    """conversations.kick."""
    channel = desk.joined(args["channel"], archived="restricted_action")
    user = args.text("user")
    if user == desk.bot.id:
        raise SlackError("cant_kick_self")
    if user not in desk.users:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    channel.members.remove(user)
    return {}


def join(desk: Workspace, args: Args) -> JSON:
    """conversations.join: public channels only."""
    channel = desk.seen(args["channel"])
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    answer: JSON = {}
    if desk.bot.id in channel.members:
        answer["warning"] = "already_in_channel"
    else:
        channel.members.append(desk.bot.id)
    return answer | {"channel": channel_object(desk, channel)}


def leave(desk: Workspace, args: Args) -> JSON:
    """conversations.leave."""
    channel = desk.seen(args["channel"])
    if channel.is_archived:
        raise SlackError("is_archived")
    if desk.bot.id not in channel.members:
        return {"not_in_channel": True}
    channel.members.remove(desk.bot.id)
    return {}


def set_topic(desk: Workspace, args: Args) -> JSON:
    """conversations.setTopic: at most 250 characters."""
    channel, topic = desk.joined(args["channel"]), args.text("topic")
    if len(topic) > 250:
        raise SlackError("too_long")
    channel.set_topic(topic, desk.bot.id, desk.now())
    return {"channel": channel_object(desk, channel)}


def set_purpose(desk: Workspace, args: Args) -> JSON:
    """conversations.setPurpose: at most 250 characters."""
    channel, purpose = desk.joined(args["channel"]), args.text("purpose")
    if len(purpose) > 250:
        raise SlackError("too_long")
    channel.purpose = purpose
    return {"channel": channel_object(desk, channel), "purpose": purpose}


def rename(desk: Workspace, args: Args) -> JSON:
    """conversations.rename: only what the bot created."""
    channel, name = desk.joined(args["channel"]), args.text("name")
    if channel.creator != desk.bot.id:
        raise SlackError("not_authorized")
    check_name(desk, name, own=channel.id)
    channel.name = name
    return {"channel": channel_object(desk, channel)}


def archive(desk: Workspace, args: Args) -> JSON:
    """conversations.archive: the name stays taken."""
    channel = desk.joined(args["channel"], archived="already_archived")
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    channel.is_archived = True
    return {}


def unarchive(desk: Workspace, args: Args) -> JSON:
    """conversations.unarchive: bots may not, as they left the channel with its archiving."""
    channel = desk.seen(args["channel"])
    if not channel.is_archived:
        raise SlackError("not_archived")
    raise SlackError("no_permission")


def open_direct(desk: Workspace, args: Args) -> JSON:
    """conversations.open: a direct message with one person (groups are not kept here)."""
    if args.get("channel"):
        channel = desk.seen(args["channel"])
        return {"channel": channel_object(desk, channel), "already_open": True}
    users = args.names("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 8:
        raise SlackError("too_many_users")
    known = desk.users.get(users[0])
    if known is None:
        raise SlackError("user_not_found")
    if known.deleted:
        raise SlackError("user_disabled")
    if len(users) > 1:
        raise SlackError("invalid_user_combination", "the stand-in keeps no group messages")
    channel = desk.direct(known.id)
    if args.flag("return_im"):
        return {"channel": channel_object(desk, channel)}
    return {"channel": {"id": channel.id}}


METHODS: dict[str, Handler] = {
    "conversations.create": create,
    "conversations.invite": invite,
    "conversations.kick": kick,
    "conversations.join": join,
    "conversations.leave": leave,
    "conversations.setTopic": set_topic,
    "conversations.setPurpose": set_purpose,
    "conversations.rename": rename,
    "conversations.archive": archive,
    "conversations.unarchive": unarchive,
    "conversations.open": open_direct,
}
