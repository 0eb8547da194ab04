"""In a storm of webhooks people are not kept waiting behind all of them."""

import asyncio
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from incident_bot.domain import commands as c
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.pagerduty.webhook import routes
from incident_bot.service import Service
from incident_bot.standin import PagerDutyStandIn
from incident_bot.store import Store
from tests.pagerduty.seen import Seen

STORM = 80


async def test_a_command_finds_its_turn_among_the_webhooks(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    service = Service(store, Policy())
    alice = by(Person(name="Alice Smith", slack_id="U1"))
    async with PagerDutyStandIn() as pagerduty:
        app = web.Application()
        app.add_routes(routes(service, None, [SecretStr(pagerduty.webhook_secret)], Seen()))
        async with TestServer(app) as server:
            pagerduty.bot_url = str(server.make_url(""))
            search = pagerduty.add_service("Search")
            storm = asyncio.gather(
                *(pagerduty.trigger(search, f"web-{n} is down") for n in range(STORM))
            )
            while len(pagerduty.deliveries) < 5:
                await asyncio.sleep(0)
            before = len(pagerduty.deliveries)
            await service.handle(c.Declare(actor=alice, title="Checkout is down"))
            overtaken_by = len(pagerduty.deliveries) - before
            await storm
        assert {d.status for d in pagerduty.deliveries} == {202}
    await store.close()
    assert overtaken_by < STORM / 3, "it stood behind every webhook that had come before it"
