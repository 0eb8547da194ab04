"""The queue of jobs: rows that runners claim, keep by a lease, and finish once.

A job that was claimed has a *fence*, the number of its claim: whoever comes back with an older one
has lost it. Real time (Unix seconds) is used throughout.
"""

import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select, text, update
from sqlalchemy.exc import IntegrityError

from incident_bot.domain.decision import JobKind
from incident_bot.store import enqueue
from incident_bot.store.connection import Connection, Database
from incident_bot.store.errors import READ_ONLY, StoreUnavailable
from incident_bot.store.tables import UNFINISHED, jobs
from incident_bot.store.texts import storable_text

LEASE = 15.0

_KINDS = tuple(JobKind)
# What this version can do. During an upgrade a newer replica may ask for more: that is left to it.


class JobState(StrEnum):
    """Where a job stands.

        enqueued ──► WAITING ──claim──► RUNNING ──finish──► DONE
                      ▲   │               │ ▲ │
                      │   │   retry       │ └─┘ heartbeat; claimed again when the lease is over
                      │   │ ◄─────────────┘ │
                      └───┘                 │ bury (tries used up, or it can never work)
                        │                   ▼
                        └─(what it waits    DEAD
                          for is dead)─────►

    `due_at` says when a runner may take it: of a WAITING job the end of its back-off, of a
    RUNNING one the end of its lease. DONE and DEAD are final.
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True)
class Job:
    """A claimed job. `attempt` counts from 1 without the pauses; `started_before` is True when it
    was claimed earlier, so that its effect may already be there. `severity` is its incident's,
    `enqueued_at` Unix seconds, `waits_for` the side outside that did not answer the last try."""

    id: int
    key: str
    kind: JobKind
    ref: str | None
    args: Mapping[str, Any]
    lane: str | None
    attempt: int
    fence: int
    started_before: bool
    severity: int = enqueue.NO_SEVERITY
    enqueued_at: float = 0.0
    waits_for: str | None = None
    urgent: bool = False


# A job that could run as soon as it is due: the head of its lane (one in back-off included), with
# everything done that must come first. The head is the one that runs, else the first: on PostgreSQL
# a job can come into view after a later one of its lane was begun, by a commit that took longer.
_READY = f"""
    SELECT {{what}} FROM job j
    WHERE j.{UNFINISHED} AND j.kind IN :kinds
      AND (j.lane IS NULL OR j.state = 'running' OR NOT EXISTS (
        SELECT 1 FROM job e WHERE e.lane = j.lane AND e.lane IS NOT NULL AND e.{UNFINISHED}
                              AND (e.id < j.id OR e.state = 'running')))
      AND NOT EXISTS (
        SELECT 1 FROM job_after a LEFT JOIN job d ON d.key = a.key
        WHERE a.job = j.key AND (d.state IS NULL OR d.state <> 'done'))
"""  # noqa: S608 - made of constants only

_CLAIMED = (
    *(jobs.c.id, jobs.c.key, jobs.c.kind, jobs.c.ref, jobs.c.args, jobs.c.lane, jobs.c.attempt),
    *(jobs.c.fence, jobs.c.severity, jobs.c.enqueued_at, jobs.c.waits_for, jobs.c.urgent),
)

_CLAIM = f"""
    UPDATE job SET state = 'running', fence = fence + 1, attempt = attempt + 1,
                   worker = :worker, due_at = :until
    WHERE id = ({_READY.format(what="j.id")} AND j.due_at <= :now
                ORDER BY j.urgent DESC, j.severity, j.id LIMIT 1 {{lock}})
      AND due_at <= :now AND {UNFINISHED}
    RETURNING {", ".join(column.name for column in _CLAIMED)}
"""  # noqa: S608

_MINE = (
    (jobs.c.id == bindparam("job_id"))
    & (jobs.c.fence == bindparam("job_fence"))
    & (jobs.c.state == JobState.RUNNING.value)
)


def _holding(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "job_fence": job.fence}


_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE OF j SKIP LOCKED"}
_SOME_KINDS: BindParameter[Any] = bindparam("kinds", expanding=True)
_CLAIM_ONE = {
    dialect: text(_CLAIM.format(lock=lock)).bindparams(_SOME_KINDS).columns(*_CLAIMED)
    for dialect, lock in _LOCK.items()
}
_DUE = text(_READY.format(what="MIN(j.due_at)")).bindparams(_SOME_KINDS)


@dataclass(frozen=True)
class Offer:
    """A runner's word that it would take a job of these kinds now, with a lease of so many
    seconds. `asked` is when (monotonic)."""

    worker: str
    kinds: Collection[JobKind]
    lease: float = LEASE
    asked: float = field(default_factory=time.monotonic)


async def claim(connection: Connection, offer: Offer) -> Job | None:
    """The next job that is due, leased, within the caller's transaction; None when there is none.

    Urgent ones first, then by severity, then by age.
    """
    now = time.time()
    values = {
        "worker": offer.worker,
        "now": now,
        "until": now + offer.lease,
        "kinds": [kind.value for kind in offer.kinds],
    }
    claimed = await connection.execute(_CLAIM_ONE[connection.driver.dialect], values)
    row = claimed.mappings().first()
    if row is None:
        return None
    return Job(
        id=row["id"],
        key=row["key"],
        kind=JobKind(row["kind"]),
        ref=row["ref"],
        args=row["args"],
        lane=row["lane"],
        attempt=row["attempt"],
        fence=row["fence"],
        started_before=row["fence"] > 1,
        severity=row["severity"],
        enqueued_at=row["enqueued_at"],
        waits_for=row["waits_for"],
        urgent=bool(row["urgent"]),
    )


_FINISH = (
    update(jobs)
    .where(_MINE)
    .values(state=JobState.DONE.value, result=bindparam("of_it", type_=jobs.c.result.type))
    .values(error=None)
)


async def finish(connection: Connection, job: Job, result: Mapping[str, Any]) -> bool:
    """Marks it done within the caller's transaction; False when somebody else has it now."""
    done = await connection.execute(_FINISH, {**_holding(job), "of_it": dict(result)})
    return done.rowcount == 1


