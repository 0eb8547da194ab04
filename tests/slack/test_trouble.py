"""What who types is told while the bot cannot act in Slack."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from incident_bot.slack.gateway import Gateway
from incident_bot.slack.trouble import Trouble
from incident_bot.slack.views.answer import answer

SINCE = datetime(2026, 3, 1, 14, 31, tzinfo=UTC)
RECORDED = answer(("INC-1: pool is full",), public=True, recorded=True)
ASKED = answer(("No incidents are open.",))


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(SecretStr("xoxb-1"))


def test_all_is_well(gateway: Gateway) -> None:
    assert Trouble(gateway, lambda: None)(RECORDED) == RECORDED


def test_a_slack_that_is_away_matters_to_what_was_recorded(gateway: Gateway) -> None:
    trouble = Trouble(gateway, lambda: SINCE)
    said = trouble(RECORDED)
    assert said.text.startswith(RECORDED.text) and "has not answered the bot since" in said.text
    assert str(int(SINCE.timestamp())) in said.text
    assert len(said.blocks) == len(RECORDED.blocks) + 1
    assert (said.public, said.recorded) == (True, True)
    assert trouble(ASKED) == ASKED


def test_a_token_that_is_refused_matters_to_everybody(gateway: Gateway) -> None:
    gateway.token_refused = "token_revoked"
    for said in (RECORDED, ASKED):
        assert "SLACK_BOT_TOKEN" in Trouble(gateway, lambda: None)(said).text
