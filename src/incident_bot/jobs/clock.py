"""The clock: ticks the sweeps. What is due lies in the database; the clock only says "look"."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from incident_bot.store import Store, StoreUnavailable

log = structlog.get_logger(__name__)

SILENCE = 60.0
"""Seconds without a beat, due every second, after which the clock is dead."""


class ClockStopped(Exception):
    """The clock does not tick any more: nothing that becomes due would be noticed."""


@dataclass(frozen=True)
class Sweep:
    """Something to look after every so many seconds (real time). `at_start`: at once, too."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[object]]
    at_start: bool = False


def standard_sweeps(store: Store, wake: Callable[[], object]) -> tuple[Sweep, ...]:
    """What every bot looks after. `wake` is the runner's: leases that ran out are claimed again."""

    async def stale_leases() -> None:
        await store.queue.bury_orphans()
        wake()

    return (
        Sweep("stale leases", 5.0, stale_leases),
        Sweep("what redaction left in the log", 5.0, store.scrub),
        Sweep("old deliveries", 3600.0, store.expire_deliveries, at_start=True),
    )


class Clock:
    """Runs sweeps until stopped; one that breaks is logged and comes again at its next turn."""

    def __init__(self, sweeps: Sequence[Sweep]) -> None:
        self._sweeps = sweeps
        self._scheduler: Any = AsyncIOScheduler(timezone=UTC)
        self._beats = 0

    def start(self) -> None:
        """Begins to tick, on the running event loop."""
        for sweep in self._sweeps:
            first = {"next_run_time": datetime.now(UTC)} if sweep.at_start else {}
            self._scheduler.add_job(
                self.tick,
                "interval",
                args=(sweep,),
                seconds=sweep.seconds,
                id=sweep.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                **first,
            )
        self._scheduler.add_job(self._beat, "interval", seconds=1, misfire_grace_time=None)
        self._scheduler.start()

    def stop(self) -> None:
        """Ticks no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def watch(self, silence: float = SILENCE) -> None:
        """Never ends while the clock ticks. ClockStopped when it has not for `silence` seconds.

        Sweeps do not count: they may wait for a database that is away. Two looks in a row: a
        process that was held up has beats waiting to be run.
        """
        silent = 0
        while silent < 2:
            before = self._beats
            await asyncio.sleep(silence / 2)
            silent = silent + 1 if self._beats == before else 0
        raise ClockStopped(f"the clock has not ticked for {silence:g} s")

    async def _beat(self) -> None:
        self._beats += 1

    async def tick(self, sweep: Sweep) -> None:
        """Runs one sweep now."""
        try:
            await sweep.run()
        except StoreUnavailable as error:
            log.warning("a sweep has to wait", sweep=sweep.name, error=str(error))
        except Exception:
            # The outermost edge of a sweep: the next one must still come.
            log.exception("a sweep broke", sweep=sweep.name)
