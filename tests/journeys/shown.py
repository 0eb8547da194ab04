"""What the bot itself says of its work, at /metrics."""

import asyncio

import aiohttp

from tests.journeys.running import Stage


async def nothing_left(stage: Stage, dead: int | None = 0) -> None:
    """Every job is done, or dead: so many of those (None: any number)."""

    async def left() -> bool:
        text = await metrics(stage)
        return any(
            f'incident_bot_jobs{{state="{state}"}} 0.0' not in text
            for state in ("waiting", "running")
        )

    async with asyncio.timeout(30):
        while await left():
            await asyncio.sleep(0.1)
    if dead is not None:
        told = f'incident_bot_jobs{{state="dead"}} {dead}.0'
        assert told in await metrics(stage), stage.bot.log()[-3000:]


async def metrics(stage: Stage) -> str:
    """What /metrics says."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.bot.url}/metrics") as answer,
    ):
        return await answer.text()
