"""Real processes that start together on one empty PostgreSQL: all serve, one makes the tables."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from incident_bot.store import Store, migrate
from tests.databases import sql
from tests.journeys.running import RunningBot

pytestmark = pytest.mark.postgres


async def upgrades(url: str, folder: Path) -> tuple[int, str]:
    """`incident-bot db upgrade` as a process: exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incident_bot.cli", "db", "upgrade"),
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_two_bots_and_an_upgrade_at_once_on_an_empty_database(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        settings = {
            "DATABASE_URL": postgresql_url,
            "SLACK_API_URL": slack.url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "PAGERDUTY_API_URL": pagerduty.url,
            "PAGERDUTY_API_TOKEN": pagerduty.api_token,
            "PAGERDUTY_FROM_EMAIL": "bot@example.com",
            "PAGERDUTY_WEBHOOK_SECRETS": pagerduty.webhook_secret,
        }
        bots = []
        for name in ("first", "second"):
            folder = tmp_path / name
            folder.mkdir()
            bots.append(RunningBot(folder, settings))
        (code, said), *_ = await asyncio.gather(
            upgrades(postgresql_url, tmp_path), *(bot.start() for bot in bots)
        )
        assert code == 0, said
        assert said.startswith(("The tables were made", "The database was up to date"))
        assert [
            row[0] for row in sql(postgresql_url, "SELECT version_num FROM alembic_version")
        ] == [migrate.HEAD]
        codes = await asyncio.gather(*(bot.stop() for bot in bots))
        assert codes == [0, 0], [bot.log() for bot in bots]
    reader = await Store.open_readonly(postgresql_url)
    await reader.ping()
    await reader.close()


@pytest.mark.parametrize("command", [("run",), ("db", "upgrade"), ("db", "check")])
async def test_half_a_database_ends_each_command_with_two(
    postgresql_url: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    await migrate.upgrade(postgresql_url)
    sql(postgresql_url, "DROP TABLE alembic_version")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incident_bot.cli", *command),
        cwd=tmp_path,
        env={
            **os.environ,
            "DATABASE_URL": postgresql_url,
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    last = error.decode().splitlines()[-1]
    assert (process.returncode, out) == (2, b"")
    assert last.startswith("incident-bot: The database has tables of Incident Bot (alert, ")
    assert "Restore a whole backup" in last
    assert b"Traceback" not in error
