"""A bot of a few lines, in this process: enough for the player to have somebody to play with."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web

from incident_bot.demo.scenario import Scenario, parse
from incident_bot.demo.world import World

HEAD = """
title: A story
date: 2025-03-01
people:
  - {handle: ana, name: Ana Lima, email: ana@example.com}
  - {handle: bo, name: Bo Berg, email: bo@example.com}
service: Checkout
escalation_policy: Checkout on-call
on_call: [ana]
steps:
"""


def scenario_of(*steps: str) -> Scenario:
    """A scenario of these steps, an alert at 09:00 before them."""
    first = '{at: "09:00", alert: {title: Checkout is down}}'
    return parse(HEAD + "".join(f"  - {step}\n" for step in (first, *steps)))


class SmallBot:
    """Opens one room for the first alert, answers commands by their first word.

    `refuse…` is refused to the person alone, `break` is a 500, `export` brings a file. `opens`
    False: alerts are accepted and nothing happens.
    """

    def __init__(self) -> None:
        self.world: World | None = None
        self.opens = True
        self.status = 202
        self.clock: list[datetime] = []
        self.heard: list[str] = []
        self.room = ""
        self.session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/pagerduty/webhook", self.webhook)
        app.router.add_post("/slack/events", self.slack)
        return app

    async def set_clock(self, now: datetime) -> None:
        self.clock.append(now)

    async def settled(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def later(self, what: Any) -> None:
        task = asyncio.create_task(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        assert self.world is not None
        assert self.session is not None
        slack = self.world.slack
        head = {"Authorization": f"Bearer {slack.bot_token}"}
        async with self.session.post(slack.url + method, json=args, headers=head) as answer:
            body: dict[str, Any] = await answer.json()
        assert body["ok"], body
        return body

    async def webhook(self, request: web.Request) -> web.Response:
        kind = (await request.json())["event"]["event_type"]
        self.heard.append(kind)
        if self.opens and kind == "incident.triggered":
            self.later(self.open())
        return web.Response(status=self.status, text="what the bot says")

    async def open(self) -> None:
        assert self.world is not None
        made = await self.call("conversations.create", name="incident-2025-03-01-checkout")
        self.room = made["channel"]["id"]
        await self.call("conversations.invite", channel=self.room, users=self.world.users["ana"].id)
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Take Ops"},
            "action_id": "claim_role:ops",
            "value": "INC-1 ops",
        }
        await self.call(
            "chat.postMessage",
            channel=self.room,
            text="INC-1 Checkout is down",
            blocks=[{"type": "actions", "elements": [button]}],
        )

    async def slack(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            return web.Response()
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        if "payload" in form:
            payload = json.loads(form["payload"])
            await self.call(
                "chat.postMessage", channel=self.room, text=f"<@{payload['user']['id']}> is Ops"
            )
            return web.Response()
        text = form["text"]
        self.heard.append(text)
        if text.startswith("break"):
            return web.Response(status=500, text="oh dear")
        if text.startswith("export"):
            self.later(self.deliver("postmortem-INC-1.md", f"# After {text}\n".encode()))
        kind = "ephemeral" if text.startswith(("refuse", "help")) else "in_channel"
        return web.json_response({"response_type": kind, "text": f"heard &lt;{text}&gt;"})

    async def deliver(self, name: str, content: bytes) -> None:
        assert self.session is not None
        made = await self.call(
            "files.getUploadURLExternal", filename=name, length=str(len(content))
        )
        async with self.session.post(made["upload_url"], data=content) as answer:
            assert answer.status == 200
        files = [{"id": made["file_id"], "title": name}]
        await self.call("files.completeUploadExternal", files=files, channel_id=self.room)


@pytest.fixture
async def small_bot() -> AsyncIterator[tuple[SmallBot, str]]:
    """The small bot and its address; it does not know its world yet."""
    bot = SmallBot()
    runner = web.AppRunner(bot.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        bot.session = session
        yield bot, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()
