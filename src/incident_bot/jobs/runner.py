"""The runner: claims jobs, performs them through handlers, and hands their outcome to the service.

It keeps nothing that is needed to go on: kill it anywhere, and whoever claims the job next (after
the lease, or at once when a SQLite process starts) carries on, knowing that it was begun before.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from functools import partial

import structlog

from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Incident
from incident_bot.domain.levels import Retries
from incident_bot.effects import Handler, Lease, LeaseLost, hold
from incident_bot.jobs.keeping import keep
from incident_bot.jobs.pools import Pools
from incident_bot.jobs.trying import Outcomes, Tries
from incident_bot.service import Unavailable
from incident_bot.store import Job, Offer, Store, StoreUnavailable
from incident_bot.store.queue import LEASE

POLL_SECONDS = 1.0
TRY_SECONDS = 120.0
PEOPLE_FIRST = frozenset({JobKind.INVITE})
AWAITED = frozenset({JobKind.CREATE_ROOM, JobKind.INVITE})
HEAD_START = 0.1
"""Seconds that such a job is given to begin its call before any other is taken. One that did not
in that time (whom to invite is not known, and nobody answers) costs those after it nothing."""
GIVE_BACK_SECONDS = 2.0
"""How long a stop waits for the database to take back what was broken off; else its lease ends."""
_NOT_SOONER = 0.02

OUTCOMES = ("done", "again", "paused", "away", "dead", "given_back", "lost", "not_kept")
"""What can become of a try: performed; to be tried again (the try counts, or not: a rate limit, the
other side does not answer); given up; stopped with the bot; its lease is over, so another replica
has it or may have it; its outcome could not be stored."""

Heard = Callable[[JobKind, str, float], None]

log = structlog.get_logger(__name__)


class Runner:
    """As many jobs at a time as `pools` let go. `lease` in seconds; a try may take `try_seconds`.

    `retries`: for how long and how often what the other side does not answer is tried again.
    `heard(kind, outcome, seconds)` hears what became of each try (one of OUTCOMES).
    """

    def __init__(
        self,
        store: Store,
        service: Outcomes,
        handlers: Mapping[JobKind, Handler],
        *,
        pools: Pools | None = None,
        retries: Retries | None = None,
        lease: float = LEASE,
        try_seconds: float = TRY_SECONDS,
        heard: Heard = lambda kind, outcome, seconds: None,
    ) -> None:
        self._store = store
        self._lease = lease
        self._heard = heard
        self._pools = pools or Pools()
        self._tries = Tries(
            store, service, handlers, self._pools, retries or Retries(), try_seconds
        )
        self._running: set[asyncio.Task[None]] = set()
        self._first: list[tuple[asyncio.Task[None], asyncio.Event]] = []
        self._woken = asyncio.Event()
        self._stopping = False
        self._in_time = True
        self.name = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(3)}"

    def wake(self) -> None:
        """Something was committed: look for jobs now."""
        self._woken.set()

    def stop(self) -> None:
        """Take no further job; `run` ends soon. Jobs in hand go on until `drain`."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Takes jobs until `stop`."""
        while not self._stopping:
            while self._first:
                self._in_time = await _either(*self._first.pop(), HEAD_START)
            self._woken.clear()
            kinds = self._pools.open()
            asked = time.monotonic()
            job = await self._claim(kinds) if kinds else None
            if job is None:
                await self._wait(kinds)
                continue
            self._start(job, asked)

    def offer(self) -> Offer | None:
        """What people wait for and one more could be taken of now, for whoever commits it."""
        kinds = [] if self._stopping else [k for k in self._pools.open() if k in AWAITED]
        return Offer(self.name, kinds, self._lease) if kinds else None

    def begin(self, job: Job, offer: Offer, incident: Incident | None) -> None:
        """Performs a job that was claimed as offered; `incident` as it was just committed."""
        if not self._stopping:
            return self._start(job, offer.asked, incident)
        task = asyncio.create_task(self._tries.give_back(job), name=f"give back {job.key}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def _start(self, job: Job, asked: float, incident: Incident | None = None) -> None:
        self._pools.take(job.kind)
        begun = asyncio.Event()
        work = self._perform(job, begun, asked + self._lease, incident)
        # In a context of its own: it may be begun while a delivery or another job is handled.
        task = asyncio.create_task(work, name=f"job {job.key}", context=Context())
        self._running.add(task)
        task.add_done_callback(partial(self._ended, job.kind))
        if job.kind in PEOPLE_FIRST and self._in_time:
            self._first.append((task, begun))

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109 - ends in order, not broken off
        """Stops, waits `timeout` seconds for the jobs in hand, and gives the rest back at once, if
        the database takes it in time. True when nothing had to be broken off."""
        self.stop()
        if not self._running:
            return True
        _, late = await asyncio.wait(self._running, timeout=timeout)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GIVE_BACK_SECONDS)
        return not late

    async def settle(self, timeout: float) -> bool:  # noqa: ASYNC109 - answers, does not raise
        """Waits until no job is left to do (`run` must be going); False after `timeout` seconds.

        For the demo and for tests: a busy bot may never be settled.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self._running or await self._store.queue.pending():  # noqa: ASYNC110
                    await asyncio.sleep(_NOT_SOONER)
                return True
        return False

    def _ended(self, kind: JobKind, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._pools.leave(kind)
        self.wake()  # what waited for it may go now
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a job's task broke", task=task.get_name(), exc_info=error)

    async def _claim(self, kinds: Sequence[JobKind]) -> Job | None:
        try:
            return await self._store.queue.claim(self.name, self._lease, kinds)
        except StoreUnavailable as error:
            log.warning("no job could be claimed", error=str(error))
            await asyncio.sleep(POLL_SECONDS)
            return None

    async def _wait(self, kinds: Sequence[JobKind]) -> None:
        """Until somebody wakes us, a job of these kinds is due, there is room for another kind, or
        it is time to look."""
        while not (self._woken.is_set() or self._stopping):
            due = await self._next_due(kinds)
            if due <= 0 and not self._woken.is_set():
                await asyncio.sleep(_NOT_SOONER)  # another runner may just be taking it
                return
            soonest = max(_NOT_SOONER, min(POLL_SECONDS, due, self._pools.opens_in()))
            with suppress(TimeoutError):
                async with asyncio.timeout(soonest):
                    await self._woken.wait()
            if self._pools.open() != kinds:
                return

    async def _next_due(self, kinds: Sequence[JobKind]) -> float:
        try:
            due = await self._store.queue.next_due(kinds) if kinds else None
        except StoreUnavailable:
            return POLL_SECONDS
        return POLL_SECONDS if due is None else due

    # One job

    async def _perform(
        self, job: Job, begun: asyncio.Event, until: float, incident: Incident | None
    ) -> None:
        with structlog.contextvars.bound_contextvars(
            job=job.key, kind=str(job.kind), ref=job.ref, attempt=job.attempt
        ):
            work = asyncio.current_task()
            assert work is not None
            lease = Lease(until)
            hold(lease)
            keeping = keep(self._store.queue, job, lease, self._lease, work)
            keeper = asyncio.create_task(keeping, name=f"lease {job.key}")
            started, outcome = time.monotonic(), "not_kept"
            try:
                outcome = await self._tries(job, begun, incident)
            except LeaseLost:
                outcome = "lost"
                log.warning("somebody else has the job now")
            except asyncio.CancelledError:
                outcome = "lost"
                if not keeper.done():  # told to stop; else the lease is lost and not ours to give
                    outcome = "given_back"
                    await self._tries.give_back(job)
                raise
            except (StoreUnavailable, Unavailable) as error:
                # The lease ends by itself, and whoever claims it then knows that it was begun.
                log.warning("the outcome of a job could not be kept", error=str(error))
            finally:
                keeper.cancel()
                seconds = time.monotonic() - started
                if outcome != "away":
                    self._tries.forget(job)
                self._heard(job.kind, outcome, seconds)
                if outcome == "done":
                    self._in_time = self._in_time or job.kind in PEOPLE_FIRST
                    log.info("job done", seconds=round(seconds, 3))


async def _either(task: "asyncio.Task[None]", begun: asyncio.Event, seconds: float) -> bool:
    """Until the job begins its call or ends, but no longer than so many seconds; False then."""
    waiting = asyncio.create_task(begun.wait())
    try:
        first = asyncio.FIRST_COMPLETED
        done, _ = await asyncio.wait({task, waiting}, timeout=seconds, return_when=first)
        return bool(done)
    finally:
        waiting.cancel()
