"""Events and notices that a bot's own calls cause, for those who want Slack's full noise."""

from __future__ import annotations

from typing import Any

from .workspace import Channel, Workspace

JSON = dict[str, Any]
Told = tuple[str, JSON]
"""The name of a subscription, and the event."""


def notice(desk: Workspace, method: str, args: JSON, answer: JSON) -> None:
    """Write the line into the channel that Slack writes itself, such as "set the topic"."""
    channel = _channel(desk, args, answer)
    if channel is None:
        return
    match method:
        case "conversations.create" | "conversations.join":
            _line(desk, channel, "join", desk.bot.id, "has joined the channel")
        case "conversations.invite":
            for user in _invited(args, answer):
                _line(desk, channel, "join", user, "has joined the channel", inviter=desk.bot.id)
        case "conversations.setTopic":
            text = f"set the channel topic: {channel.topic}"
            _line(desk, channel, "topic", desk.bot.id, text, topic=channel.topic)
        case "conversations.setPurpose":
            text = f"set the channel description: {channel.purpose}"
            _line(desk, channel, "purpose", desk.bot.id, text, purpose=channel.purpose)
        case "conversations.rename":
            text = f"has renamed the channel to {channel.name}"
            _line(desk, channel, "name", desk.bot.id, text, name=channel.name)
        case "conversations.archive":
            _line(desk, channel, "archive", desk.bot.id, "archived the channel")


def _line(desk: Workspace, channel: Channel, kind: str, user: str, text: str, **more: Any) -> None:
    subtype = f"{'group' if channel.is_private else 'channel'}_{kind}"
    body = {"type": "message", "subtype": subtype, "user": user, "text": f"<@{user}> {text}"}
    desk.store(channel, body | more)


def events(desk: Workspace, method: str, args: JSON, answer: JSON) -> list[Told]:
    """The events that Slack sends to subscribed apps after this call of the bot."""
    channel = _channel(desk, args, answer)
    if channel is None:
        return []
    kind = "group" if channel.is_private else "channel"
    letter = "G" if channel.is_private else "C"
    match method:
        case "conversations.create" | "conversations.join":
            return [_joined(desk, channel, letter, desk.bot.id, None)]
        case "conversations.invite":
            users = _invited(args, answer)
            return [_joined(desk, channel, letter, user, desk.bot.id) for user in users]
        case "conversations.archive":
            name = f"{kind}_archive"
            return [(name, {"type": name, "channel": channel.id, "user": desk.bot.id})]
        case "conversations.rename":
            shown = {"id": channel.id, "name": channel.name, "created": channel.created}
            return [(f"{kind}_rename", {"type": f"{kind}_rename", "channel": shown})]
        case "chat.postMessage":
            where = "im" if channel.is_im else kind
            subscription = "message.im" if channel.is_im else f"message.{kind}s"
            return [(subscription, {**answer["message"], "channel": channel.id,
                                    "channel_type": where})]  # fmt: skip
        case "pins.add":
            item = {"type": "message", "channel": channel.id, "ts": args["timestamp"]}
            return [("pin_added", {"type": "pin_added", "user": desk.bot.id,
                                   "channel_id": channel.id, "item": item})]  # fmt: skip
        case "reactions.add":
            item = {"type": "message", "channel": channel.id, "ts": args["timestamp"]}
            return [("reaction_added", {"type": "reaction_added", "user": desk.bot.id,
                                        "reaction": args["name"], "item": item})]  # fmt: skip
    return []


def _joined(desk: Workspace, channel: Channel, letter: str, user: str, inviter: str | None) -> Told:
    event: JSON = {"type": "member_joined_channel", "user": user, "channel": channel.id,
                   "channel_type": letter, "team": desk.team_id}  # fmt: skip
    if inviter:
        event["inviter"] = inviter
    return "member_joined_channel", event


def _channel(desk: Workspace, args: JSON, answer: JSON) -> Channel | None:
    found = answer.get("channel")
    key = found.get("id") if isinstance(found, dict) else args.get("channel")
    return desk.channels.get(str(key))


def _invited(args: JSON, answer: JSON) -> list[str]:
    users = args["users"]
    listed = users if isinstance(users, list) else str(users).split(",")
    failed = {error["user"] for error in answer.get("errors", [])}
    return [user.strip() for user in listed if user.strip() not in failed]
