"""Where everything is measured: stages (a Slack, a PagerDuty, a bot) on databases of one kind."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage


@dataclass(frozen=True)
class Setting:
    """`database` gives the URL of a new, empty database; None: a SQLite file of the stage's own."""

    kind: str
    database: Callable[[], str | None]

    @asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """A bot of its own on a new database, so that none works off another's jobs."""
        with tempfile.TemporaryDirectory() as folder:
            async with (
                SlackStandIn() as slack,
                PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
            ):
                stage = Stage(slack, pagerduty, Path(folder), self.database())
                await stage.bot.start()
                try:
                    yield stage
                finally:
                    await stage.bot.stop()
