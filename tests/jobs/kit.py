"""The service's place, and a runner at work: what the runner's tests share."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from incident_bot.domain.commands import Command
from incident_bot.domain.decision import JobKind
from incident_bot.effects import Done, Handler, LeaseLost
from incident_bot.jobs.pools import Pool, Pools
from incident_bot.jobs.runner import Runner
from incident_bot.service import Unavailable
from incident_bot.store import Job, Store

SOON = 20.0  # seconds within which anything must happen; never reached


class FakeService:
    """Keeps outcomes as the service does, and what was said."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.said: list[tuple[str, str]] = []
        self.finished: list[str] = []
        self.handled: list[tuple[str, Command]] = []
        self.broken = 0

    async def finish(self, job: Job, done: Done) -> None:
        """Marks it done."""
        if self.broken:
            self.broken -= 1
            raise Unavailable("the disk is full")
        async with self.store.unit() as unit:
            if not await unit.finish(job, done.result):
                raise LeaseLost(job.key)
        self.finished.append(job.key)

    async def handle(self, command: Command, *, ref: str) -> None:
        """Keeps what part of a job was confirmed."""
        self.handled.append((ref, command))

    async def give_up(self, job: Job, sentence: str) -> None:
        """Buries it."""
        async with self.store.unit() as unit:
            if not await unit.bury(job, sentence):
                raise LeaseLost(job.key)
        self.said.append((job.key, sentence))


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[Runner]:
    """The runner at work, drained at the end."""
    task = asyncio.create_task(runner.run())
    yield runner
    await runner.drain(SOON)
    await asyncio.wait_for(task, SOON)


def so_many(size: int) -> Pools:
    """So many jobs of any kind at a time."""
    return Pools((Pool(size, frozenset(JobKind)),))


def always(handler: Handler) -> dict[JobKind, Handler]:
    """The same handler for every kind."""
    return dict.fromkeys(JobKind, handler)


async def until(what: Callable[[], bool]) -> None:
    """Waits for something that must happen."""
    async with asyncio.timeout(SOON):
        while not what():
            await asyncio.sleep(0.005)
