"""Putting jobs into the queue within a transaction, and what happens to those that wait in vain."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, insert, select, update

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.store import merging
from incident_bot.store.connection import Connection
from incident_bot.store.tables import job_afters, jobs

INDEPENDENT = frozenset(
    {
        JobKind.LOOK_UP_PEOPLE,
        JobKind.ANNOUNCE,
        JobKind.ANNOUNCE_ALERT,
        JobKind.PAGERDUTY_RESOLVE,
        JobKind.PAGERDUTY_ACKNOWLEDGE,
        JobKind.PAGERDUTY_NOTE,
        JobKind.ASK_QUESTION,
    }
)
"""Kinds that are still worth doing when what they come after has failed for good."""

IN_VAIN = "the thing before it failed"
NO_SEVERITY = 3
"""The place of jobs that belong to no incident."""


# Made once: to make a statement takes longer than to run it.
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_STATES = select(jobs.c.key, jobs.c.state).where(jobs.c.key.in_(_KEYS))
_ADD, _ADD_AFTER = insert(jobs), insert(job_afters)


async def enqueue(
    connection: Connection,
    ref: str | None,
    new: Sequence[NewJob],
    severity: int = NO_SEVERITY,
) -> None:
    """Adds jobs in this order; a key that is already there is left as it is, whatever became of
    it, and what a job that waits does anyway (`merging`) is left to that. `severity` of the
    incident: the lower, the sooner."""
    if not new:
        return
    named = {job.key for job in new} | {key for job in new for key in job.after}
    found = await connection.execute(_STATES, {"keys": sorted(named)})
    states: dict[str, str] = {row.key: row.state for row in found}
    rows, links = [], []
    waiting = await merging.waiting(connection, new)
    for job in new:
        if job.key in states or await waiting.takes(connection, job):
            continue
        before = {key: states.get(key, "") for key in job.after}
        in_vain = "dead" in before.values() and job.kind not in INDEPENDENT
        states[job.key] = "dead" if in_vain else "waiting"
        rows.append(_row(ref, job, severity, IN_VAIN if in_vain else None))
        if not in_vain:
            links += [
                {"job": job.key, "key": key}
                for key, state in before.items()
                if state not in ("done", "dead")
            ]
    if rows:
        await connection.execute(_ADD, rows)
    if links:
        await connection.execute(_ADD_AFTER, links)


def _row(ref: str | None, job: NewJob, severity: int, error: str | None) -> dict[str, Any]:
    now = time.time()
    return {
        "key": job.key,
        "kind": str(job.kind),
        "ref": ref,
        "args": dict(job.args),
        "lane": job.lane,
        "urgent": int(job.urgent),
        "severity": severity,
        "state": "dead" if error else "waiting",
        "error": error,
        "due_at": now,
        "enqueued_at": now,
        "attempt": 0,
        "fence": 0,
    }


async def reorder(connection: Connection, ref: str, severity: int) -> None:
    """What the incident still waits for gets the place of its new severity."""
    await connection.execute(
        update(jobs)
        .where(jobs.c.ref == ref, jobs.c.state.in_(("waiting", "running")))
        .values(severity=severity)
    )


async def bury_dependants(connection: Connection, key: str) -> int:
    """What waits for a dead job dies too, and so on down; independent kinds wait no more."""
    rows = await connection.execute(
        select(jobs.c.key, jobs.c.kind)
        .join(job_afters, job_afters.c.job == jobs.c.key)
        .where(job_afters.c.key == key, jobs.c.state == "waiting")
    )
    buried = 0
    for row in rows.all():
        waiting, kind = row.key, row.kind
        links = delete(job_afters).where(job_afters.c.job == waiting)
        if kind in INDEPENDENT:
            await connection.execute(links.where(job_afters.c.key == key))
        else:
            await connection.execute(links)
            await connection.execute(
                update(jobs).where(jobs.c.key == waiting).values(state="dead", error=IN_VAIN)
            )
            buried += 1 + await bury_dependants(connection, waiting)
    return buried


async def bury_orphans(connection: Connection) -> int:
    """Buries what still waits for a dead job: two replicas may commit both at the same moment."""
    rows = await connection.execute(
        select(job_afters.c.key)
        .join(jobs, jobs.c.key == job_afters.c.key)
        .where(jobs.c.state == "dead")
        .distinct()
    )
    return sum([await bury_dependants(connection, key) for key in rows.scalars().all()])
