"""A stand-in each, a bot that answers what it is told to, and Slack's own client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import PagerDutyStandIn, SlackStandIn

JSON = dict[str, Any]


class Bot:
    """Records what it receives and answers with `reply`."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.reply: Callable[[], web.Response] = lambda: web.Response(status=200)
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        self.received.append((request.path, dict(request.headers), await request.read()))
        return self.reply()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    made = Bot()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def slack(bot: Bot) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(bot_url=bot.url) as made:
        yield made


@pytest.fixture
async def pd(bot: Bot) -> AsyncIterator[PagerDutyStandIn]:
    async with PagerDutyStandIn(bot_url=bot.url) as made:
        yield made


@pytest.fixture
def client(slack: SlackStandIn) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])
