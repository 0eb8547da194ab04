"""How cost grows: with open incidents, with entries, with replicas. No bars: for the operator.

Not part of the usual run: `make bench ARGS="--only growth"`, and with `--database postgresql`.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack

import aiohttp

from bench.commands import rooms_of
from bench.figure import Figure, median
from bench.setting import Setting
from bench.webhooks import throughput
from incident_bot.standin import Channel
from tests.journeys.running import RunningBot, Stage

OPEN = (1, 50, 200)
ENTRIES = (100, 1_000, 10_000)
REPLICAS = (1, 2, 3)
VERBS = ("log the pool is full", "status", "list", "timeline")
TURNS, AT_ONCE, SECONDS = 15, 8, 5


async def _medians(stage: Stage, rooms: list[Channel]) -> dict[str, float]:
    """Milliseconds of each verb's answer, one after another."""
    waits: dict[str, list[float]] = {verb: [] for verb in VERBS}
    for turn in range(TURNS):
        for verb in VERBS:
            began = time.perf_counter()
            await stage.types(stage.alice, verb, rooms[turn % len(rooms)])
            waits[verb].append((time.perf_counter() - began) * 1000)
    return {verb.split()[0]: median(each) for verb, each in waits.items()}


async def _most(stage: Stage, rooms: list[Channel]) -> float:
    """Commands answered in a second, so many at once."""
    until, numbers, answered = time.monotonic() + SECONDS, itertools.count(), 0

    async def worker(numbers: Iterator[int]) -> None:
        nonlocal answered
        while time.monotonic() < until:
            number = next(numbers)
            await stage.types(stage.alice, f"log line {number}", rooms[number % len(rooms)])
            answered += 1

    await asyncio.gather(*(worker(numbers) for _ in range(AT_ONCE)))
    return answered / SECONDS


def _figure(what: str, values: dict[str, float], unit: str) -> Figure:
    told = ", ".join(f"{name} {value:.0f}" for name, value in values.items())
    return Figure(what, f"{told} {unit}", "", "", True, values)


async def _replicas(setting: Setting, number: int) -> Figure:
    """Webhooks accepted in a second when they are spread over so many processes."""
    async with (
        setting.stage() as stage,
        aiohttp.ClientSession() as session,
        AsyncExitStack() as end,
    ):
        bots = [stage.bot]
        for each in range(1, number):
            settings = {k: v for k, v in stage.bot.settings.items() if k != "PORT"}
            folder = stage.bot.folder / str(each)
            folder.mkdir()
            bots.append(RunningBot(folder, settings))
            await bots[-1].start()
            end.push_async_callback(bots[-1].stop)
        secret, numbers = stage.pagerduty.webhook_secret, itertools.count()
        urls = [f"{bot.url}/pagerduty/webhook" for bot in bots]
        each = [throughput(session, url, secret, numbers) for url in urls]
        return _figure(f"{number} replicas", {"webhooks": sum(await asyncio.gather(*each))}, "/s")


async def measure(setting: Setting) -> list[Figure]:
    """Each on a database of its own."""
    figures = []
    for many in OPEN:
        async with setting.stage() as stage:
            rooms = await rooms_of(stage, many)
            figures.append(_figure(f"{many} open incidents", await _medians(stage, rooms), "ms"))
            figures.append(
                _figure(f"{many} open, at most", {"log": await _most(stage, rooms)}, "/s")
            )
    for many in ENTRIES:
        async with setting.stage() as stage:
            rooms = await rooms_of(stage, 1, many)
            figures.append(_figure(f"{many:,} entries", await _medians(stage, rooms), "ms"))
    if setting.kind == "postgresql":
        figures += [await _replicas(setting, number) for number in REPLICAS]
    return figures
