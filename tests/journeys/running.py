"""A bot as its users have it: a process of its own, reached only over the wire."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp

from incident_bot.demo.bot import environment, free_port
from incident_bot.standin import Channel, File, PagerDutyStandIn, SlackStandIn, User

PATIENCE = 20.0
"""Seconds until a story is called stuck; nothing is asserted about how fast it is."""


class RunningBot:
    """`incident-bot run` on a database that outlives it; `start` again after `kill`.

    `settings` come over those of a bot on this machine with a SQLite file in `folder`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
            **settings,
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait for /readyz."""
        await self.launch()
        assert self.process is not None
        async with asyncio.timeout(PATIENCE):
            while (await self.ready())[0] != 200:
                assert self.process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    async def ready(self) -> tuple[int, str]:
        """What /readyz says: status and body; 0 when nothing listens."""
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(f"{self.url}/readyz") as answer:
                    return answer.status, await answer.text()
            except aiohttp.ClientError:
                return 0, ""

    async def launch(self) -> None:
        """Start it and wait for nothing."""
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "incident_bot.cli",
                "run",
                cwd=self.folder,
                env=environment(os.environ, self.settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def log(self) -> str:
        """All that it logged so far."""
        return (self.folder / "bot.log").read_text()

    async def kill(self) -> None:
        """SIGKILL: no goodbye."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    def pause(self) -> None:
        """SIGSTOP: alive for its peers and the kernel, and doing nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()

    async def cli(self, *words: str) -> tuple[int, str]:
        """Another `incident-bot` command on the same database: exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "incident_bot.cli",
            *words,
            cwd=self.folder,
            env=environment(os.environ, self.settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()


def way_in(slack: SlackStandIn) -> dict[str, str]:
    """The one setting that decides how Slack reaches the bot."""
    if slack.socket_mode:
        return {"SLACK_APP_TOKEN": slack.app_token}
    return {"SLACK_SIGNING_SECRET": slack.signing_secret}


class Stage:
    """A Slack workspace with three people, a PagerDuty account with one service, and the bot.

    The bot is in the mode that `slack` is in. `database_url` None: a SQLite file in `folder`.
    """

    def __init__(
        self,
        slack: SlackStandIn,
        pagerduty: PagerDutyStandIn,
        folder: Path,
        database_url: str | None = None,
    ) -> None:
        self.slack = slack
        self.pagerduty = pagerduty
        self.alice, self.bob, self.charlie = (
            slack.add_user("alice", "Alice Smith", "alice@example.com", "UTC"),
            slack.add_user("bob", "Bob Johnson", "bob@example.com", "UTC"),
            slack.add_user("charlie", "Charlie Brown", "charlie@example.com", "UTC"),
        )
        self.incidents = slack.add_channel(
            "incidents", members=[self.alice, self.bob, self.charlie]
        )
        self.pd_alice = pagerduty.add_user("Alice Smith", "alice@example.com")
        self.pd_bob = pagerduty.add_user("Bob Johnson", "bob@example.com")
        policy = pagerduty.add_escalation_policy("Payments", [self.pd_bob])
        self.service = pagerduty.add_service("Payment API", policy)
        self.bot = RunningBot(
            folder,
            {
                "SLACK_API_URL": slack.url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                **way_in(slack),
                "PAGERDUTY_API_URL": pagerduty.url,
                "PAGERDUTY_API_TOKEN": pagerduty.api_token,
                "PAGERDUTY_FROM_EMAIL": "bot@example.com",
                "PAGERDUTY_WEBHOOK_SECRETS": f"an-old-secret,{pagerduty.webhook_secret}",
                **({"DATABASE_URL": database_url} if database_url else {}),
            },
        )
        slack.bot_url = pagerduty.bot_url = self.bot.url

    @property
    def rooms(self) -> list[Channel]:
        """The channels that the bot made, oldest first; direct messages are none."""
        bot = self.slack.bot.id
        return [c for c in self.slack.channels.values() if c.creator == bot and not c.is_im]

    @property
    def room(self) -> Channel:
        """The only war room."""
        assert len(self.rooms) == 1, [c.name for c in self.rooms]
        return self.rooms[0]

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Wait until `true()`; fails with the bot's log when the story is stuck."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            calls = [(c.method, c.error) for c in self.slack.calls[-15:]]
            raise AssertionError(f"never: {what}\n{calls}\n{self.bot.log()[-4000:]}") from None

    async def room_complete(self) -> Channel:
        """Wait for a war room with people, a pinned summary, a topic and an announcement."""
        await self.until(lambda: self.rooms, "a room")
        room = self.rooms[-1]
        await self.until(lambda: len(room.members) > 1, "somebody invited")
        await self.until(lambda: room.pins and room.topic, "summary pinned and topic set")
        await self.until(lambda: self.incidents.messages, "announced")
        return room

    async def types(self, user: User, text: str, channel: Channel) -> str:
        """Somebody types `/incident text`: the answer's text. Fails when Slack would complain."""
        answer = await self.slack.command(user, text, channel)
        assert answer.problem is None, (text, answer)
        assert answer.status == 200, (text, answer)
        return answer.text

    def files(self, prefix: str) -> list[File]:
        """Files that are shared in some channel, oldest first."""
        return [f for f in self.slack.files.values() if f.completed and f.name.startswith(prefix)]

    def texts(self, channel: Channel) -> str:
        """Everything that stands in a channel, as one text."""
        return "\n".join(m.text for m in channel.messages)
