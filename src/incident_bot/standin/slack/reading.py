"""Methods that only read: channels, history, people, groups, team."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .args import Args
from .errors import SlackError
from .present import channel_object, page, user_object, usergroup_object
from .workspace import Channel, Message, Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]


def info(desk: Workspace, args: Args) -> JSON:
    """conversations.info."""
    shown = channel_object(desk, desk.seen(args["channel"]))
    if not args.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def _kinds(args: Args) -> set[str]:
    kinds = set(args.names("types")) or {"public_channel"}
    if kinds - {"public_channel", "private_channel", "im", "mpim"}:
        raise SlackError("invalid_types")
    return kinds


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _listed(desk: Workspace, args: Args, channels: list[Channel]) -> JSON:
    kinds = _kinds(args)
    chosen = [
        c for c in channels
        if _kind(c) in kinds and not (args.flag("exclude_archived") and c.is_archived)
    ]  # fmt: skip
    shown, cursor = page(chosen, args.text("cursor"), args.limit(100, refusal="invalid_limit"))
    return {
        "channels": [channel_object(desk, c) for c in shown],
        "response_metadata": {"next_cursor": cursor},
    }


def listing(desk: Workspace, args: Args) -> JSON:
    """conversations.list: public channels, and private ones that the bot is in."""
    visible = [
        c for c in desk.channels.values() if not c.is_private or desk.bot.id in c.members
    ]  # fmt: skip
    return _listed(desk, args, visible)


def memberships(desk: Workspace, args: Args) -> JSON:
    """users.conversations: what the bot (or `user`) is in, as far as the bot sees it."""
    user = args.text("user") or desk.bot.id
    mine = [
        c for c in desk.channels.values()
        if user in c.members and (not c.is_private or desk.bot.id in c.members)
    ]  # fmt: skip
    answer = _listed(desk, args, mine)
    for shown in answer["channels"]:
        shown.pop("is_member", None)
    return answer


def members(desk: Workspace, args: Args) -> JSON:
    """conversations.members."""
    channel = desk.seen(args["channel"])
    shown, cursor = page(
        channel.members, args.text("cursor"), args.limit(100, refusal="invalid_limit")
    )
    return {"members": shown, "response_metadata": {"next_cursor": cursor}}


def _moment(args: Args, name: str) -> tuple[int, int] | None:
    """`oldest` or `latest` as (seconds, microseconds)."""
    raw = args.text(name)
    if not raw or raw == "now":
        return None
    if not re.fullmatch(r"\d+(\.\d{1,6})?", raw):
        raise SlackError("invalid_ts_oldest" if name == "oldest" else "invalid_ts_latest")
    return _order(raw)


def _order(ts: str) -> tuple[int, int]:
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(fraction.ljust(6, "0") or 0)


def _between(args: Args, messages: list[Message]) -> list[Message]:
    oldest, latest = _moment(args, "oldest"), _moment(args, "latest")
    inclusive = args.flag("inclusive")
    chosen = []
    for message in messages:
        at = _order(message["ts"])
        if oldest is not None and (at < oldest or (at == oldest and not inclusive)):
            continue
        if latest is not None and (at > latest or (at == latest and not inclusive)):
            continue
        chosen.append(message)
    return chosen


def shown_message(message: Message, *, metadata: bool) -> JSON:
    """A message as history shows it; metadata only when it was asked for."""
    return {k: v for k, v in message.items() if metadata or k != "metadata"}


def _readable(desk: Workspace, args: Args, outside: str) -> Channel:
    channel = desk.seen(args["channel"])
    if desk.bot.id not in channel.members:
        raise SlackError(outside)
    return channel


def history(desk: Workspace, args: Args) -> JSON:
    """conversations.history: newest first, without replies in threads."""
    channel = _readable(desk, args, "not_in_channel")
    messages = [
        m for m in channel.messages if not m.is_reply or m.get("subtype") == "thread_broadcast"
    ]  # fmt: skip
    messages = sorted(_between(args, messages), key=lambda m: _order(m["ts"]), reverse=True)
    return _page_of_messages(args, messages) | {"pin_count": len(channel.pins)}


def replies(desk: Workspace, args: Args) -> JSON:
    """conversations.replies: the parent and its replies, oldest first."""
    channel = _readable(desk, args, "no_permission")
    found = channel.thread(args.text("ts"))
    if not found:
        raise SlackError("thread_not_found")
    return _page_of_messages(args, _between(args, found))


def _page_of_messages(args: Args, messages: list[Message]) -> JSON:
    shown, cursor = page(messages, args.text("cursor"), args.limit(100, 999))
    metadata = args.flag("include_all_metadata")
    answer: JSON = {
        "messages": [shown_message(m, metadata=metadata) for m in shown],
        "has_more": bool(cursor),
    }
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def user_info(desk: Workspace, args: Args) -> JSON:
    """users.info."""
    user = desk.users.get(args.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_object(desk, user)}


def user_list(desk: Workspace, args: Args) -> JSON:
    """users.list: everybody, deactivated people and bots included."""
    users = list(desk.users.values())
    shown, cursor = page(users, args.text("cursor"), args.limit(1000))
    return {
        "members": [user_object(desk, u) for u in shown],
        "cache_ts": desk.now(),
        "response_metadata": {"next_cursor": cursor},
    }


def by_email(desk: Workspace, args: Args) -> JSON:
    """users.lookupByEmail: active people only."""
    wanted = args.text("email").lower()
    for user in desk.users.values():
        if user.email and user.email.lower() == wanted and not user.deleted:
            return {"user": user_object(desk, user)}
    raise SlackError("users_not_found")


def groups(desk: Workspace, args: Args) -> JSON:
    """usergroups.list."""
    users, count = args.flag("include_users"), args.flag("include_count")
    shown = [
        usergroup_object(desk, g, users=users, count=count) for g in desk.usergroups.values()
    ]  # fmt: skip
    return {"usergroups": shown}


def group_users(desk: Workspace, args: Args) -> JSON:
    """usergroups.users.list."""
    group = desk.usergroups.get(args.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def team(desk: Workspace, args: Args) -> JSON:
    """team.info."""
    if args.text("team") not in ("", desk.team_id):
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": desk.team_id,
            "name": desk.team_name,
            "url": desk.home_url,
            "domain": desk.team_domain,
            "email_domain": "",
        }
    }


def auth(desk: Workspace, args: Args) -> JSON:
    """auth.test."""
    return {
        "url": desk.home_url,
        "team": desk.team_name,
        "user": desk.bot.name,
        "team_id": desk.team_id,
        "user_id": desk.bot.id,
        "bot_id": desk.bot_id,
        "is_enterprise_install": False,
    }


def api_test(desk: Workspace, args: Args) -> JSON:
    """api.test: echoes, or fails with the `error` it was given."""
    if args.text("error"):
        wanted = args.text("error")
        raise SlackError(wanted, args=dict(args))
    return {"args": dict(args)}


METHODS: dict[str, Handler] = {
    "api.test": api_test,
    "auth.test": auth,
    "conversations.info": info,
    "conversations.list": listing,
    "users.conversations": memberships,
    "conversations.members": members,
    "conversations.history": history,
    "conversations.replies": replies,
    "users.info": user_info,
    "users.list": user_list,
    "users.lookupByEmail": by_email,
    "usergroups.list": groups,
    "usergroups.users.list": group_users,
    "team.info": team,
}
