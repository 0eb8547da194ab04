"""How long a person waits for the answer to a command, with many incidents open."""

import asyncio
import time

from sqlalchemy import update

from bench.figure import Figure, median, percentile
from bench.setting import Setting
from incident_bot.domain.commands import Declare, LogEntry, RecordRoom
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.standin import Channel
from incident_bot.store import Store
from incident_bot.store.tables import jobs
from tests.journeys.running import Stage

INCIDENTS = 50
EACH_SECOND, SECONDS = 20, 10


async def rooms_of(stage: Stage, incidents: int, entries: int = 0) -> list[Channel]:
    """Open incidents with their rooms, each with so many lines in its journal.

    Made while the bot is stopped: Slack lets 20 rooms be opened in a minute.
    """
    await stage.bot.stop()
    store, rooms = await Store.open(stage.bot.settings["DATABASE_URL"]), []
    service = Service(store, Policy())
    people = [stage.alice, stage.bob, stage.charlie]
    who = by(Person(name="Alice Smith", handle="alice", slack_id=stage.alice.id))
    for number in range(incidents):
        outcome = await service.handle(Declare(actor=who, title=f"Load {number}"))
        assert outcome.incident is not None
        room = stage.slack.add_channel(f"load-{number}", members=[*people, stage.slack.bot])
        opened = RecordRoom(actor=BOT, channel_id=room.id, name=room.name)
        await service.handle(opened, ref=outcome.incident.ref)
        for line in range(entries):
            await service.handle(LogEntry(actor=who, headline=f"{line}"), ref=outcome.incident.ref)
        rooms.append(room)
    async with store.unit() as unit:
        await unit._connection.execute(update(jobs).values(state="done", result={}))
    await store.close()
    await stage.bot.start()
    return rooms


async def measure(setting: Setting) -> list[Figure]:
    """`log` and `status`, in turns, from three people in all rooms."""
    async with setting.stage() as stage:
        rooms = await rooms_of(stage, INCIDENTS)
        waits = await _waits(stage, rooms)
    slow, usual = percentile(waits, 0.99) * 1000, median(waits) * 1000
    return [
        Figure(
            f"command answered, {INCIDENTS} open incidents, {EACH_SECOND}/s",
            f"p99 {slow:.0f} ms, median {usual:.0f} ms",
            "",
            "p99 150 ms",
            slow <= 150,
            {"p99 ms": slow, "median ms": usual},
        )
    ]


async def _waits(stage: Stage, rooms: list[Channel]) -> list[float]:
    people, waits = (stage.alice, stage.bob, stage.charlie), list[float]()

    async def one(number: int) -> None:
        began = time.monotonic()
        words = "status" if number % 4 == 0 else f"log line {number}"
        await stage.types(people[number % 3], words, rooms[number % len(rooms)])
        waits.append(time.monotonic() - began)

    async with asyncio.TaskGroup() as asking:
        for number in range(EACH_SECOND * SECONDS):
            asking.create_task(one(number))
            await asyncio.sleep(1 / EACH_SECOND)
    return waits
