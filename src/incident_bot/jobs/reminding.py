"""The sweep that reminds: it asks the database what is due, and has each decided.

What a reminder says, and whether it still holds, is the domain's. In the same commit it is noted
as told, so that two replicas, or one that dies, never say it twice.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from incident_bot.domain.commands import Remind
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT
from incident_bot.service import Unavailable
from incident_bot.store import Store, StoreUnavailable

log = structlog.get_logger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks."""

PLAN_EVERY = 300.0
"""Seconds (real time) after which everything that is open is planned anew."""

MOST = 50
"""Incidents in one look: after an outage of the bot the others come in the next."""

_PAGE = 100


class Reminding:
    """`handle(command, ref)` has it decided; `now` is domain time, aware UTC; `plan` says when a
    state's next reminder is due (Unix seconds, None: never)."""

    def __init__(
        self,
        store: Store,
        handle: Callable[[Remind, str], Awaitable[object]],
        now: Callable[[], datetime],
        plan: Callable[[Incident], float | None],
    ) -> None:
        self._store = store
        self._handle = handle
        self._now = now
        self._plan = plan
        self._planned_at = -PLAN_EVERY

    async def sweep(self) -> None:
        """Everything that is due. Raises StoreUnavailable."""
        if time.monotonic() - self._planned_at >= PLAN_EVERY:
            await self.plan_anew()
        for ref in await self._store.to_remind(self._now().timestamp(), MOST):
            try:
                await self._handle(Remind(actor=BOT), ref)
            except Unavailable as error:
                raise StoreUnavailable(str(error)) from error
            except Exception:  # the edge of one incident: the others must be reminded all the same
                log.exception("an incident could not be reminded", ref=ref)

    async def plan_anew(self) -> None:
        """The configuration may have changed since this was last planned, or a replica of an older
        version may have opened an incident. Raises StoreUnavailable."""
        refs = await self._store.planned_reminders()
        for start in range(0, len(refs), _PAGE):
            await self._store.plan_reminders(refs[start : start + _PAGE], self._plan)
        self._planned_at = time.monotonic()
