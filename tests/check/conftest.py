"""A Slack and a PagerDuty on loopback, and an environment in which all is good."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from incident_bot.check import Finding, Report, Status, check
from incident_bot.demo.bot import free_port
from incident_bot.standin import PagerDutyStandIn, SlackStandIn

SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
WEBHOOK_SECRET = "webhookSecretOfPagerDutyWith64CharactersOrSo"
FROM = "bot@example.com"

Look = Callable[..., Coroutine[Any, Any, Report]]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn("xoxb-1-marked-bot-token", SIGNING_SECRET) as made:
        made.add_channel("incidents")
        yield made


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDutyStandIn]:
    token = "marked-pagerduty-tok"
    async with PagerDutyStandIn(token, WEBHOOK_SECRET, from_emails=[FROM]) as made:
        made.bot_url = "https://bot.example.com"
        yield made


@pytest.fixture
def env(
    slack: SlackStandIn,
    pagerduty: PagerDutyStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """Every variable is set and right. Tests change it."""
    monkeypatch.chdir(tmp_path)
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.url,
        "PAGERDUTY_API_TOKEN": pagerduty.api_token,
        "PAGERDUTY_API_URL": pagerduty.url,
        "PAGERDUTY_FROM_EMAIL": FROM,
        "PAGERDUTY_WEBHOOK_SECRETS": WEBHOOK_SECRET,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "HOST": "0.0.0.0",
        "PORT": str(free_port()),
    }


@pytest.fixture
def configure(tmp_path: Path, env: dict[str, str]) -> Callable[[str], None]:
    """Writes `incident-bot.toml` where the check looks for it."""

    def write(text: str) -> None:
        (tmp_path / "incident-bot.toml").write_text(text, encoding="utf-8")

    return write


async def found(env: Mapping[str, str], name: str, **how: Any) -> list[Finding]:
    """All findings of one name, of a whole check."""
    report = await check(env, **{"seconds": 5.0, **how})
    return [one for one in report.findings if one.name == name]


async def only(env: Mapping[str, str], name: str, **how: Any) -> Finding:
    """The only finding of a name."""
    [one] = await found(env, name, **how)
    return one


async def says(env: Mapping[str, str], name: str, status: Status, *words: str) -> None:
    """The only finding of a name has this status, and these words are in it."""
    one = await only(env, name)
    assert one.status is status, one
    for word in words:
        assert word in one.sentence, one
