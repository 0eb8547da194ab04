"""files.* methods: the three-step upload (announce, send the bytes, complete)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .args import Args
from .chat import bot_message, checked_blocks
from .errors import SlackError
from .present import file_object
from .workspace import File, Workspace

JSON = dict[str, Any]
Handler = Callable[[Workspace, Args], JSON]


def announce(desk: Workspace, args: Args) -> JSON:
    """files.getUploadURLExternal: `length` is bytes and must be what is then sent."""
    length = args.text("length")
    if not length.isdigit() or int(length) < 1:
        raise SlackError("invalid_arguments", "length must be a positive integer")
    if int(length) > 1_000_000_000:
        raise SlackError("file_upload_size_restricted")
    if len(args.text("alt_txt")) > 1000:
        raise SlackError("alt_txt_too_large")
    name = args.text("filename")
    file = File(
        desk.new_id("F"),
        name,
        name,
        int(length),
        desk.now(),
        alt_txt=args.text("alt_txt") or None,
        snippet_type=args.text("snippet_type") or None,
    )
    desk.files[file.id] = file
    return {"upload_url": f"{desk.home_url}upload/v1/{file.id}", "file_id": file.id}


def complete(desk: Workspace, args: Args) -> JSON:
    """files.completeUploadExternal: shares into `channel_id` or `channels`, as one message."""
    listed = args.structure("files")
    if not isinstance(listed, list) or not listed:
        raise SlackError("invalid_arguments", "missing required field: files")
    files = []
    for item in listed:
        if not isinstance(item, dict) or set(item) - {"id", "title", "highlight_type"}:
            raise SlackError("invalid_arguments", "files: an item has `id` and maybe `title`")
        file = desk.files.get(str(item.get("id")))
        if file is None or not file.uploaded or file.completed:
            raise SlackError("file_not_found")
        files.append((file, str(item.get("title") or file.name)))
    targets = args.names("channel_id") or args.names("channels")
    if len(targets) > 100:
        raise SlackError("channels_limit_exceeded")
    channels = [desk.joined(target, archived="posting_to_channel_denied") for target in targets]
    comment = args.text("initial_comment")
    body: JSON = {"text": comment, **_blocks(args)}
    if args.text("thread_ts"):
        if not channels:
            raise SlackError("invalid_channel")
        desk.message(channels[0], args.text("thread_ts"), missing="invalid_channel")
        body["thread_ts"] = args.text("thread_ts")
    for file, title in files:
        file.title, file.completed = title, True
        file.initial_comment = comment or None
        file.thread_ts = args.text("thread_ts") or None
        file.channels += [channel.id for channel in channels]
    shown = [file_object(desk, file) for file, _ in files]
    for channel in channels:
        desk.store(channel, bot_message(desk, body | {"files": shown, "upload": True}))
    return {"files": shown}


def _blocks(args: Args) -> JSON:
    """The blocks, if there are any; invalid_blocks is all that this method says of them."""
    try:
        blocks = args.structure("blocks")
        return {} if blocks is None else {"blocks": checked_blocks(blocks)}
    except SlackError as error:
        raise SlackError("invalid_blocks", *error.messages) from None


def info(desk: Workspace, args: Args) -> JSON:
    """files.info."""
    file = desk.files.get(args.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    shown = file_object(desk, file)
    shares: dict[str, JSON] = {"public": {}, "private": {}}
    for channel in (desk.channels[c] for c in file.channels):
        kind = "private" if channel.is_private else "public"
        shares[kind][channel.id] = [
            {"ts": m["ts"], "channel_name": channel.name}
            for m in channel.messages
            if any(f["id"] == file.id for f in m.files)
        ]
    return {"file": shown | {"shares": shares}, "comments": []}


def delete(desk: Workspace, args: Args) -> JSON:
    """files.delete: only what the bot made. Its messages stay, with a tombstone in its place, but
    for those that had nothing else to show."""
    file = desk.files.get(args.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    file.deleted = True
    for channel in (desk.channels[c] for c in file.channels):
        for message in list(channel.messages):
            if not any(f["id"] == file.id for f in message.files):
                continue
            if not message.text and len(message.files) == 1:
                channel.messages.remove(message)
            message["files"] = [
                {"id": file.id, "mode": "tombstone"} if f["id"] == file.id else f
                for f in message.files
            ]
    return {}


METHODS: dict[str, Handler] = {
    "files.getUploadURLExternal": announce,
    "files.completeUploadExternal": complete,
    "files.delete": delete,
    "files.info": info,
}
