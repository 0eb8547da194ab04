"""How long a person waits for the answer to a command, with many incidents open."""

import asyncio
import time

from bench.figure import Figure, percentile
from bench.setting import Setting
from tests.journeys.running import Stage

INCIDENTS = 50
EACH_SECOND, SECONDS = 20, 10


async def measure(setting: Setting) -> list[Figure]:
    """`log` and `status`, in turns, from three people in all rooms."""
    async with setting.stage() as stage:
        return await _measure(stage)


async def _measure(stage: Stage) -> list[Figure]:
    people = (stage.alice, stage.bob, stage.charlie)
    had = len(stage.rooms)
    for number in range(INCIDENTS):
        await stage.types(people[number % 3], f"declare Load {number}", stage.incidents)
    await stage.until(lambda: len(stage.rooms) == had + INCIDENTS, "the rooms")
    rooms, waits = stage.rooms[had:], []

    async def one(number: int) -> None:
        began = time.monotonic()
        words = "status" if number % 4 == 0 else f"log line {number}"
        await stage.types(people[number % 3], words, rooms[number % len(rooms)])
        waits.append(time.monotonic() - began)

    async with asyncio.TaskGroup() as asking:
        for number in range(EACH_SECOND * SECONDS):
            asking.create_task(one(number))
            await asyncio.sleep(1 / EACH_SECOND)
    slow, usual = percentile(waits, 0.99) * 1000, percentile(waits, 0.5) * 1000
    return [
        Figure(
            f"command answered, {INCIDENTS} open incidents, {EACH_SECOND}/s",
            f"p99 {slow:.0f} ms, median {usual:.0f} ms",
            "",
            "p99 150 ms",
            slow <= 150,
        )
    ]
