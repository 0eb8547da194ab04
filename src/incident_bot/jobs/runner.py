"""The runner: claims jobs, performs them through handlers, and hands their outcome to the service.

It keeps nothing that is needed to go on: kill it anywhere, and whoever claims the job next (after
the lease, or at once when a SQLite process starts) carries on, knowing that it was begun before.
"""

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog

from incident_bot.domain.decision import JobKind
from incident_bot.effects import Done, Effect, GiveUp, Handler, Later
from incident_bot.jobs.backoff import MAX_ATTEMPTS, back_off
from incident_bot.service import LeaseLost, Unavailable
from incident_bot.store import Job, Store, StoreUnavailable
from incident_bot.store.queue import LEASE

POLL_SECONDS = 1.0
TRY_SECONDS = 120.0
PEOPLE_FIRST = frozenset({JobKind.INVITE})
HEAD_START = 0.1
"""Seconds that such a job is given to begin its call before any other is taken."""
GIVE_BACK_SECONDS = 2.0
"""How long a stop waits for the database to take back what was broken off; else its lease ends."""
_NOT_SOONER = 0.02

NO_HANDLER = "This version of Incident Bot cannot do that; update it."
TOO_OFTEN = "“{what}” failed {attempts} times, last with: {error}. Please do it by hand."
TOLD = "The room was told. Mend the cause; what this job was to do has to be done by hand."
NOT_TOLD = "No room hears of it. Mend the cause; what this job was to do has to be done by hand."

OUTCOMES = ("done", "again", "paused", "dead", "given_back", "lost", "not_kept")
"""What can become of a try: performed; to be tried again (the try counts, or not: a rate limit);
given up; stopped with the bot; its lease is over, so another replica has it or may have it; its
outcome could not be stored."""

Heard = Callable[[JobKind, str, float], None]

log = structlog.get_logger(__name__)


class Outcomes(Protocol):
    """What the runner needs of the service: where outcomes become commands.

    Both raise LeaseLost when somebody else has the job, Unavailable when nothing was kept.
    """

    async def finish(self, job: Job, done: Done) -> None:
        """Marks it done and handles `done.then`, in one commit."""

    async def give_up(self, job: Job, sentence: str) -> None:
        """Buries the job and tells the room."""


