"""Several bots on one PostgreSQL, and what reaches them: as a load balancer would spread it."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import asyncpg

from incident_bot.standin import Channel, User
from incident_bot.standin.pagerduty.webhooks import Delivery
from tests.journeys.running import RunningBot, Stage

SLACK_SECONDS = 3.0
PAGERDUTY_SECONDS = 0.5
"""How long Slack waits for an answer; PagerDuty's pause before it tells again, shortened."""
UNFINISHED = "state IN ('waiting', 'running')"


class Replicas:
    """`count` bots that differ in their address only. The stage's own is the first of them."""

    def __init__(self, stage: Stage, count: int = 3) -> None:
        self.stage = stage
        own = {"HOST", "PORT"}
        settings = {name: it for name, it in stage.bot.settings.items() if name not in own}
        self.bots = [stage.bot]
        self.chance = random.Random(4)
        self.resting: set[RunningBot] = set()
        self.busy: Counter[RunningBot] = Counter()
        for number in range(2, count + 1):
            folder = stage.bot.folder / f"replica-{number}"
            folder.mkdir()
            self.bots.append(RunningBot(folder, settings))

    async def start(self) -> None:
        """Start them all at once."""
        await asyncio.gather(*(bot.start() for bot in self.bots))

    async def end(self) -> None:
        """Kill whoever is left; a process that is paused dies as well."""
        for bot in self.bots:
            if bot.process is not None and bot.process.returncode is None:
                await bot.kill()

    def logs(self) -> str:
        """The ends of all logs, for a failure's message."""
        return "\n".join(f"--- {bot.url}\n{bot.log()[-3000:]}" for bot in self.bots if bot.process)

    # To whom it is sent. The address is read before a request first waits for anything.

    def to(self, bot: RunningBot) -> None:
        """The next request goes to this one."""
        self.stage.slack.bot_url = self.stage.pagerduty.bot_url = bot.url

    async def webhook(self, send: Callable[[], Awaitable[Delivery]]) -> None:
        """PagerDuty tells any of them, dead and paused ones too, and tells again until it is
        accepted, under the same id."""
        self.to(self.chance.choice(self.bots))
        delivery = await send()
        while delivery.outcome != "accepted":
            assert delivery.outcome == "retried", delivery
            await asyncio.sleep(PAGERDUTY_SECONDS)
            self.to(self.chance.choice(self.bots))
            delivery = await self.stage.pagerduty.redeliver(delivery)

    async def types(self, who: User, text: str, where: Channel, recorded: str) -> str:
        """Somebody types `/incident text`. A balancer chooses who gets it, among those that were
        well a moment ago. Where Slack shows an error or the bot says "try again", they look (the
        query `recorded`) before they type it again. The answer; "" when it was lost."""
        while True:
            bot = self.chance.choice([bot for bot in self.bots if bot not in self.resting])
            self.to(bot)
            self.busy[bot] += 1
            answer = None
            with suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(SLACK_SECONDS):
                    answer = await self.stage.slack.command(who, text, where)
            self.busy[bot] -= 1
            if answer is not None and answer.problem is None and "try again" not in answer.text:
                return answer.text
            await asyncio.sleep(1.0)
            if await self.rows(recorded):
                return ""

    async def pause(self, bot: RunningBot, seconds: float) -> None:
        """SIGSTOP, and after that time SIGCONT. The balancer takes it out first: what a person
        typed and gave up as lost must not be recorded later."""
        self.resting.add(bot)
        while self.busy[bot]:
            await asyncio.sleep(0.01)
        bot.pause()
        await asyncio.sleep(seconds)
        bot.go_on()
        self.resting.discard(bot)

    # What came of it

    async def rows(self, sql: str) -> list[Any]:
        """What a query finds in the database that they share; waits while that is away."""
        url = self.stage.bot.settings["DATABASE_URL"]
        async with asyncio.timeout(60):
            while True:
                with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    connection = await asyncpg.connect(url, timeout=30)
                    try:
                        return list(await connection.fetch(sql))
                    finally:
                        await connection.close()
                await asyncio.sleep(0.2)

    async def settled(self, patience: float) -> None:
        """Wait until no job is unfinished; fails after `patience` seconds."""
        left: list[Any] = []
        try:
            async with asyncio.timeout(patience):
                while left := await self.rows(
                    f"SELECT key, state, attempt, error FROM job WHERE {UNFINISHED}"
                ):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"left undone: {left}\n{self.logs()}") from None

    async def until_well(self, bot: RunningBot) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(10):
            while (await bot.ready())[0] != 200:
                await asyncio.sleep(0.05)

    async def until(self, true: Callable[[], object], what: str, patience: float = 30.0) -> None:
        """Wait until `true()`."""
        try:
            async with asyncio.timeout(patience):
                while not true():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.logs()}") from None

    async def until_running(self, number: int) -> None:
        """Wait until so many jobs are in somebody's hand."""
        async with asyncio.timeout(10):
            while len(await self.rows("SELECT 1 FROM job WHERE state = 'running'")) < number:
                await asyncio.sleep(0.01)

    def doubled(self) -> list[str]:
        """Every effect outside that is there more than once, in words."""
        effects = Counter(self._effects())
        return [f"{times} times: {effect}" for effect, times in effects.items() if times > 1]

    def _effects(self) -> Iterator[str]:
        slack, pagerduty = self.stage.slack, self.stage.pagerduty
        for channel in slack.channels.values():
            place = channel.id if channel.is_im else f"#{channel.name}"
            yield from (f"{place}: {what}" for what in _in_channel(channel))
        for call in slack.calls:
            if call.method == "conversations.invite" and call.answer.get("ok"):
                refused = {item["user"] for item in call.answer.get("errors") or ()}
                for user in set(str(call.args["users"]).split(",")) - refused:
                    yield f"{call.args['channel']}: {user} invited"
        for incident in pagerduty.incidents:
            lines = pagerduty.account.log_entries.get(incident, [])
            for line in lines:
                if line["type"] != "annotate_log_entry":  # people may write as many as they like
                    yield f"PagerDuty {incident}: {line['type']}"
            for note in pagerduty.notes(incident):
                yield f"PagerDuty {incident}: note {note['content']}"


def _in_channel(channel: Channel) -> Iterator[str]:
    yield "exists"
    yield from (f"{ts} is pinned" for ts in channel.pins)
    yield from (f"bookmark {mark['link']}" for mark in channel.bookmarks)
    topic = None
    for message in channel.messages:
        key = ((message.metadata or {}).get("event_payload") or {}).get("key")
        if key:
            yield f"message {key}"
        yield from (f"file {file['title']}" for file in message.files)
        if message.get("subtype") == "channel_topic":  # Slack tells the room of every change
            if message["topic"] == topic:
                yield from [f"topic {topic!r}"] * 2
            topic = message["topic"]
