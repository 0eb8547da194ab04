"""Tells the rooms that wait for PagerDuty that it does not answer: once for each and outage."""

from collections import defaultdict
from collections.abc import Awaitable, Callable

from incident_bot.domain.commands import TellOutage
from incident_bot.domain.people import BOT
from incident_bot.jobs.outside import Outside
from incident_bot.store import Store

Handle = Callable[[TellOutage, str], Awaitable[object]]
"""`handle(command, ref)`: have it decided."""


class Telling:
    """A sweep. `after`: seconds without an answer until rooms are told."""

    def __init__(self, store: Store, outside: Outside, handle: Handle, after: float) -> None:
        self._store = store
        self._outside = outside
        self._handle = handle
        self._after = after
        self._told: set[str] = set()

    async def sweep(self) -> None:
        """Tell those that have not been told yet. Raises StoreUnavailable."""
        since = self._outside.away_since("pagerduty")
        if since is None:
            self._told.clear()
            return
        if self._outside.away_seconds("pagerduty") < self._after:
            return
        waiting: dict[str, list[str]] = defaultdict(list)
        for key in await self._store.queue.pending():
            waiting[key.partition("/")[0]].append(key)
        for ref, keys in waiting.items():
            if ref not in self._told and ref.startswith("INC-"):
                await self._handle(TellOutage(actor=BOT, since=since, waiting=tuple(keys)), ref)
                self._told.add(ref)