class Runner:
    """Up to `concurrency` jobs at a time. `lease` in seconds; a try may take `try_seconds`.

    `heard(kind, outcome, seconds)` hears what became of each try (one of OUTCOMES).
    """

    def __init__(
        self,
        store: Store,
        service: Outcomes,
        handlers: Mapping[JobKind, Handler],
        concurrency: int = 8,
        *,
        lease: float = LEASE,
        try_seconds: float = TRY_SECONDS,
        heard: Heard = lambda kind, outcome, seconds: None,
    ) -> None:
        self._store = store
        self._service = service
        self._handlers = handlers
        self._lease = lease
        self._try_seconds = try_seconds
        self._heard = heard
        self._slots = asyncio.Semaphore(concurrency)
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False
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
            await self._slots.acquire()
            self._woken.clear()
            asked = time.monotonic()
            try:
                job = None if self._stopping else await self._claim()
            except BaseException:
                self._slots.release()
                raise
            if job is None:
                self._slots.release()
                await self._wait()
            else:
                begun = asyncio.Event()
                work = self._perform(job, begun, until=asked + self._lease)
                task = asyncio.create_task(work, name=f"job {job.key}")
                self._running.add(task)
                task.add_done_callback(self._ended)
                if job.kind in PEOPLE_FIRST:
                    await _either(task, begun, HEAD_START)

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

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        self.wake()  # what waited for it may go now
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a job's task broke", task=task.get_name(), exc_info=error)

    async def _claim(self) -> Job | None:
        try:
            return await self._store.queue.claim(self.name, self._lease)
        except StoreUnavailable as error:
            log.warning("no job could be claimed", error=str(error))
            await asyncio.sleep(POLL_SECONDS)
            return None

    async def _wait(self) -> None:
        """Until somebody wakes us, the next job is due, or it is time to look."""
        while not (self._woken.is_set() or self._stopping):
            due = await self._next_due()
            if due <= 0 and not self._woken.is_set():
                await asyncio.sleep(_NOT_SOONER)  # another runner may just be taking it
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(min(POLL_SECONDS, max(due, _NOT_SOONER))):
                    await self._woken.wait()

    async def _next_due(self) -> float:
        try:
            due = await self._store.queue.next_due()
        except StoreUnavailable:
            return POLL_SECONDS
        return POLL_SECONDS if due is None else due

    # One job

    async def _perform(self, job: Job, begun: asyncio.Event, until: float) -> None:
        with structlog.contextvars.bound_contextvars(
            job=job.key, kind=str(job.kind), ref=job.ref, attempt=job.attempt
        ):
            work = asyncio.current_task()
            assert work is not None
            keeper = asyncio.create_task(self._keep(job, work, until), name=f"lease {job.key}")
            started, outcome = time.monotonic(), "not_kept"
            try:
                outcome = await self._try(job, begun)
            except LeaseLost:
                outcome = "lost"
                log.warning("somebody else has the job now")
            except asyncio.CancelledError:
                outcome = "lost"
                if not keeper.done():  # told to stop; else the lease is lost and not ours to give
                    outcome = "given_back"
                    await self._give_back(job)
                raise
            except (StoreUnavailable, Unavailable) as error:
                # The lease ends by itself, and whoever claims it then knows that it was begun.
                log.warning("the outcome of a job could not be kept", error=str(error))
            finally:
                keeper.cancel()
                seconds = time.monotonic() - started
                self._heard(job.kind, outcome, seconds)
                if outcome == "done":
                    log.info("job done", seconds=round(seconds, 3))

    async def _keep(self, job: Job, work: "asyncio.Task[None]", until: float) -> None:
        """Renews the lease, which ends at `until` (monotonic); without it, breaks the work off."""
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(self._lease / 3, left))
            asked = time.monotonic()
            renewing = asyncio.create_task(self._renew(job), name=f"renewal {job.key}")
            try:
                await asyncio.wait({renewing}, timeout=until - asked)
            finally:
                renewing.cancel()  # a database that hangs does not prolong it
            kept = renewing.result() if renewing.done() else None
            if kept is False:
                break
            if kept:
                until = asked + self._lease
        log.warning("the lease is over: somebody else has the job, or may take it")
        work.cancel()

    async def _renew(self, job: Job) -> bool | None:
        """False when somebody else has the job now, None when the database does not say."""
        try:
            return await self._store.queue.heartbeat(job, self._lease)
        except StoreUnavailable as error:
            log.warning("the lease could not be renewed", error=str(error))
            return None

    async def _try(self, job: Job, begun: asyncio.Event) -> str:
        if job.attempt > MAX_ATTEMPTS:
            state = await self._store.queue.state_of(job.key)
            return await self._failed_too_often(job, (state[1] if state else None) or "no answer")
        handler = self._handlers.get(job.kind)
        if handler is None:
            return await self._give_up(job, NO_HANDLER)
        try:
            incident = await self._store.incident(job.ref) if job.ref else None
            effect = Effect(job=job, incident=incident, again=job.started_before, begins=begun.set)
            async with asyncio.timeout(self._try_seconds):
                done = await handler(effect)
            await self._service.finish(job, done)
            return "done"
        except Later as later:
            seconds = back_off(job.attempt) if later.seconds is None else later.seconds
            return await self._again(job, seconds, str(later), paused=later.paused)
        except GiveUp as error:
            return await self._give_up(job, str(error))
        except TimeoutError:
            return await self._again(job, back_off(job.attempt), "it took too long")
        except LeaseLost:
            raise  # told by the caller
        except (StoreUnavailable, Unavailable) as error:
            return await self._again(job, back_off(job.attempt), str(error))
        except Exception as error:
            # The outermost edge of a job: whether its effect is there is unknown.
            log.exception("a job broke")
            # Its words may be private or mean nothing to people: they are in the log.
            words = f"an unexpected error ({type(error).__name__}, see the log)"
            return await self._again(job, back_off(job.attempt), words)

    async def _again(self, job: Job, seconds: float, error: str, *, paused: bool = False) -> str:
        if job.attempt >= MAX_ATTEMPTS and not paused:
            return await self._failed_too_often(job, error)
        log.info("a job will be tried again", retry_in_seconds=round(seconds, 2), error=error)
        await self._store.queue.retry(job, seconds, error, paused=paused)
        return "paused" if paused else "again"

    async def _failed_too_often(self, job: Job, error: str) -> str:
        what = job.kind.replace("_", " ").capitalize()
        sentence = TOO_OFTEN.format(what=what, attempts=MAX_ATTEMPTS, error=error)
        return await self._give_up(job, sentence)

    async def _give_up(self, job: Job, sentence: str) -> str:
        await self._service.give_up(job, sentence)
        log.error("job dead", error=sentence, todo=TOLD if job.ref else NOT_TOLD)
        return "dead"

    async def _give_back(self, job: Job) -> None:
        """Lets others have it at once; the try does not count."""
        with suppress(StoreUnavailable):
            await self._store.queue.retry(job, 0.0, "the bot was stopped", paused=True)


async def _either(task: "asyncio.Task[None]", begun: asyncio.Event, seconds: float) -> None:
    """Until the job begins its call or ends, but no longer than so many seconds."""
    waiting = asyncio.create_task(begun.wait())
    try:
        await asyncio.wait({task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
