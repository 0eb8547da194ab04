"""The stage of every journey: real HTTP, a real process, a real SQLite file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Slack, PagerDuty and a running bot."""
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()
