"""What people pinned, edited and deleted while Slack could not tell us: looked for in every room.

At the start, and whenever Slack was away. The rooms of what is under way, and of what has been over
for less than a day.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.domain.incident import Incident
from incident_bot.domain.words import Milestone
from incident_bot.store import Store, Unit

AFTERWARDS = timedelta(days=1)
MOST = 500
LAST = 9
"""A severity behind all others: nobody waits for it."""


class CatchingUp:
    """`now` gives domain time; `wake` is the runner's."""

    def __init__(self, store: Store, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self._store = store
        self._now = now
        self._wake = wake

    async def begin(self) -> None:
        """Has every such room looked through once. Raises StoreUnavailable: the next occasion does
        for this one too."""
        if wanted := await self._wanted():
            await self._store.record(lambda unit: self._ask(unit, wanted))
            self._wake()

    async def _wanted(self) -> list[Incident]:
        read = self._store.incidents
        under_way = await read(only_open=True, include_private=True, limit=MOST)
        newest = await read(only_open=False, include_private=True, limit=MOST)
        every = {each.ref: each for each in (*under_way, *newest)}
        return [each for each in every.values() if each.room and self._is_fresh(each)]

    def _is_fresh(self, incident: Incident) -> bool:
        over = incident.times.get(Milestone.RESOLVED)
        return not incident.is_over or (over is not None and self._now() - over < AFTERWARDS)

    async def _ask(self, unit: Unit, wanted: Sequence[Incident]) -> None:
        occasion = int(time.time() * 1000)
        for incident in wanted:
            key = f"{incident.ref}/catch-up/{occasion}"
            lane = f"{incident.ref}/catch-up"
            job = NewJob(kind=JobKind.CATCH_UP, key=key, lane=lane)
            await unit.enqueue((job,), incident.ref, LAST)
