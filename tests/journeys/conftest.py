"""The stage of every journey: the real wire, a real process, a real database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.journeys.running import Stage

CROSSED = {("http", "postgresql"), ("socket", "sqlite")}
"""How Slack reaches the bot has nothing to do with the database: a story is lived over HTTP with
SQLite and over Socket Mode with PostgreSQL; one that is marked `every_way`, crosswise too."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the crosswise ones out."""
    crossed = [item for item in items if is_crosswise(item)]
    items[:] = [item for item in items if not is_crosswise(item)]
    config.hook.pytest_deselected(items=crossed)


def is_crosswise(item: pytest.Item) -> bool:
    """True for a test of ours that has its twin the straight way."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    fixed = any(mark.args[:1] == ("mode",) for mark in item.iter_markers("parametrize"))
    return (
        Path(__file__).parent in item.path.parents
        and (params.get("mode"), params.get("database_url")) in CROSSED
        and not fixed
        and item.get_closest_marker("every_way") is None
    )


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
