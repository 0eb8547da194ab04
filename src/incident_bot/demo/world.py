"""The Slack workspace and the PagerDuty account of a scenario, and what the bot does in them."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from incident_bot.demo.bot import DemoError
from incident_bot.demo.scenario import Scenario
from incident_bot.demo.story import readable, words
from incident_bot.standin import Call, Channel, File, PagerDutyStandIn, SlackStandIn, User

BOT_EMAIL = "incident-bot@example.com"
ANNOUNCEMENTS = "incidents"


class World:
    """Both stand-ins with the people of the scenario in them; `bot_url` is where the bot listens.

    Everybody is in `#incidents`, which the bot is in too. `tell` gets a sentence for each thing
    that the bot does there and a reader wants to know. Use as an async context manager.
    """

    def __init__(self, scenario: Scenario, bot_url: str, tell: Callable[[str], None]) -> None:
        self.scenario = scenario
        self._tell = tell
        self._stack = AsyncExitStack()
        self.slack = SlackStandIn(bot_url=bot_url, on_call=self._heard_slack)
        self.pagerduty = PagerDutyStandIn(
            from_emails=[BOT_EMAIL], bot_url=bot_url, on_call=self._heard_pagerduty
        )
        self.users: dict[str, User] = {}
        self.pagerduty_users: dict[str, dict[str, Any]] = {}
        self._heard = asyncio.Event()
        for member in scenario.people:
            self.users[member.handle] = self.slack.add_user(
                member.handle, member.name, member.email, member.zone or "UTC"
            )
            self.pagerduty_users[member.handle] = self.pagerduty.add_user(member.name, member.email)
        everybody = list(self.users.values())
        self.announcements = self.slack.add_channel(ANNOUNCEMENTS, members=everybody)
        on_call = [self.pagerduty_users[handle] for handle in scenario.on_call]
        policy = self.pagerduty.add_escalation_policy(scenario.escalation_policy, on_call)
        self.service = self.pagerduty.add_service(scenario.service, policy)

    def settings(self) -> dict[str, str]:
        """What the bot must be told to find both; the stand-ins run."""
        return {
            "SLACK_API_URL": self.slack.url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "PAGERDUTY_API_URL": self.pagerduty.url,
            "PAGERDUTY_API_TOKEN": self.pagerduty.api_token,
            "PAGERDUTY_FROM_EMAIL": BOT_EMAIL,
            "PAGERDUTY_WEBHOOK_SECRETS": self.pagerduty.webhook_secret,
        }

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.slack)
            await stack.enter_async_context(self.pagerduty)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    # What is there

    @property
    def room(self) -> Channel | None:
        """The newest channel that the bot made."""
        made = [
            channel
            for channel in self.slack.channels.values()
            if channel.creator == self.slack.bot.id and not channel.is_im
        ]
        return made[-1] if made else None

    @property
    def calls(self) -> list[Call]:
        """Every call that the bot made to either, in order of time."""
        return sorted([*self.slack.calls, *self.pagerduty.calls], key=lambda call: call.started)

    def names(self) -> Mapping[str, str]:
        """`@alice` and `#incidents` by Slack id."""
        people = {user.id: f"@{user.name}" for user in self.slack.users.values()}
        return people | {c.id: f"#{c.name}" for c in self.slack.channels.values() if c.name}

    def documents(self, prefix: str = "") -> list[File]:
        """The files in the war room whose name begins so, oldest first."""
        room = self.room
        return [
            file
            for file in self.slack.files.values()
            if room and file.completed and room.id in file.channels and file.name.startswith(prefix)
        ]

    # Waiting. All that the bot does here it does by calls, so each call is the time to look again.

    async def until(self, true: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """Wait until `true()`; DemoError with the sentence when it takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            raise DemoError(f"{otherwise} within {seconds:g} s{self._refused_calls()}") from None

    def _refused_calls(self) -> str:
        failed = [call for call in self.calls if call.ended and not call.ok][-5:]
        listed = "; ".join(f"{call.method}: {call.error or call.status}" for call in failed)
        return f" (refused last: {listed})" if listed else ""

    # What the bot does

    def _channel_name(self, channel_id: Any) -> str:
        channel = self.slack.channels.get(str(channel_id))
        if channel is not None and channel is self.room:
            return "the room"
        return f"#{channel.name}" if channel and channel.name else "a direct message"

    def _heard_slack(self, call: Call) -> None:
        self._heard.set()
        if call.ok and (sentence := self._slack_sentence(call)):
            self._tell(readable(sentence, self.names()))

    def _slack_sentence(self, call: Call) -> str | None:
        args, answer = call.args, call.answer
        match call.method:
            case "conversations.create":
                return f"Slack: war room #{answer['channel']['name']} opened"
            case "conversations.invite":
                users = str(args.get("users", "")).replace("[", "").replace("]", "").split(",")
                ids = [user.strip(' "') for user in users]
                return "Slack: invited " + ", ".join(self.names().get(user, user) for user in ids)
            case "conversations.setTopic":
                return f"Slack: topic is now: {args.get('topic', '')}"
            case "chat.postMessage":
                said = words(answer.get("message") or args)
                return f"Slack: in {self._channel_name(args.get('channel'))}: {said}"
            case "pins.add":
                return "Slack: summary pinned"
            case "bookmarks.add":
                return f"Slack: bookmark: {args.get('title', '')}"
            case "files.completeUploadExternal":
                files = ", ".join(file["name"] for file in answer.get("files", []))
                return f"Slack: file in {self._channel_name(args.get('channel_id'))}: {files}"
            case _:
                return None

    def _heard_pagerduty(self, call: Call) -> None:
        self._heard.set()
        if not call.ok:
            return
        if call.method.startswith("PUT /incidents"):
            self._tell("PagerDuty: the incident was changed by the bot")
        elif call.method == "POST /incidents/{id}/notes":
            self._tell("PagerDuty: the bot added a note")
