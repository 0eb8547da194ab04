"""The clock: ticks the sweeps. What is due lies in the database; the clock only says "look"."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from incident_bot.store import Store

log = structlog.get_logger(__name__)


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
        self._scheduler.start()

    def stop(self) -> None:
        """Ticks no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self, sweep: Sweep) -> None:
        """Runs one sweep now."""
        try:
            await sweep.run()
        except Exception:
            # The outermost edge of a sweep: the next one must still come.
            log.exception("a sweep broke", sweep=sweep.name)
