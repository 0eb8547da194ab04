"""`python -m incident_bot.standin`, as a person runs it."""

from __future__ import annotations

import asyncio
import signal
import sys

from slack_sdk.web.async_client import AsyncWebClient


async def test_it_prints_what_to_set_and_ends_at_a_signal() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "incident_bot.standin", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(7)]
    told = dict(line.split("=", 1) for line in lines)
    client = AsyncWebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"])
    assert (await client.auth_test())["ok"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
