"""Post a message once. Each carries its job's key as metadata, by which it is found again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.lookup import pages

EVENT_TYPE = "incident_bot"
HISTORY_PAGE = 200
HISTORY_PAGES = 10  # 2,000 messages back is further than any retry lies apart


async def post_once(
    gateway: Gateway,
    channel: str,
    key: str,
    text: str,
    blocks: Sequence[Mapping[str, Any]] | None = None,
    *,
    again: bool,
    urgent: bool = False,
    join: bool = False,
    thread: str | None = None,
) -> dict[str, str]:
    """Where the message is, as `{"channel", "ts"}`: found when `again`, else posted.

    `join`: a public channel that the bot is not in is joined first. `thread`: as a
    reply to this message. Raises as `Gateway.call`.
    """
    if again and (ts := await find(gateway, channel, key, join=join, thread=thread)):
        return {"channel": channel, "ts": ts}
    answer = await _in(
        gateway,
        channel,
        "chat.postMessage",
        join=join,
        urgent=urgent,
        text=text,
        blocks=blocks,
        thread_ts=thread,
        unfurl_links=False,
        unfurl_media=False,
        metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
    )
    return {"channel": str(answer.get("channel") or channel), "ts": str(answer["ts"])}


_GONE = frozenset({"message_not_found", "cant_update_message", "is_inactive", "is_archived"})


async def edit(
    gateway: Gateway,
    posted: Mapping[str, Any],
    text: str,
    blocks: Sequence[Mapping[str, Any]],
) -> str | None:
    """Edits a message of ours in place. None when it is done, else Slack's word for why there is
    none any more: somebody removed it, or archived the channel. Raises as `Gateway.call`."""
    try:
        await gateway.call(
            "chat.update", channel=posted["channel"], ts=posted["ts"], text=text, blocks=blocks
        )
    except SlackRefused as refused:
        if refused.code not in _GONE:
            raise
        return refused.code
    return None


async def find(
    gateway: Gateway, channel: str, key: str, *, join: bool = False, thread: str | None = None
) -> str | None:
    """The ts of our message with this key; None when the channel, or this thread, has none."""
    if join:  # a channel that the bot is not in lets itself be read by members only
        await _in(gateway, channel, "conversations.history", join=True, limit=1)
    found = history(gateway, channel) if thread is None else _replies(gateway, channel, thread)
    async for message in found:
        metadata = message.get("metadata") or {}
        if metadata.get("event_type") != EVENT_TYPE:
            continue
        if (metadata.get("event_payload") or {}).get("key") == key:
            return str(message["ts"])
    return None


def history(gateway: Gateway, channel: str) -> AsyncIterator[Mapping[str, Any]]:
    """The channel's messages with their metadata, newest first, some way back."""
    return pages(
        gateway,
        "conversations.history",
        "messages",
        most=HISTORY_PAGES,
        urgent=True,
        channel=channel,
        include_all_metadata=True,
        limit=HISTORY_PAGE,
    )


def _replies(gateway: Gateway, channel: str, thread: str) -> AsyncIterator[Mapping[str, Any]]:
    return pages(
        gateway,
        "conversations.replies",
        "messages",
        most=HISTORY_PAGES,
        channel=channel,
        ts=thread,
        include_all_metadata=True,
        limit=HISTORY_PAGE,
    )


async def _in(
    gateway: Gateway, channel: str, method: str, *, join: bool, **args: Any
) -> Mapping[str, Any]:
    """The call; when the bot is not in the channel and may, it joins and calls again."""
    try:
        return await gateway.call(method, channel=channel, **args)
    except SlackRefused as refused:
        if refused.code != "not_in_channel" or not join:
            raise
        try:
            await gateway.call("conversations.join", channel=channel)
        except SlackRefused:
            raise refused from None
        return await gateway.call(method, channel=channel, **args)
