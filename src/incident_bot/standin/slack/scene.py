"""Who and what is in the workspace, and how the bot's answers are shown there."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..wire import Wire
from . import seeing, views
from .answers import message_problem
from .blocks import named
from .chat import bot_message
from .present import JSON
from .workspace import Channel, File, Message, Trigger, User, Usergroup, Workspace

RESPONSE_USES = 5
RESPONSE_SECONDS = 1800
SUBSCRIBED = {
    "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed",
    "member_joined_channel", "member_left_channel", "app_home_opened", "channel_archive",
    "channel_unarchive", "channel_rename", "group_archive", "group_unarchive", "group_rename",
    "pin_added",
}  # fmt: skip


@dataclass
class _ResponseUrl:
    channel: str
    user: str
    given: float
    message_ts: str | None = None
    uses: int = 0


class Scene(Wire):
    """People, channels, files, views, and what each person was shown."""

    def __init__(self, signing_secret: str, bot_url: str, desk: Workspace, port: int) -> None:
        super().__init__(port)
        self.signing_secret = signing_secret
        self.bot_url = bot_url
        self.events_path = "/slack/events"
        self.command_name = "/incident"
        self.should_escape = True
        self.verification_token = "standin-verification"
        self.subscribed = set(SUBSCRIBED)
        self.desk = desk
        self.responses: list[JSON] = []
        self._response_urls: dict[str, _ResponseUrl] = {}

    # What there is

    @property
    def home_url(self) -> str:
        """The server's root, with a trailing slash."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def users(self) -> dict[str, User]:
        """Everybody by id, the bot included."""
        return self.desk.users

    @property
    def bot(self) -> User:
        """The bot's own user."""
        return self.desk.bot

    @property
    def channels(self) -> dict[str, Channel]:
        """Channels and direct messages by id."""
        return self.desk.channels

    @property
    def files(self) -> dict[str, File]:
        """Files by id."""
        return self.desk.files

    @property
    def ephemerals(self) -> list[JSON]:
        """Messages shown to one person (`for_user`), by chat.postEphemeral or as an answer."""
        return self.desk.ephemerals

    @property
    def views(self) -> dict[str, JSON]:
        """Open modals and published Home tabs by view id."""
        return self.desk.views

    @property
    def hide_private_channels(self) -> bool:
        """Whether writing to a private channel without the bot is channel_not_found."""
        return self.desk.hide_private_channels

    @hide_private_channels.setter
    def hide_private_channels(self, value: bool) -> None:
        self.desk.hide_private_channels = value

    def channel(self, name: str) -> Channel:
        """The channel of this name (or id); KeyError when there is none."""
        for channel in self.desk.channels.values():
            if name.removeprefix("#") in (channel.name, channel.id) and name:
                return channel
        raise KeyError(name)

    def modal(self, user: User) -> JSON:
        """The modal on top of what this person has open; LookupError when none is."""
        opened = views.stack(self.desk, user.id)
        if not opened:
            raise LookupError(f"{user.name} has no modal open")
        return opened[-1]

    def home(self, user: User) -> JSON:
        """The Home tab published for this person; KeyError when there is none."""
        return self.desk.homes[user.id]

    def visible_to(self, user: User) -> JSON:
        """All that this person can see of the workspace (`seeing.visible_to`)."""
        return seeing.visible_to(self.desk, user)

    def text_visible_to(self, user: User) -> str:
        """The same as one text, to look for words in."""
        return seeing.text_visible_to(self.desk, user)

    def mention(self, user: User) -> str:
        """How a mention of this person arrives in a command: `<@U…|name>`."""
        return f"<@{user.id}|{user.name}>"

    # Setting the scene

    def add_user(
        self,
        name: str,
        real_name: str = "",
        email: str = "",
        tz: str = "UTC",
        *,
        deleted: bool = False,
        is_restricted: bool = False,
    ) -> User:
        """Add a person; without further words the e-mail is name@example.com."""
        user = User(
            self.desk.new_id("U"),
            name,
            real_name or name.replace(".", " ").title(),
            email or f"{name}@example.com",
            tz,
            deleted,
            is_restricted=is_restricted,
        )
        self.desk.users[user.id] = user
        return user

    def add_channel(
        self,
        name: str,
        private: bool = False,
        members: list[User] | None = None,
        with_bot: bool = True,
        creator: User | None = None,
    ) -> Channel:
        """Add a channel that people made; the bot is in it unless `with_bot=False`."""
        ids = [member.id for member in members or []]
        maker = creator.id if creator else (ids[0] if ids else "U0SOMEONE")
        if with_bot:
            ids.append(self.desk.bot.id)
        return self.desk.new_channel(name, maker, ids, private=private)

    def add_usergroup(self, handle: str, users: list[User], name: str = "") -> Usergroup:
        """Add a user group, mentioned as @handle."""
        group = Usergroup(self.desk.new_id("S"), handle, name or handle, [u.id for u in users])
        self.desk.usergroups[group.id] = group
        return group

    def new_trigger(self, user: User) -> str:
        """A trigger_id for this person: single use, three seconds."""
        value = f"{self.desk.new_id('7')}.{self.desk.team_id}.{time.monotonic_ns():x}"
        self.desk.triggers[value] = Trigger(user.id, self.desk.monotonic())
        return value

    def new_response_url(self, user: User, channel: Channel, ts: str | None = None) -> str:
        """A response_url: five uses in 30 minutes."""
        token = self.desk.new_id("R")
        made = _ResponseUrl(channel.id, user.id, self.desk.monotonic(), ts)
        self._response_urls[token] = made
        return f"{self.home_url}response/{token}"

    # Showing what the bot said

    def show(self, channel: Channel, user: str, body: JSON) -> str:
        """Show an answer in the channel, to all or to one person; its ts."""
        shown: JSON = {
            k: body[k] for k in ("text", "blocks", "attachments", "thread_ts") if k in body
        }
        if shown.get("blocks"):
            shown["blocks"] = named(shown["blocks"])
        message = bot_message(self.desk, shown)
        if body.get("response_type") == "in_channel":
            return self.desk.store(channel, message).ts
        whose = {"ts": self.desk.new_ts(), "channel": channel.id, "for_user": user}
        self.desk.ephemerals.append(Message(message | whose))
        return whose["ts"]

    def take_response(self, token: str, body: JSON) -> tuple[int, str]:
        """What a response_url answers to a body, as (status, text), and its effect."""
        url = self._response_urls.get(token)
        if url is None:
            return 404, "no_such_url"
        if url.uses >= RESPONSE_USES:
            return 404, "used_url"
        if self.desk.monotonic() - url.given > RESPONSE_SECONDS:
            return 404, "expired_url"
        if not any(body.get(k) for k in ("text", "blocks", "attachments", "delete_original")):
            return 400, "no_text"
        problem = message_problem(body)
        if problem is not None:
            return 400, problem.partition(":")[0]
        channel = self.desk.channels[url.channel]
        if url.message_ts and (body.get("delete_original") or body.get("replace_original")):
            try:
                self._change(channel, self.find_message(channel, url.message_ts), body)
            except LookupError:
                return 404, "message_not_found"
        elif not body.get("delete_original"):
            self.show(channel, url.user, body)
        url.uses += 1
        self.responses.append(body)
        return 200, "ok"

    def _change(self, channel: Channel, old: Message, body: JSON) -> None:
        """Delete a message, or put a new one in its place: nothing of the old one stays."""
        if body.get("delete_original"):
            (self.desk.ephemerals if old in self.desk.ephemerals else channel.messages).remove(old)
            return
        for name in ("blocks", "attachments"):
            old.pop(name, None)
        new = {name: body[name] for name in ("blocks", "attachments") if body.get(name)}
        if "blocks" in new:
            new["blocks"] = named(new["blocks"])
        old.update(new, text=str(body.get("text") or ""))

    def find_message(self, channel: Channel, ts: str) -> Message:
        """A message by ts, those for one person included; LookupError when there is none."""
        for shown in self.desk.ephemerals:
            if shown["ts"] == ts and shown["channel"] == channel.id and isinstance(shown, Message):
                return shown
        return channel.message(ts)
