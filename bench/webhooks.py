"""How soon PagerDuty's webhooks are accepted, and how many, against a handler that does nothing."""

import asyncio
import hashlib
import hmac
import sqlite3
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from bench.figure import Figure, percentile
from incident_bot.demo.bot import free_port
from incident_bot.standin.pagerduty.webhooks import encode, envelope, sign
from tests.journeys.running import Stage

EACH_SECOND, SECONDS = 100, 5
AT_ONCE, MANY = 8, 400


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


async def _throughput(session: aiohttp.ClientSession, url: str, secret: str, start: int) -> float:
    """Accepted in a second, so many at once."""
    numbers = iter(range(start, start + MANY))

    async def worker() -> None:
        for number in numbers:
            await _post(session, url, _body(number), secret)

    began = time.monotonic()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return MANY / (time.monotonic() - began)


async def _bare(secret: str, folder: Path) -> tuple[web.AppRunner, str]:
    """Checks the HMAC and commits one row, as durably as the bot; nothing else."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    database.execute("CREATE TABLE IF NOT EXISTS got (raw BLOB)")

    async def handle(request: web.Request) -> web.Response:
        raw = await request.read()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v1={digest}", request.headers["X-PagerDuty-Signature"]):
            return web.Response(status=401)
        database.execute("INSERT INTO got VALUES (?)", (raw,))
        return web.Response(status=202)

    app, port = web.Application(), free_port()
    app.router.add_post("/pagerduty/webhook", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{port}/pagerduty/webhook"


async def measure(stage: Stage) -> list[Figure]:
    """The bare handler shares this process with the load, the bot does not: it is favoured less
    than it looks on a machine of two cores."""
    secret, url = stage.pagerduty.webhook_secret, f"{stage.bot.url}/pagerduty/webhook"
    async with aiohttp.ClientSession() as session:
        for number in range(50):
            await _post(session, url, _body(number), secret)
        waits: list[asyncio.Task[float]] = []
        for number in range(EACH_SECOND * SECONDS):
            waits.append(asyncio.create_task(_post(session, url, _body(1000 + number), secret)))
            await asyncio.sleep(1 / EACH_SECOND)
        slow = percentile(list(await asyncio.gather(*waits)), 0.99) * 1000
        ours = await _throughput(session, url, secret, 10_000)
        runner, other = await _bare(secret, stage.bot.folder)
        bare = await _throughput(session, other, secret, 20_000)
        await runner.cleanup()
    return [
        Figure(f"webhook accepted, {EACH_SECOND}/s", f"p99 {slow:.0f} ms", "p99 50 ms", slow <= 50),
        Figure(
            "webhooks against a bare handler",
            f"{ours:.0f}/s of {bare:.0f}/s: {ours / bare:.2f}",
            "0.5",
            ours / bare >= 0.5,
        ),
    ]