async def bury(connection: Connection, job: Job, error: str) -> bool:
    """Marks it dead, and what waits for it, within the caller's transaction; False as above."""
    done = await connection.execute(
        update(jobs).where(_MINE).values(state=JobState.DEAD.value, error=storable_text(error)),
        _holding(job),
    )
    if done.rowcount != 1:
        return False
    await enqueue.bury_dependants(connection, job.key)
    return True


class Queue:
    """Hands out jobs. Every call is a short transaction of its own, so none may be made while the
    same task has a Unit open; within one, use Unit.finish and Unit.bury."""

    def __init__(self, write: Database | None, read: Database) -> None:
        self._write = write
        self._read = read

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Connection]:
        if self._write is None:
            raise StoreUnavailable(READ_ONLY)
        async with self._write.transaction() as connection:
            yield connection

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        async with self._read.transaction() as connection:
            yield connection

    async def claim(
        self, worker: str, lease: float = LEASE, kinds: Collection[JobKind] = _KINDS
    ) -> Job | None:
        """The next job of these kinds that is due, now leased for `lease` seconds; None when there
        is none. Urgent ones first, then by severity, then by age."""
        try:
            async with self._writing() as connection:
                return await claim(connection, Offer(worker, kinds, lease))
        except StoreUnavailable as error:
            if isinstance(error.__cause__, IntegrityError):
                return None  # another replica has just taken the head of this lane
            raise

    async def heartbeat(self, job: Job, lease: float = LEASE) -> bool:
        """Keeps the job for `lease` more seconds; False when somebody else has it now."""
        async with self._writing() as connection:
            done = await connection.execute(
                update(jobs).where(_MINE).values(due_at=time.time() + lease), _holding(job)
            )
        return done.rowcount == 1

    async def retry(
        self,
        job: Job,
        seconds: float,
        error: str,
        paused: bool = False,
        waits_for: str | None = None,
    ) -> bool:
        """Gives it back, due again in `seconds`. `paused`: this try does not count. `waits_for`:
        the side outside that is away; `hurry` makes it due when that is back."""
        async with self._writing() as connection:
            done = await connection.execute(
                update(jobs)
                .where(_MINE)
                .values(
                    state=JobState.WAITING.value,
                    due_at=time.time() + seconds,
                    error=storable_text(error),
                    attempt=job.attempt - 1 if paused else job.attempt,
                    worker=None,
                    waits_for=waits_for,
                ),
                _holding(job),
            )
        return done.rowcount == 1

    async def hurry(self, waits_for: str) -> int:
        """What waits for this side of the outside is due now, for it is back; how many."""
        async with self._writing() as connection:
            done = await connection.execute(
                update(jobs)
                .where(jobs.c.waits_for == waits_for, jobs.c.state == JobState.WAITING.value)
                .values(due_at=time.time(), waits_for=None)
            )
        return done.rowcount

    async def bury(self, job: Job, error: str) -> bool:
        """Marks it dead for good, and what waits for it; False when somebody else has it now."""
        async with self._writing() as connection:
            return await bury(connection, job, error)

    async def bury_orphans(self) -> int:
        """Buries what waits for a dead job and was enqueued just as that died; how many."""
        async with self._writing() as connection:
            return await enqueue.bury_orphans(connection)

    async def release_all(self) -> int:
        """Ends every lease at once; how many. Only where no other process can be alive."""
        async with self._writing() as connection:
            done = await connection.execute(
                update(jobs).where(jobs.c.state == JobState.RUNNING.value).values(due_at=0.0)
            )
        return done.rowcount

    async def next_due(self, kinds: Collection[JobKind] = _KINDS) -> float | None:
        """Seconds until some job of these kinds can be claimed (0: now); None when nothing could
        ever be, as it stands."""
        async with self._reading() as connection:
            due = (
                await connection.execute(_DUE, {"kinds": [kind.value for kind in kinds]})
            ).scalar()
        return None if due is None else max(0.0, float(due) - time.time())

    async def pending(self, ref: str | None = None) -> list[str]:
        """The keys of unfinished jobs, oldest first, of one incident or of all."""
        query = select(jobs.c.key).where(text(UNFINISHED)).order_by(jobs.c.id)
        if ref is not None:
            query = query.where(jobs.c.ref == ref)
        async with self._reading() as connection:
            return list((await connection.execute(query)).scalars())

    async def state_of(self, key: str) -> tuple[JobState, str | None] | None:
        """Where the job of this key stands and its last error; None when there is none."""
        query = select(jobs.c.state, jobs.c.error).where(jobs.c.key == key)
        async with self._reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (JobState(row.state), row.error)

    async def by_state(self) -> dict[str, int]:
        """How many jobs there are in each state."""
        query = select(jobs.c.state, func.count().label("number")).group_by(jobs.c.state)
        async with self._reading() as connection:
            rows = await connection.rows(query)
        return {str(state): 0 for state in JobState} | {row["state"]: row["number"] for row in rows}
