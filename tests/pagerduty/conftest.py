"""A stand-in PagerDuty on loopback, and a client that speaks to it."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from incident_bot.pagerduty.client import PagerDuty
from incident_bot.standin import PagerDutyStandIn
from tests.pagerduty.seen import Seen

BOT_EMAIL = "bot@example.com"


@pytest.fixture
async def standin() -> AsyncIterator[PagerDutyStandIn]:
    async with PagerDutyStandIn(from_emails=[BOT_EMAIL]) as standin:
        yield standin


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
async def pagerduty(standin: PagerDutyStandIn, seen: Seen) -> AsyncIterator[PagerDuty]:
    token = SecretStr(standin.api_token)
    client = PagerDuty(token, standin.url, BOT_EMAIL, metrics=seen, timeout=5.0)
    yield client
    await client.close()
