"""chat.* methods."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .args import Args
from .blocks import MESSAGE_CHARACTERS, characters, check_blocks, named
from .errors import SlackError
from .workspace import Channel, Message, Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]
TEXT_LIMIT = 40_000
UPDATE_LIMIT = 4_000


POSTED = {"invalid_attachments": "invalid_arguments", "msg_too_long": "msg_blocks_too_long"}
UPDATED = {"msg_blocks_too_long": "msg_too_long"}
WHISPERED = {
    "invalid_metadata_format": "invalid_arguments",
    "metadata_too_large": "invalid_arguments",
    "msg_blocks_too_long": "msg_too_long",
}
"""By method: the codes of `_content` that it does not document, and what it says instead."""


def content(args: Args, said: Mapping[str, str], *, required: bool = True) -> JSON:
    """The text, blocks, attachments and metadata of a call, checked.

    SlackError with the codes of `_content`, or with what `said` puts in their place.
    """
    try:
        return _content(args, required=required)
    except SlackError as error:
        raise SlackError(said.get(error.code, error.code), *error.messages) from None


def _content(args: Args, *, required: bool) -> JSON:
    """Raises SlackError: no_text, msg_too_long, markdown_text_conflict, invalid_blocks,
    invalid_blocks_format, msg_blocks_too_long, invalid_attachments, too_many_attachments,
    invalid_metadata_format, metadata_too_large.
    """
    text, blocks = args.text("text"), args.structure("blocks")
    attachments, markdown = args.structure("attachments"), args.text("markdown_text")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > 12_000:
        raise SlackError("msg_too_long")
    if required and not (text.strip() or blocks or attachments or markdown):
        raise SlackError("no_text")
    found: JSON = {}
    if text or markdown:
        found["text"] = text or markdown
    if blocks is not None:
        found["blocks"] = checked_blocks(blocks)
    if attachments is not None:
        if not isinstance(attachments, list):
            raise SlackError("invalid_attachments")
        if len(attachments) > 100:
            raise SlackError("too_many_attachments")
        for attachment in attachments:
            if isinstance(attachment, dict) and attachment.get("blocks") is not None:
                checked_blocks(attachment["blocks"])
        found["attachments"] = attachments
    metadata = args.structure("metadata")
    if metadata is not None:
        found["metadata"] = _metadata(metadata)
    return found


def checked_blocks(blocks: Any) -> list[JSON]:
    """The blocks, or SlackError when Slack would not take them in a message."""
    complaints = check_blocks(blocks, "message")
    if complaints:
        raise SlackError("invalid_blocks", *complaints)
    if characters(blocks) > MESSAGE_CHARACTERS:
        raise SlackError("msg_blocks_too_long")
    return named(blocks)


def _metadata(metadata: Any) -> JSON:
    if metadata == {}:
        return {}
    if (
        not isinstance(metadata, dict)
        or set(metadata) - {"event_type", "event_payload", "entities"}
        or not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata).encode()) > 16_000:
        raise SlackError("metadata_too_large")
    return metadata


def _place(desk: Workspace, value: str) -> Channel:
    """The channel by id, a person's direct messages by user id."""
    if value in desk.users and value != desk.bot.id:
        return desk.direct(value)
    return desk.joined(value)


def _in_thread(channel: Channel, args: Args) -> JSON:
    ts = args.text("thread_ts")
    if not ts:
        return {}
    parent = next((m for m in channel.messages if m["ts"] == ts), None)
    if parent is None or parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return {"thread_ts": ts}


def bot_message(desk: Workspace, body: JSON) -> JSON:
    """The fields that a message from the bot carries, with `body`."""
    return {
        "type": "message",
        "user": desk.bot.id,
        "bot_id": desk.bot_id,
        "app_id": desk.app_id,
        "team": desk.team_id,
        "text": "",
        **body,
    }


def post(desk: Workspace, args: Args) -> JSON:
    """chat.postMessage: text over 40,000 characters is cut off."""
    channel = _place(desk, args.text("channel"))
    body = content(args, POSTED) | _in_thread(channel, args)
    body["text"] = body.get("text", "")[:TEXT_LIMIT]
    if body.get("thread_ts") and args.flag("reply_broadcast"):
        body["subtype"] = "thread_broadcast"
    message = desk.store(channel, bot_message(desk, body))
    return {"channel": channel.id, "ts": message["ts"], "message": dict(message)}


def update(desk: Workspace, args: Args) -> JSON:
    """chat.update: the bot's own messages; what is not given stays (but see blocks: [])."""
    channel = desk.find(args.text("channel"))
    message = desk.message(channel, args.text("ts"))
    if message.get("bot_id") != desk.bot_id:
        raise SlackError("cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    if len(args.text("text")) > UPDATE_LIMIT or len(args.text("markdown_text")) > UPDATE_LIMIT:
        raise SlackError("msg_too_long")
    body = content(args, UPDATED, required="blocks" not in args and "file_ids" not in args)
    message.update(body)
    message["edited"] = {"user": desk.bot.id, "ts": desk.new_ts()}
    for name in ("blocks", "metadata", "attachments"):
        if name in message and not message[name]:
            del message[name]
    shown = dict(message)
    return {"channel": channel.id, "ts": message["ts"], "text": message.text, "message": shown}


def delete(desk: Workspace, args: Args) -> JSON:
    """chat.delete: the bot's own messages."""
    channel = desk.find(args.text("channel"))
    message = desk.message(channel, args.text("ts"))
    if message.get("bot_id") != desk.bot_id:
        raise SlackError("cant_delete_message")
    channel.messages.remove(message)
    if message["ts"] in channel.pins:
        channel.pins.remove(message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def ephemeral(desk: Workspace, args: Args) -> JSON:
    """chat.postEphemeral: for one person who is in the channel; kept in `ephemerals`."""
    channel = desk.joined(args.text("channel"))
    user = args.text("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    body = content(args, WHISPERED)
    if len(body.get("text", "")) > TEXT_LIMIT:
        raise SlackError("msg_too_long")
    body |= _in_thread(channel, args)
    ts = desk.new_ts()
    shown = bot_message(desk, body) | {"ts": ts, "channel": channel.id, "for_user": user}
    desk.ephemerals.append(Message(shown))
    return {"message_ts": ts}


def permalink(desk: Workspace, args: Args) -> JSON:
    """chat.getPermalink."""
    channel = desk.seen(args.text("channel"))
    message = desk.message(channel, args.text("message_ts"))
    return {"channel": channel.id, "permalink": desk.permalink(channel, message)}


METHODS: dict[str, Handler] = {
    "chat.postMessage": post,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": ephemeral,
    "chat.getPermalink": permalink,
}
