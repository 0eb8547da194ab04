"""Deliveries that ask for nothing, kept together: all that come while a commit is under way go into
the next one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from incident_bot.store.inbox import Delivery
from incident_bot.store.store import Store
from incident_bot.store.unit import Unit


@dataclass(frozen=True)
class _Waiting:
    delivery: Delivery
    outcome: str
    told: "asyncio.Future[bool]"


class Keeper:
    """One commit at a time; whoever gives up keeps nobody else waiting."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def keep(self, delivery: Delivery, outcome: str) -> bool:
        """False: it was there already. Raises StoreUnavailable when it could not be committed."""
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(delivery, outcome, told))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="keep deliveries")
        return await told

    async def _work(self) -> None:
        while self._waiting:
            # In one order everywhere, so that two replicas do not wait for one another.
            batch = sorted(self._waiting, key=lambda each: each.delivery.id)
            self._waiting = []
            try:
                answers: Sequence[bool | Exception] = await self._commit(batch)
            except Exception as error:  # each of those who wait raises it
                answers = [error] * len(batch)
            for each, kept in zip(batch, answers, strict=True):
                if each.told.done():
                    continue  # whoever brought it has given up
                if isinstance(kept, bool):
                    each.told.set_result(kept)
                else:
                    each.told.set_exception(kept)

    async def _commit(self, batch: Sequence[_Waiting]) -> list[bool]:
        async def work(unit: Unit) -> list[bool]:
            return [await unit.keep(each.delivery, each.outcome) for each in batch]

        return await self._store.record(work, recognised=True)
