"""Messages onto the timeline: by the reaction, by the shortcut; and what becomes of them in Slack.

Most of what is said in a workspace is none of ours, so an event costs nothing until it may be: a
reaction that is another one is dropped unread, and so is a message that is only new. What may
concern the timeline becomes a look, committed before Slack is answered.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from incident_bot import logs
from incident_bot.domain.commands import AddMessage, LookAtMessages
from incident_bot.domain.decision import Refusal
from incident_bot.domain.decisions.messages import lane
from incident_bot.domain.incident import Incident
from incident_bot.domain.messages import subject_of
from incident_bot.domain.people import BOT
from incident_bot.slack.listeners.needs import Reads
from incident_bot.slack.listeners.payload import part, word
from incident_bot.slack.listeners.spec import Asked, Happened, Shown
from incident_bot.slack.messages import is_gone, moment_of, name_of, seen, version_of

NO_ROOM = (
    "This is no war room, so there is no timeline to add it to. Use the shortcut on a message of "
    "an incident's room, or type it there: `/incident log 14:20 what happened`"
)
OURS = (
    "That is the bot's own message: what it tells of is on record already. "
    "See `/incident timeline`."
)
_CHANNEL = re.compile(r"[A-Z0-9]{1,40}")
NO_MESSAGE = "Slack did not say which message is meant. Try it again from the message's menu."


async def reaction(happened: Happened) -> None:
    """`reaction_added` and `reaction_removed`: of the timeline's emoji, in a war room."""
    event, wanted = happened.event, happened.service.policy.timeline_reaction
    if wanted is None or name_of(event.get("reaction")) != wanted:
        return
    item = part(event, "item")
    channel, ts = word(item.get("channel")) or "", word(item.get("ts")) or ""
    if item.get("type") != "message" or not _is_message(channel, ts):
        return
    added = event.get("type") == "reaction_added"
    await _look(
        happened,
        channel,
        ts,
        asked_at=moment_of(word(event.get("event_ts")) or "") if added else None,
        left_by=None if added else word(event.get("user")),
    )


async def message(happened: Happened) -> None:
    """`message`: one that is on a timeline, or may just be coming onto one, was changed."""
    event, channel = happened.event, word(happened.event.get("channel")) or ""
    match event.get("subtype"):
        case "message_changed":
            new, old = part(event, "message"), part(event, "previous_message")
            if not is_gone(new) and version_of(new) == version_of(old):
                return  # a preview was added, or a reply
            ts = word(new.get("ts")) or ""
        case "message_deleted":
            ts = word(event.get("deleted_ts")) or ""
        case _:
            return
    if _is_message(channel, ts):
        await _look(happened, channel, ts, known=True)


def _is_message(channel: str, ts: str) -> bool:
    return _CHANNEL.fullmatch(channel) is not None and moment_of(ts) is not None


async def _look(
    happened: Happened, channel: str, ts: str, *, known: bool = False, **asked: Any
) -> None:
    """Have it looked at, if this is a war room. `known`: only if it is on the timeline already."""
    store = happened.service.store
    incident = await store.in_channel(channel)
    if incident is None:
        return
    if known and not await _is_followed(store, incident, channel, ts):
        return
    occasion = happened.delivery.id if happened.delivery else str(happened.event.get("event_ts"))
    look = LookAtMessages(actor=BOT, channel_id=channel, ts=(ts,), key=occasion, **asked)
    await happened.service.handle(look, ref=incident.ref, delivery=happened.delivery)
    logs.learned(ref=incident.ref, outcome="recorded")


async def _is_followed(store: Reads, incident: Incident, channel: str, ts: str) -> bool:
    """True for a message on the timeline, or one that a look may just be putting there: it may have
    been read before it was changed."""
    subject = subject_of(channel, ts)
    if subject in incident.current or await store.is_to_be_done(lane(incident.ref, ts)):
        return True
    now = await store.in_channel(channel)  # a look that ended in between has left its line
    return now is not None and subject in now.current


async def add_to_timeline(asked: Asked) -> Shown:
    """The shortcut: onto the timeline at once, and whoever used it is told the number."""
    if asked.message is None or (ts := word(asked.message.get("ts"))) is None:
        raise Refusal(NO_MESSAGE)
    if asked.here is None:
        raise Refusal(NO_ROOM)
    if _is_ours(asked.message, asked.app_id):
        raise Refusal(OURS)
    link = _permalink(asked.workspace, asked.channel_id, asked.message)
    try:
        now = await seen({**asked.message, "permalink": link}, asked.people, None)
    except ValueError:
        raise Refusal(NO_MESSAGE) from None
    command = AddMessage(actor=asked.actor, channel_id=asked.channel_id, ts=ts, seen=now)
    return await replace(asked, incident=asked.here).do(command)


def _is_ours(message: Mapping[str, Any], app_id: str | None) -> bool:
    its = message.get("app_id") or part(message, "bot_profile").get("app_id")
    return app_id is not None and its == app_id


def _permalink(workspace: str | None, channel: str, message: Mapping[str, Any]) -> str | None:
    """As Slack makes them; it tells the permalink of a message only when asked."""
    if workspace is None:
        return None
    ts, parent = str(message.get("ts")), word(message.get("thread_ts"))
    link = f"https://{workspace}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={parent}&cid={channel}" if parent and parent != ts else link
