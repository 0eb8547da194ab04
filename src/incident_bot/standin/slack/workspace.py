"""What a Slack workspace holds: people, channels, messages, files. No HTTP here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from .errors import SlackError

JSON = dict[str, Any]


@dataclass
class User:
    """A person. `tz_offset` is seconds east of UTC now."""

    id: str
    name: str
    real_name: str
    email: str
    tz: str = "UTC"
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False

    @property
    def tz_offset(self) -> int:
        offset = datetime.now(UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    @property
    def tz_label(self) -> str:
        return datetime.now(UTC).astimezone(ZoneInfo(self.tz)).tzname() or self.tz


class Message(JSON):
    """A message as the API shows it: a dict, with its usual fields as attributes too."""

    @property
    def ts(self) -> str:
        return cast(str, self["ts"])

    @property
    def text(self) -> str:
        return cast(str, self.get("text", ""))

    @property
    def user(self) -> str | None:
        return cast("str | None", self.get("user"))

    @property
    def blocks(self) -> list[JSON]:
        return cast("list[JSON]", self.get("blocks", []))

    @property
    def metadata(self) -> JSON | None:
        return cast("JSON | None", self.get("metadata"))

    @property
    def thread_ts(self) -> str | None:
        return cast("str | None", self.get("thread_ts"))

    @property
    def files(self) -> list[JSON]:
        return cast("list[JSON]", self.get("files", []))

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread and not in the channel itself."""
        return self.thread_ts not in (None, self["ts"])


@dataclass
class Channel:
    """A channel or direct message. `created` is Unix seconds; `pins` holds message ts."""

    id: str
    name: str
    creator: str
    created: int
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    members: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    topic: str = ""
    topic_creator: str = ""
    topic_last_set: int = 0
    purpose: str = ""
    pins: list[str] = field(default_factory=list)
    bookmarks: list[JSON] = field(default_factory=list)

    def set_topic(self, topic: str, user: str, now: int) -> None:
        """Somebody writes the topic, or empties it, at `now` (Unix seconds)."""
        self.topic, self.topic_creator, self.topic_last_set = topic, user, now

    def message(self, ts: str) -> Message:
        """The message with this ts; LookupError when there is none."""
        for message in self.messages:
            if message["ts"] == ts:
                return message
        raise LookupError(f"no message {ts} in #{self.name}")

    def thread(self, ts: str) -> list[Message]:
        """The message with this ts and the replies to it, oldest first."""
        return [m for m in self.messages if m["ts"] == ts or m.get("thread_ts") == ts]


@dataclass
class File:
    """An uploaded file; `completed` once it was shared or saved. `length` is bytes announced."""

    id: str
    name: str
    title: str
    length: int
    created: int
    content: bytes = b""
    uploaded: bool = False
    completed: bool = False
    deleted: bool = False
    channels: list[str] = field(default_factory=list)
    initial_comment: str | None = None
    thread_ts: str | None = None
    alt_txt: str | None = None
    snippet_type: str | None = None


@dataclass
class Usergroup:
    """A user group such as @payments-oncall."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass
class Trigger:
    """A trigger_id given out: usable once, for three seconds (`given` is monotonic seconds)."""

    user: str
    given: float
    used: bool = False


class Workspace:
    """All that is stored, and the rules for finding things in it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.monotonic: Callable[[], float] = time.monotonic
        self.team_id = "T0STANDIN"
        self.team_domain = "standin"
        self.team_name = "Stand-in"
        self.app_id = "A0STANDIN"
        self.bot_id = "B0STANDIN"
        self.home_url = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.ephemerals: list[JSON] = []
        self.triggers: dict[str, Trigger] = {}
        self.views: dict[str, JSON] = {}
        self.view_owners: dict[str, str] = {}
        self.tickets: dict[str, float] = {}
        self.homes: dict[str, JSON] = {}
        self.hide_private_channels = False
        self.email_shown = True
        self._counts: dict[str, int] = {}
        self._second = 0
        self._fraction = 0
        self.bot = User("U0STANDIN", "incident-bot", "Incident Bot", "", is_bot=True)
        self.users[self.bot.id] = self.bot

    def new_id(self, prefix: str) -> str:
        """A fresh id such as U00000A01; the prefix says of what."""
        self._counts[prefix] = count = self._counts.get(prefix, 0xA00) + 1
        return f"{prefix}{count:08X}"

    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock())

    def new_ts(self) -> str:
        """A message ts: unique in the workspace and greater than all before."""
        second = self.now()
        if second > self._second:
            self._second, self._fraction = second, 0
        self._fraction += 100
        if self._fraction >= 1_000_000:
            self._second, self._fraction = self._second + 1, 100
        return f"{self._second}.{self._fraction:06d}"

    def new_channel(
        self, name: str, creator: str, members: list[str], *, private: bool = False
    ) -> Channel:
        """Add a channel; the name is taken as it is."""
        channel = Channel(
            self.new_id("C"), name, creator, self.now(), is_private=private, members=members
        )
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct message channel between the bot and a person, made at first use."""
        for channel in self.channels.values():
            if channel.is_im and user in channel.members:
                return channel
        channel = Channel(
            self.new_id("D"), "", "", self.now(), is_im=True, is_private=True,
            members=[self.bot.id, user],
        )  # fmt: skip
        self.channels[channel.id] = channel
        return channel

    def store(self, channel: Channel, message: JSON) -> Message:
        """Give the message a ts if it has none, and keep it; counts replies at the parent."""
        stored = Message(message)
        stored.setdefault("ts", self.new_ts())
        channel.messages.append(stored)
        if stored.is_reply:
            parent = next((m for m in channel.messages if m["ts"] == stored["thread_ts"]), None)
            if parent is not None:
                parent["thread_ts"] = parent["ts"]
                parent["reply_count"] = parent.get("reply_count", 0) + 1
                parent["latest_reply"] = stored["ts"]
        return stored

    def permalink(self, channel: Channel, message: Message) -> str:
        """Where people open the message; of a reply, with its thread."""
        link = f"{self.home_url}archives/{channel.id}/p{message.ts.replace('.', '')}"
        return (
            f"{link}?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else link
        )

    def find(self, value: Any) -> Channel:
        """The channel by id that the bot may know of; channel_not_found otherwise."""
        channel = self.channels.get(str(value or ""))
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def seen(self, value: Any) -> Channel:
        """A channel whose existence the bot may see: public, or private with the bot in it."""
        channel = self.find(value)
        if channel.is_private and self.bot.id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def joined(
        self,
        value: Any,
        *,
        archived: str | None = "is_archived",
        outside: str = "not_in_channel",
    ) -> Channel:
        """A channel that the bot is in and may write to; the method's codes for one that is
        archived (None: that is no matter) and one that the bot is outside of."""
        channel = self.find(value)
        if self.bot.id not in channel.members:
            hidden = channel.is_private and self.hide_private_channels
            raise SlackError("channel_not_found" if hidden else outside)
        if channel.is_archived and archived:
            raise SlackError(archived)
        return channel

    def message(self, channel: Channel, ts: Any, missing: str = "message_not_found") -> Message:
        """A message of the channel by ts."""
        try:
            return channel.message(str(ts))
        except LookupError:
            raise SlackError(missing) from None
