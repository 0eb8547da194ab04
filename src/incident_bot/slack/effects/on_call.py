"""Who is on call, asked once for everybody who wants to know at the same moment; and how long
those who are known wait for PagerDuty to tell about the others."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from incident_bot.effects import Away
from incident_bot.slack.effects.needs import OnCallNow
from incident_bot.store import KnownPerson

FRESH = 60.0  # seconds that an answer is good for
PATIENCE = 1.5  # seconds that a question to PagerDuty may hold up what is done in Slack
T = TypeVar("T")


class OnCall:
    """Shares one question between the job that looks people up and those that invite them."""

    def __init__(self, ask: OnCallNow) -> None:
        self._ask = ask
        self._asked: dict[str, tuple[float, asyncio.Task[Sequence[KnownPerson]]]] = {}

    async def __call__(self, escalation_policy_id: str) -> Sequence[KnownPerson]:
        """The people of the first level, in PagerDuty's order. Raises what the question raises."""
        now = time.monotonic()
        self._asked = {k: kept for k, kept in self._asked.items() if now - kept[0] < FRESH}
        known = self._asked.get(escalation_policy_id)
        if known is None or _failed(known[1]):
            task = asyncio.ensure_future(self._answer(escalation_policy_id))
            task.add_done_callback(_failed)  # nobody may have had the time to wait for it
            known = self._asked[escalation_policy_id] = (now, task)
        return await asyncio.shield(known[1])

    async def _answer(self, escalation_policy_id: str) -> Sequence[KnownPerson]:
        return await self._ask(escalation_policy_id)


def _failed(task: asyncio.Task[Sequence[KnownPerson]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def soon(look: Awaitable[T]) -> T:
    """Away when it takes too long; the look-up goes on, and the next try may find it done."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await look
    except TimeoutError:
        raise Away("PagerDuty has not answered yet", "pagerduty") from None
