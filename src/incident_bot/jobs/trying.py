"""One try at a job: its handler is called, and what became of it is kept."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

import structlog

from incident_bot.domain.commands import Command
from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Incident
from incident_bot.domain.levels import Retries
from incident_bot.effects import Away, Done, Effect, GiveUp, Handler, Later, LeaseLost
from incident_bot.jobs.backoff import MAX_ATTEMPTS, back_off
from incident_bot.jobs.pools import Pools
from incident_bot.service import Unavailable
from incident_bot.store import Job, Store, StoreUnavailable

NO_HANDLER = "This version of Incident Bot cannot do that; update it."
TOO_OFTEN = "“{what}” failed {attempts} times, last with: {error}. Please do it by hand."
TOO_LATE = "“{what}” was put off for too long: {error}. Please do it by hand."
TOLD = "The room was told. Mend the cause; what this job was to do has to be done by hand."
NOT_TOLD = "No room hears of it. Mend the cause; what this job was to do has to be done by hand."

ROOMLESS = frozenset({JobKind.CREATE_ROOM, JobKind.SAY, JobKind.ANNOUNCE_ALERT})
"""Kinds whose failure no room hears of: there is none, or it is what could not be told."""

log = structlog.get_logger(__name__)


class Outcomes(Protocol):
    """What the runner needs of the service: where outcomes become commands.

    They raise LeaseLost when somebody else has the job, Unavailable when nothing was kept.
    """

    async def finish(self, job: Job, done: Done) -> None:
        """Marks it done and handles `done.then`, in one commit."""

    async def handle(self, command: Command, *, ref: str) -> object:
        """Has a command decided: what part of a job is confirmed before all of it is."""

    async def give_up(self, job: Job, sentence: str) -> None:
        """Buries the job and tells the room."""


class Tries:
    """Tries that may take `seconds` each. `retries`: for how long and how often what the other side
    does not answer is tried again."""

    def __init__(
        self,
        store: Store,
        service: Outcomes,
        handlers: Mapping[JobKind, Handler],
        pools: Pools,
        retries: Retries,
        seconds: float,
    ) -> None:
        self._store = store
        self._service = service
        self._handlers = handlers
        self._pools = pools
        self._retries = retries
        self._try_seconds = seconds
        self._in_vain: Counter[str] = Counter()
        self._began = time.time()

    async def __call__(self, job: Job, begun: asyncio.Event, incident: Incident | None) -> str:
        """Performs it; the word for what became of it (see runner.OUTCOMES). `begun` is set when
        its call goes out; `incident` None: the state is read.

        Raises LeaseLost, StoreUnavailable and Unavailable when nothing could be kept.
        """
        if job.attempt > MAX_ATTEMPTS:
            state = await self._store.queue.state_of(job.key)
            return await self._failed_too_often(job, (state[1] if state else None) or "no answer")
        handler = self._handlers.get(job.kind)
        if handler is None:
            return await self._give_up(job, NO_HANDLER)
        try:
            if incident is None and job.ref:
                incident = await self._store.incident(job.ref)
            effect = Effect(job=job, incident=incident, again=job.started_before, begins=begun.set)
            async with asyncio.timeout(self._try_seconds):
                done = await handler(effect)
            await self._service.finish(job, done)
            return "done"
        except Later as later:
            if later.then is not None and job.ref is not None:
                await self._service.handle(later.then, ref=job.ref)
            if isinstance(later, Away):
                return await self._unanswered(job, later)
            seconds = self._back_off(job.attempt) if later.seconds is None else later.seconds
            if later.paused and self._pools.lacks_room(job.kind):
                seconds = 0.0  # who is next when there is room is for the queue to say
            return await self._again(job, seconds, str(later), paused=later.paused)
        except GiveUp as error:
            return await self._give_up(job, str(error))
        except TimeoutError:
            return await self._again(job, self._back_off(job.attempt), "it took too long")
        except LeaseLost:
            raise  # told by the caller
        except (StoreUnavailable, Unavailable) as error:
            return await self._again(job, self._back_off(job.attempt), str(error))
        except Exception as error:
            # The outermost edge of a job: whether its effect is there is unknown.
            log.exception("a job broke")
            # Its words may be private or mean nothing to people: they are in the log.
            words = f"an unexpected error ({type(error).__name__}, see the log)"
            return await self._again(job, self._back_off(job.attempt), words)

    def forget(self, job: Job) -> None:
        """The other side has answered for this job, or it is nobody's here any more."""
        self._in_vain.pop(job.key, None)

    async def _unanswered(self, job: Job, away: Away) -> str:
        """Tried again until the other side answers: how often is no matter, how long is.

        How often it was is only kept here: whoever takes it over begins with short pauses.
        """
        since = job.enqueued_at or self._began  # an older version does not say when
        if time.time() - since > self._retries.give_up_after.total_seconds():
            return await self._give_up(job, TOO_LATE.format(what=_what(job), error=away))
        self._in_vain[job.key] += 1
        seconds = self._back_off(self._in_vain[job.key])
        told = log.info if self._in_vain[job.key] == 1 else log.debug  # an outage is long
        told("a job will be tried again", retry_in_seconds=round(seconds, 2), error=str(away))
        await self._store.queue.retry(job, seconds, str(away), paused=True, waits_for=away.side)
        return "away"

    def _back_off(self, attempt: int) -> float:
        times = self._retries
        return back_off(attempt, times.first.total_seconds(), times.longest.total_seconds())

    async def _again(self, job: Job, seconds: float, error: str, *, paused: bool = False) -> str:
        if job.attempt >= MAX_ATTEMPTS and not paused:
            return await self._failed_too_often(job, error)
        log.info("a job will be tried again", retry_in_seconds=round(seconds, 2), error=error)
        await self._store.queue.retry(job, seconds, error, paused=paused)
        return "paused" if paused else "again"

    async def _failed_too_often(self, job: Job, error: str) -> str:
        sentence = TOO_OFTEN.format(what=_what(job), attempts=MAX_ATTEMPTS, error=error)
        return await self._give_up(job, sentence)

    async def _give_up(self, job: Job, sentence: str) -> str:
        await self._service.give_up(job, sentence)
        told = job.ref is not None and job.kind not in ROOMLESS
        log.error("job dead", error=sentence, todo=TOLD if told else NOT_TOLD)
        return "dead"

    async def give_back(self, job: Job) -> None:
        """Lets others have it at once; the try does not count."""
        with suppress(StoreUnavailable):
            await self._store.queue.retry(job, 0.0, "the bot was stopped", paused=True)


def _what(job: Job) -> str:
    return job.kind.replace("_", " ").capitalize()
