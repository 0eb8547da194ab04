"""The stage of one run: Slack, PagerDuty and a database as they stood before the story."""

import asyncio
import contextlib
import copy
import secrets
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import asyncpg
from sqlalchemy.engine import make_url

from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn, User
from incident_bot.store import migrate
from tests import postgres
from tests.crash.lives import Bot, End, ForkServer

PATIENCE = 60.0
"""Seconds until a story is called stuck; nothing is asserted about how fast it is."""

CONFIGURATION = """
[roles.comms]
people = ["charlie@example.com"]

[[routes]]
name = "payments"
service = "Payment API"
group = "service"
invite = ["@payments", "alice@example.com"]

[[routes]]
name = "the rest"
then = "notify"
"""


class Database(Protocol):
    """Where the bots of a test keep what they know."""

    async def copy(self, original: str, folder: Path) -> str:
        """The URL of a copy of the database at this URL."""

    async def drop(self, url: str) -> None:
        """Throws a copy away."""

    async def rows(self, url: str, sql: str) -> list[Any]:
        """What a query finds."""

    async def change(self, url: str, sql: str) -> None:
        """Changes something behind the bot's back."""

    async def dead(self, url: str) -> None:
        """Called when a process has died that used this database."""


class Sqlite:
    """A file. A process that starts takes over every lease, so a death needs nothing."""

    async def copy(self, original: str, folder: Path) -> str:
        """Copies the file, with what is in its write-ahead log."""
        with (
            contextlib.closing(sqlite3.connect(_path(original))) as source,
            contextlib.closing(sqlite3.connect(folder / "bot.db")) as target,
        ):
            source.backup(target)
        return f"sqlite:///{folder / 'bot.db'}"

    async def drop(self, url: str) -> None:
        """Goes with its folder."""

    async def rows(self, url: str, sql: str) -> list[Any]:
        """Reads the file beside the bot."""
        with contextlib.closing(sqlite3.connect(f"file:{_path(url)}?mode=ro", uri=True)) as file:
            return file.execute(sql).fetchall()

    async def change(self, url: str, sql: str) -> None:
        """Writes into the file beside the bot."""
        with contextlib.closing(sqlite3.connect(_path(url))) as file, file:
            file.execute(sql)

    async def dead(self, url: str) -> None:
        """Nothing."""


@dataclass
class Postgresql:
    """A server. The jobs of a dead process are taken over when their lease of 15 s is over.

    `wait`: wait for that really. Otherwise the rows are given the `due_at` that they have after
    those seconds: the process is dead, so nothing else would have happened in them.
    """

    server: postgres.Server
    wait: bool = False

    async def copy(self, original: str, folder: Path) -> str:
        """Copies a database to which nobody is connected."""
        name, source = f"crash_{secrets.token_hex(6)}", make_url(original).database
        create = f'CREATE DATABASE "{name}" TEMPLATE "{source}"'
        await asyncio.to_thread(self.server.run, create)
        return self.server.url_of(name)

    async def drop(self, url: str) -> None:
        """Drops it, whoever is still connected."""
        await asyncio.to_thread(self.server.drop, url)

    async def rows(self, url: str, sql: str) -> list[Any]:
        """Asks the server."""
        connection = await asyncpg.connect(url, timeout=30)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def change(self, url: str, sql: str) -> None:
        """Tells the server."""
        await self.rows(url, sql)

    async def dead(self, url: str) -> None:
        """The lease is over."""
        if not self.wait:
            with contextlib.suppress(asyncpg.UndefinedTableError):  # it died in its migration
                await self.change(url, "UPDATE job SET due_at = 0 WHERE state = 'running'")


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@dataclass
class World:
    """All that is there before a story: what Slack and PagerDuty hold, and the bot's database."""

    desk: dict[str, Any]
    account: dict[str, Any]
    database: str


