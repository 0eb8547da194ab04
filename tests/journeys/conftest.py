"""The stage of every journey: the real wire, a real process, a real database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage


@pytest.fixture(params=["http", "socket"])
def mode(request: pytest.FixtureRequest) -> Any:
    """How Slack reaches the bot. A journey of one mode only says so:
    `@pytest.mark.parametrize("mode", ["http"])`."""
    return request.param


@pytest.fixture
async def stage(mode: str, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """Slack, PagerDuty and a running bot."""
    async with (
        SlackStandIn(socket_mode=mode == "socket") as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path, database_url)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()
