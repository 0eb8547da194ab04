"""Jobs that show an incident as it is when they begin: one that waits does for all after it.

In a storm of alerts hundreds of edits of one message are asked for, and a few are made.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text, update

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.store.connection import Connection
from incident_bot.store.tables import UNFINISHED, jobs

LATEST = frozenset(
    {
        JobKind.UPDATE_SUMMARY,
        JobKind.UPDATE_ALERTS,
        JobKind.UPDATE_ANNOUNCEMENT,
        JobKind.UPDATE_QUESTION,
        JobKind.PUBLISH_HOME,
        JobKind.LOOK_AT_MESSAGE,
        JobKind.CATCH_UP,
    }
)
"""What the later one says counts; `calm` only when both are."""


@dataclass
class _Waiting:
    id: int
    args: Mapping[str, Any]


class Waiting:
    """The last job that waits, for each lane and kind. Ours until the transaction ends."""

    def __init__(self, found: Mapping[tuple[str | None, str], _Waiting]) -> None:
        self._found = found

    async def takes(self, connection: Connection, job: NewJob) -> bool:
        """True when a job that waits has taken over what this one was to do."""
        known = self._found.get((job.lane, str(job.kind)))
        if known is None:
            return False
        args = {**known.args, **job.args}
        if not (known.args.get("calm") and job.args.get("calm")):
            args.pop("calm", None)
        known.args = args
        await connection.execute(
            update(jobs).where(jobs.c.id == known.id).values(args=args, enqueued_at=time.time())
        )
        return True


async def waiting(connection: Connection, new: Sequence[NewJob]) -> Waiting:
    """What waits in the lanes of these jobs. One that is just being claimed is left out: it may
    have read the incident already."""
    lanes = {job.lane for job in new if job.kind in LATEST and job.lane is not None}
    if not lanes:
        return Waiting({})
    rows = await connection.execute(
        select(jobs.c.id, jobs.c.lane, jobs.c.kind, jobs.c.args)
        .where(text(f"lane IS NOT NULL AND {UNFINISHED}"))
        .where(jobs.c.lane.in_(lanes), jobs.c.state == "waiting", jobs.c.kind.in_(LATEST))
        .order_by(jobs.c.id)
        .with_for_update(skip_locked=True)
    )
    return Waiting({(row.lane, row.kind): _Waiting(row.id, row.args) for row in rows.all()})
