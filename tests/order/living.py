"""The whole bot within the test's own process: built as `run` builds it, reached over the wire.

It can be stopped and begun again on the same database in a few milliseconds, so that a property
may be tried with hundreds of examples.
"""

import asyncio
import gc
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from pydantic import SecretStr

from incident_bot.app import Bot, build
from incident_bot.config import Settings
from incident_bot.demo.bot import free_port
from incident_bot.domain.policy import Policy
from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn
from incident_bot.store import Store
from tests import databases

T = TypeVar("T")
PATIENCE = 20.0
FROM = "bot@example.com"

UNFINISHED = """SELECT key FROM job WHERE state IN ('waiting', 'running') AND kind IN (
    'create_room', 'look_up_people', 'invite', 'fill_roles', 'pagerduty_resolve')"""


class LivingBot:
    """A bot on a loopback port; `database` is a plain URL of a database that outlives it."""

    def __init__(
        self, slack: SlackStandIn, pagerduty: PagerDutyStandIn, database: str, policy: Policy
    ) -> None:
        self.database = database
        self.settings = Settings(
            slack_bot_token=SecretStr(slack.bot_token),
            slack_signing_secret=SecretStr(slack.signing_secret),
            slack_api_url=slack.url,
            pagerduty_api_token=SecretStr(pagerduty.api_token),
            pagerduty_api_url=pagerduty.url,
            pagerduty_from_email=FROM,
            pagerduty_webhook_secrets=(SecretStr(pagerduty.webhook_secret),),
            database_url=database,
            port=free_port(),
            policy=policy,
        )
        self.url = f"http://127.0.0.1:{self.settings.port}"
        slack.bot_url = pagerduty.bot_url = self.url
        self._stack: AsyncExitStack | None = None
        self._http: web.AppRunner | None = None
        self._bot: Bot | None = None

    @property
    def store(self) -> Store:
        """The running bot's store."""
        assert self._bot is not None, "it is stopped"
        return self._bot.store

    async def start(self) -> None:
        """Build it, let it work, and listen."""
        self._stack = AsyncExitStack()
        self._bot = await self._stack.enter_async_context(build(self.settings))
        self._http = web.AppRunner(self._bot.http, access_log=None, shutdown_timeout=1.0)
        await self._http.setup()
        await web.TCPSite(self._http, self.settings.host, self.settings.port).start()
        await self._bot.start()

    async def stop(self, *, politely: bool = True) -> None:
        """End it: `politely` as SIGTERM does, else with everything cut off where it is."""
        assert self._stack is not None and self._http is not None and self._bot is not None
        if politely:
            await self._http.cleanup()
            await self._bot.drain()
        else:
            cut_off = asyncio.all_tasks() - {asyncio.current_task()}
            for task in cut_off:
                task.cancel()
            await asyncio.gather(*cut_off, return_exceptions=True)
            await self._http.cleanup()
        await self._stack.aclose()
        self._stack = self._bot = self._http = None

    async def idle(self) -> None:
        """Wait until all that changes an incident is done; what is only said in a room is paced,
        a message a second."""
        await until(
            lambda: not databases.sql(self.database, UNFINISHED),
            lambda: f"jobs done: {databases.sql(self.database, UNFINISHED)}",
        )


async def until(true: Callable[[], object], what: Callable[[], str]) -> None:
    """Wait until `true()`."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never: {what()}") from None


@cache
def _empty_database() -> bytes:
    """A SQLite file with the tables in it: making them is what takes longest."""

    async def make(path: Path) -> bytes:
        store = await Store.open(f"sqlite:///{path}")
        await store.close()
        return path.read_bytes()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(make(Path(folder) / "empty.db"))


class World:
    """A workspace with three people, a PagerDuty account with one service, and a living bot."""

    def __init__(
        self, slack: SlackStandIn, pagerduty: PagerDutyStandIn, database: str, policy: Policy
    ) -> None:
        self.slack, self.pagerduty = slack, pagerduty
        self.alice, self.bob, self.charlie = (
            slack.add_user(name, f"{name.title()} Smith", f"{name}@example.com", "UTC")
            for name in ("alice", "bob", "charlie")
        )
        people = [self.alice, self.bob, self.charlie]
        self.incidents = slack.add_channel("incidents", members=people)
        self.pd_alice = pagerduty.add_user("Alice Smith", "alice@example.com")
        self.pd_bob = pagerduty.add_user("Bob Smith", "bob@example.com")
        policy_ = pagerduty.add_escalation_policy("Payments", [self.pd_alice, self.pd_bob])
        self.service = pagerduty.add_service("Payment API", policy_)
        self.bot = LivingBot(slack, pagerduty, database, policy)

    @property
    def rooms(self) -> list[Channel]:
        """The channels that the bot made."""
        bot = self.slack.bot.id
        return [c for c in self.slack.channels.values() if c.creator == bot and not c.is_im]


@asynccontextmanager
async def a_world(
    database: str | None = None, policy: Policy | None = None
) -> AsyncIterator[World]:
    """A world with a running bot; without a `database`, on a SQLite file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        if database is None:
            path = Path(folder) / "bot.db"
            await asyncio.to_thread(path.write_bytes, await asyncio.to_thread(_empty_database))
            database = f"sqlite:///{path}"
        async with SlackStandIn() as slack, PagerDutyStandIn(from_emails=[FROM]) as pagerduty:
            world = World(slack, pagerduty, database, policy or Policy())
            await world.bot.start()
            try:
                yield world
            finally:
                await world.bot.stop(politely=False)


def live(story: Coroutine[Any, Any, T]) -> T:
    """Run a story in a loop of its own. What a bot that was cut off left open is cleared away
    here, as the system does it for a process that was killed."""
    try:
        return asyncio.run(story)
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
