"""Keeps a job that is in hand: renews its lease, and breaks the work off when it is over."""

import asyncio
import time

import structlog

from incident_bot.effects import Lease
from incident_bot.store import Job, StoreUnavailable
from incident_bot.store.queue import Queue

log = structlog.get_logger(__name__)


async def keep(
    queue: Queue, job: Job, lease: Lease, seconds: float, work: "asyncio.Task[None]"
) -> None:
    """Renews the lease for so many `seconds` again and again; without it, cancels `work`."""
    while (left := lease.until - time.monotonic()) > 0:
        await asyncio.sleep(min(seconds / 3, left))
        asked = time.monotonic()
        renewing = asyncio.create_task(_renew(queue, job, seconds), name=f"renewal {job.key}")
        try:
            await asyncio.wait({renewing}, timeout=lease.until - asked)
        finally:
            renewing.cancel()  # a database that hangs does not prolong it
        kept = renewing.result() if renewing.done() else None
        if kept is False:
            break
        if kept:
            lease.until = asked + seconds
    log.warning("the lease is over: somebody else has the job, or may take it")
    work.cancel()


async def _renew(queue: Queue, job: Job, seconds: float) -> bool | None:
    """False when somebody else has the job now, None when the database does not say."""
    try:
        return await queue.heartbeat(job, seconds)
    except StoreUnavailable as error:
        log.warning("the lease could not be renewed", error=str(error))
        return None
