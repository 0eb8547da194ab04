"""Decisions made by hand, for the tests of the store."""

from datetime import UTC, datetime, timedelta

from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Actor, Person, by
from incident_bot.domain.words import Severity
from incident_bot.store import Job, Store

T0 = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)
ALICE = Person(name="Alice Smith", handle="alice", slack_id="U1")
WHO: Actor = by(ALICE)
REPLICAS = 4


def at(minutes: int) -> datetime:
    """So many minutes into the story."""
    return T0 + timedelta(minutes=minutes)


def decision(*bodies: e.Body, jobs: tuple[NewJob, ...] = ()) -> Decision:
    """Entries that happened at T0."""
    return Decision(entries=tuple(NewEntry(body, T0) for body in bodies), jobs=jobs)


async def opened(
    store: Store, *more: e.Body, group: str | None = None, jobs: tuple[NewJob, ...] = ()
) -> str:
    """A new incident; its reference."""
    body = e.Opened(title="Checkout is down", severity=Severity.SEV2, group=group)
    async with store.unit() as unit:
        ref = await unit.next_ref()
        await unit.apply(Incident(ref=ref), decision(body, *more, jobs=jobs), WHO, T0)
    return ref


async def change(store: Store, ref: str, what: Decision) -> Incident:
    """Applies a decision to a known incident; the state after it."""
    async with store.unit() as unit:
        before = await unit.incident(ref)
        assert before is not None
        return await unit.apply(before, what, WHO, at(5))


def job(key: str, **more: object) -> NewJob:
    """A job with nothing particular about it."""
    return NewJob(JobKind.SAY, key, **more)  # type: ignore[arg-type]  # fields by name


async def enqueue(store: Store, *new: NewJob) -> None:
    """Puts jobs into the queue that belong to no incident."""
    async with store.unit() as unit:
        await unit.enqueue(new)


async def claim(store: Store, worker: str = "w1") -> Job:
    """Claims the next job, which must be there."""
    claimed = await store.queue.claim(worker)
    assert claimed is not None
    return claimed


async def finish(store: Store, done: Job, **result: object) -> bool:
    """Marks a job done."""
    async with store.unit() as unit:
        return await unit.finish(done, result)
