"""How soon PagerDuty's webhooks are accepted, and how many, against a handler that does nothing."""

import asyncio
import itertools
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import aiohttp

from bench.figure import Figure, percentile
from bench.setting import Setting
from incident_bot.demo.bot import free_port
from incident_bot.standin.pagerduty.webhooks import encode, envelope, sign
from tests.journeys.running import Stage

EACH_SECOND, SECONDS = 100, 5
AT_ONCE, MANY, TURNS = 8, 200, 7


def _body(number: int) -> bytes:
    """An authentic event that is kept and asks for nothing, as most are."""
    data = {"id": f"P{number}", "type": "service", "summary": "A service"}
    return encode(envelope("service.updated", data))


async def _post(session: aiohttp.ClientSession, url: str, raw: bytes, secret: str) -> float:
    headers = {"X-PagerDuty-Signature": sign(raw, [secret]), "Content-Type": "application/json"}
    began = time.monotonic()
    async with session.post(url, data=raw, headers=headers) as answer:
        assert answer.status == 202, answer.status
        await answer.read()
    return time.monotonic() - began


async def throughput(
    session: aiohttp.ClientSession, url: str, secret: str, numbers: Iterator[int]
) -> float:
    """Accepted in a second, so many at once."""
    bodies = iter([_body(next(numbers)) for _ in range(MANY)])

    async def worker() -> None:
        for body in bodies:
            await _post(session, url, body, secret)

    began = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return MANY / (time.monotonic() - began)


@asynccontextmanager
async def _bare(stage: Stage) -> AsyncIterator[str]:
    """The address of a handler that does the least, a process of its own as the bot is."""
    port, beside = free_port(), stage.bot.settings["DATABASE_URL"]
    if beside.startswith("sqlite"):
        beside = f"sqlite:///{stage.bot.folder / 'bare.db'}"
    command = ("-m", "bench.bare", str(port), stage.pagerduty.webhook_secret, beside)
    process = await asyncio.create_subprocess_exec(sys.executable, *command)
    try:
        async with asyncio.timeout(20):
            while not await _listens(port):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}/pagerduty/webhook"
    finally:
        process.kill()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def measure(setting: Setting) -> list[Figure]:
    """The two take turns, so that whatever else the machine does is met by both."""
    async with setting.stage() as stage:
        return await _measure(stage)


async def _measure(stage: Stage) -> list[Figure]:
    secret, url = stage.pagerduty.webhook_secret, f"{stage.bot.url}/pagerduty/webhook"
    ours, bare, numbers = list[float](), list[float](), itertools.count()
    async with aiohttp.ClientSession() as session, _bare(stage) as other:
        for _ in range(50):
            await _post(session, url, _body(next(numbers)), secret)
        waits: list[asyncio.Task[float]] = []
        for _ in range(EACH_SECOND * SECONDS):
            waits.append(asyncio.create_task(_post(session, url, _body(next(numbers)), secret)))
            await asyncio.sleep(1 / EACH_SECOND)
        slow = percentile(list(await asyncio.gather(*waits)), 0.99) * 1000
        for _ in range(TURNS):
            ours.append(await throughput(session, url, secret, numbers))
            bare.append(await throughput(session, other, secret, numbers))
    mine, least = percentile(ours, 0.5), percentile(bare, 0.5)
    return [
        Figure(
            f"webhook accepted, {EACH_SECOND}/s", f"p99 {slow:.0f} ms", "", "p99 50 ms", slow <= 50
        ),
        Figure(
            "webhooks against a bare handler",
            f"{mine:.0f}/s of {least:.0f}/s: {mine / least:.2f}",
            "1",
            "0.5",
            mine / least >= 0.5,
        ),
    ]
