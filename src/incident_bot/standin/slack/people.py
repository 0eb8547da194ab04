"""Events: what people do around the bot, told to it where it is subscribed."""

from __future__ import annotations

import json
import time
from typing import Any

from .answers import Answer
from .dispatch import Dispatch
from .marks import toggle
from .present import JSON, file_object
from .requests import Requests
from .typing_in import escape
from .workspace import Channel, File, Message, User


class People(Requests):
    """Messages, reactions, joining and leaving; `subscribed` says of which the bot hears."""

    async def event(
        self,
        event: JSON,
        event_id: str | None = None,
        retry_num: int | None = None,
        *,
        retry_reason: str = "http_timeout",
        **forge: Any,
    ) -> Answer:
        """Send an event in its envelope; `retry_num` marks it as sent again."""
        envelope = {
            "token": self.verification_token,
            "team_id": self.desk.team_id,
            "context_team_id": self.desk.team_id,
            "api_app_id": self.desk.app_id,
            "event": {"event_ts": self.desk.new_ts(), **event},
            "type": "event_callback",
            "event_id": event_id or self.desk.new_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.desk.team_id,
                    "user_id": self.desk.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        dispatch = Dispatch(
            "events_api", envelope, retry_num, retry_reason if retry_num is not None else None
        )
        return await self.deliver(dispatch, **forge)

    async def url_verification(self) -> Answer:
        """Ask the bot to prove its URL, as Slack does when it is set (HTTP mode only)."""
        body = {"type": "url_verification", "challenge": "standin-challenge",
                "token": self.verification_token}  # fmt: skip
        return await self.http.send(json.dumps(body).encode(), "application/json")

    async def _tell(self, name: str, event: JSON, channel: Channel | None) -> Answer | None:
        if name not in self.subscribed:
            return None
        if channel is not None and self.desk.bot.id not in channel.members:
            return None
        return await self.event(event)

    async def message(
        self,
        user: User,
        channel: Channel,
        text: str,
        *,
        thread_ts: str | None = None,
        ts: str | None = None,
        event: bool = True,
        **extra: Any,
    ) -> Message:
        """Write a message; the bot hears of it where it is a member and subscribed."""
        body: JSON = {"type": "message", "user": user.id, "team": self.desk.team_id,
                      "text": escape(self.desk, text), **extra}  # fmt: skip
        body |= {k: v for k, v in (("thread_ts", thread_ts), ("ts", ts)) if v}
        stored = self.desk.store(channel, body)
        kind = _kind(channel)
        told = {**stored, "channel": channel.id, "channel_type": kind, "event_ts": stored.ts}
        if event:
            await self._tell(_subscription(channel), told, channel)
        return stored

    async def edit(self, user: User, channel: Channel, ts: str, text: str) -> Answer | None:
        """Change the text of a message."""
        message = channel.message(ts)
        previous = dict(message)
        message |= {"text": escape(self.desk, text)}
        message["edited"] = {"user": user.id, "ts": self.desk.new_ts()}
        event = {
            "subtype": "message_changed",
            "message": dict(message),
            "previous_message": previous,
        }
        return await self._about(event, channel)

    async def erase(self, channel: Channel, ts: str) -> Answer | None:
        """Delete a message."""
        message = channel.message(ts)
        channel.messages.remove(message)
        event = {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": dict(message)}
        return await self._about(event, channel)

    async def _about(self, event: JSON, channel: Channel) -> Answer | None:
        kind = _kind(channel)
        told = {"type": "message", "hidden": True, "channel": channel.id, "channel_type": kind,
                "ts": self.desk.new_ts(), **event}  # fmt: skip
        return await self._tell(_subscription(channel), told, channel)

    async def upload(
        self, user: User, channel: Channel, name: str, content: bytes, text: str = ""
    ) -> Message:
        """Share a file; the bot can fetch it by its `url_private`."""
        file = File(self.desk.new_id("F"), name, name, len(content), self.desk.now(), content)
        file.uploaded = file.completed = True
        file.channels.append(channel.id)
        self.desk.files[file.id] = file
        shown = file_object(self.desk, file) | {"user": user.id}
        return await self.message(user, channel, text, subtype="file_share", files=[shown])

    async def archive(self, user: User, channel: Channel, *, on: bool = True) -> Answer | None:
        """Archive a channel, or with `on=False` bring it back."""
        channel.is_archived = on
        kind = "group" if channel.is_private else "channel"
        name = f"{kind}_archive" if on else f"{kind}_unarchive"
        event = {"type": name, "channel": channel.id, "user": user.id}
        return await self._tell(name, event, channel)

    async def set_topic(
        self, user: User, channel: Channel, topic: str, *, event: bool = True
    ) -> Answer | None:
        """Write the channel's topic, or empty it; Slack tells the channel, and with `event` the
        bot too."""
        channel.set_topic(topic, user.id, self.desk.now())
        kind = "group" if channel.is_private else "channel"
        words = f"set the channel topic: {topic}" if topic else "cleared the channel topic"
        body = {"type": "message", "subtype": f"{kind}_topic", "user": user.id,
                "text": f"<@{user.id}> {words}", "topic": topic}  # fmt: skip
        stored = self.desk.store(channel, body)
        if not event:
            return None
        told = {**stored, "channel": channel.id, "channel_type": _kind(channel)}
        return await self._tell(_subscription(channel), told, channel)

    async def rename(self, channel: Channel, name: str) -> Answer | None:
        """Give a channel another name."""
        channel.name = name
        kind = "group_rename" if channel.is_private else "channel_rename"
        shown = {"id": channel.id, "name": name, "created": channel.created}
        return await self._tell(kind, {"type": kind, "channel": shown}, channel)

    async def pin(self, user: User, channel: Channel, ts: str) -> Answer | None:
        """Pin a message."""
        channel.pins.append(channel.message(ts).ts)
        item = {"type": "message", "channel": channel.id, "message": dict(channel.message(ts))}
        event = {"type": "pin_added", "user": user.id, "channel_id": channel.id, "item": item}
        return await self._tell("pin_added", event, channel)

    async def react(
        self, user: User, channel: Channel, ts: str, name: str, *, on: bool = True
    ) -> Answer | None:
        """Add (or with `on=False` take away) a reaction; the bot's answer to the event."""
        message = channel.message(ts)
        if not toggle(message, name, user.id, on=on):
            return None
        kind = "reaction_added" if on else "reaction_removed"
        item = {"type": "message", "channel": channel.id, "ts": ts}
        event = {"type": kind, "user": user.id, "reaction": name, "item": item}
        if message.user:
            event["item_user"] = message.user
        return await self._tell(kind, event, channel)

    async def join(self, user: User, channel: Channel) -> Answer | None:
        """Join a channel."""
        if user.id in channel.members:
            return None
        channel.members.append(user.id)
        return await self._membership("member_joined_channel", user, channel)

    async def leave(self, user: User, channel: Channel) -> Answer | None:
        """Leave a channel."""
        channel.members.remove(user.id)
        return await self._membership("member_left_channel", user, channel)

    async def _membership(self, kind: str, user: User, channel: Channel) -> Answer | None:
        event = {
            "type": kind,
            "user": user.id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": self.desk.team_id,
        }
        return await self._tell(kind, event, channel)

    async def open_home(self, user: User) -> Answer | None:
        """Open the app's Home tab."""
        event: JSON = {"type": "app_home_opened", "user": user.id, "tab": "home",
                       "channel": self.desk.direct(user.id).id}  # fmt: skip
        if user.id in self.desk.homes:
            event["view"] = dict(self.desk.homes[user.id])
        return await self._tell("app_home_opened", event, None)


def _kind(channel: Channel) -> str:
    """The `channel_type` of message events."""
    return "im" if channel.is_im else "group" if channel.is_private else "channel"


def _subscription(channel: Channel) -> str:
    """The subscription under which messages of this channel are told."""
    return "message.im" if channel.is_im else f"message.{_kind(channel)}s"