@dataclass
class Stage:
    """One run of a story. `linger`: seconds after which all is there that Slack shows late."""

    slack: SlackStandIn
    pagerduty: PagerDutyStandIn
    database: Database
    url: str
    bot: Bot
    linger: float = 0.0

    def person(self, name: str) -> User:
        """Somebody in Slack."""
        return next(user for user in self.slack.users.values() if user.name == name)

    def pagerduty_user(self, name: str) -> dict[str, Any]:
        """Somebody in PagerDuty."""
        users = self.pagerduty.account.users.values()
        return next(user for user in users if user["name"].startswith(name))

    @property
    def rooms(self) -> list[Channel]:
        """The channels that the bot made."""
        bot = self.slack.bot.id
        return [c for c in self.slack.channels.values() if c.creator == bot and not c.is_im]

    async def exists(self, sql: str) -> bool:
        """Whether a query finds anything."""
        return bool(await self.database.rows(self.url, sql))

    # What happens outside. It comes again until it is answered.

    async def webhook(self, happening: Any) -> None:
        """PagerDuty tells of it, and tells again until it is accepted."""
        await self.bot.up()
        sent = len(self.pagerduty.deliveries)
        await happening
        delivery = self.pagerduty.deliveries[sent]
        while delivery.outcome != "accepted":
            # 0: nobody answered. Nothing else may happen here: the database is there all the time.
            assert delivery.status == 0, f"{delivery.status}: {delivery.body}\n{self.bot.log()}"
            await self.bot.up()
            delivery = await self.pagerduty.redeliver(delivery)

    async def types(self, who: User, text: str, where: Channel, recorded: str) -> None:
        """A person types `/incident text`, and types it again if it did not work: nobody answers,
        and a look (the query `recorded`) shows that nothing has come of it."""
        while True:
            await self.bot.up()
            try:
                answer = await self.slack.command(who, text, where)
            except aiohttp.ClientError:
                answer = None
            if answer is not None and answer.problem is None:
                assert await self.exists(recorded), f"refused: {answer.text}"
                return
            await self.bot.up()
            if await self.exists(recorded):
                return

    async def settled(self) -> None:
        """The bot lives and has nothing left to do."""
        unfinished = "SELECT key FROM job WHERE state IN ('waiting', 'running')"
        left: list[Any] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.bot.up()
                    left = await self.database.rows(self.url, unfinished)
                    if not left and not self.bot.lives[-1].ended.done():
                        return
                    await asyncio.sleep(0.03)
        except TimeoutError:
            keys = [row[0] for row in left]
            raise AssertionError(f"stuck with {keys}:\n{self.bot.log()[-3000:]}") from None


class _Bot(Bot):
    stage: Stage

    async def died(self) -> None:
        await self.stage.database.dead(self.stage.url)


@dataclass
class Stages:
    """Makes stages."""

    server: ForkServer
    database: Database
    folder: Path
    ports: Iterator[int]
    count: int = 0

    @contextlib.asynccontextmanager
    async def stage(
        self, world: World, ends: Sequence[End] = (), *, keep: bool = False
    ) -> AsyncIterator[Stage]:
        """A stage on a copy of this world; the lives of its bot end where `ends` says. `keep`: the
        database is not thrown away in the end."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        (folder / "incident-bot.toml").write_text(CONFIGURATION)
        url = await self.database.copy(world.database, folder)
        port = next(self.ports)
        slack = SlackStandIn()
        pagerduty = PagerDutyStandIn(from_emails=["bot@example.com"])
        vars(slack.desk).update(copy.deepcopy(world.desk))
        vars(pagerduty.account).update(copy.deepcopy(world.account))
        slack.notices = True
        async with slack, pagerduty, aiohttp.ClientSession() as session:
            settings = {
                "HOST": "127.0.0.1",
                "PORT": str(port),
                "DATABASE_URL": url,
                "SLACK_API_URL": slack.url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_SIGNING_SECRET": slack.signing_secret,
                "PAGERDUTY_API_URL": pagerduty.url,
                "PAGERDUTY_API_TOKEN": pagerduty.api_token,
                "PAGERDUTY_FROM_EMAIL": "bot@example.com",
                "PAGERDUTY_WEBHOOK_SECRETS": pagerduty.webhook_secret,
            }
            bot = _Bot(self.server, folder, settings, session, list(ends))
            slack.bot_url = pagerduty.bot_url = bot.url
            bot.stage = stage = Stage(slack, pagerduty, self.database, url, bot)
            try:
                yield stage
            finally:
                await bot.end(signal.SIGKILL)
                if not keep:
                    await self.database.drop(url)
                    shutil.rmtree(folder)

    async def world(self, url: str, before: Callable[[Stage], Awaitable[None]] | None) -> World:
        """Some people, a channel, two services, and what `before` makes of them. The database of
        this URL has to be empty; without `before` it stays so."""
        slack, pagerduty = SlackStandIn(), PagerDutyStandIn(from_emails=["bot@example.com"])
        people = [slack.add_user(name) for name in ("alice", "bob", "charlie", "dora")]
        slack.add_channel("incidents", members=people)
        slack.add_usergroup("payments", people[2:])
        users = [pagerduty.add_user(user.real_name, user.email) for user in people[:2]]
        policy = pagerduty.add_escalation_policy("Payments", users[1:])
        pagerduty.add_service("Payment API", policy)
        pagerduty.add_service("Search", policy)
        empty = World(vars(slack.desk), vars(pagerduty.account), url)
        if before is None:
            return empty
        await migrate.upgrade(url)
        async with self.stage(empty, keep=True) as stage:
            await before(stage)
            await stage.settled()
            await stage.bot.end(signal.SIGTERM)
            desk, account = vars(stage.slack.desk), vars(stage.pagerduty.account)
            return World(copy.deepcopy(desk), copy.deepcopy(account), stage.url)
