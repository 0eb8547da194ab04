"""Whether Slack and PagerDuty answer, as this process hears it from its own calls.

A side is away when nothing has come back from it for some calls in a row. When a method that had
failed works again, all that waits for that side is hurried: due at once, in the queue's order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, get_args

import structlog

from incident_bot.effects import Side
from incident_bot.store import StoreUnavailable

log = structlog.get_logger(__name__)

UNANSWERED = "unknown"
"""The outcome of a call that no usable answer came to."""

SIDES: tuple[Side, ...] = get_args(Side)
NAMES = {"slack": "Slack", "pagerduty": "PagerDuty"}


class Counted(Protocol):
    """Who counts calls (`web.Metrics`)."""

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """One call out."""


@dataclass
class _Reached:
    """What is known of a side. `unanswered_since` is the start of the first call in a row that no
    answer came to (monotonic, and aware UTC); `failing` are methods without an answer."""

    since: datetime | None = None
    unanswered_since: float | None = None
    unanswered_at: datetime | None = None
    failing: set[str] = field(default_factory=set)
    hurried: float | None = None


class Outside:
    """Hears of every call and passes it on to `counted`.

    `span`: seconds that a silence must last, over two calls at least, until a side is away.
    `hurry(side)` makes what waits for a side due; at most once in `pause` seconds. `returned(side)`
    is told when a side answers for the first time, and when it was away and answers again.
    """

    def __init__(
        self,
        counted: Counted,
        hurry: Callable[[Side], Awaitable[object]],
        *,
        span: float = 0.2,
        pause: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        returned: Callable[[Side], Awaitable[object]] | None = None,
    ) -> None:
        self._counted = counted
        self._hurry = hurry
        self._returned = returned
        self._span = span
        self._pause = pause
        self._clock = clock
        self._sides: dict[Side, _Reached] = {side: _Reached() for side in SIDES}
        self._hurrying: set[asyncio.Task[None]] = set()

    def away_since(self, side: Side) -> datetime | None:
        """Since when the side does not answer (aware UTC, real time); None while it does."""
        return self._sides[side].since

    def away_seconds(self, side: Side) -> float:
        """For how long it does not answer; 0 while it does."""
        reached = self._sides[side]
        if reached.since is None or reached.unanswered_since is None:
            return 0.0
        return self._clock() - reached.unanswered_since

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """One call out, over now after so many seconds (as `web.Metrics.call`)."""
        self._counted.call(target, method, outcome, seconds)
        for side in SIDES:
            if side == target and outcome == UNANSWERED:
                self._unanswered(side, method, seconds)
            elif side == target:
                self._answered(side, method)

    def _unanswered(self, side: Side, method: str, seconds: float) -> None:
        reached, now = self._sides[side], self._clock()
        reached.failing.add(method)
        if reached.unanswered_since is None:
            reached.unanswered_since = now - seconds
            reached.unanswered_at = datetime.fromtimestamp(time.time() - seconds, UTC)
        elif reached.since is None and now - reached.unanswered_since >= self._span:
            reached.since = reached.unanswered_at
            log.warning(
                f"{NAMES[side]} does not answer",
                side=side,
                method=method,
                kept="what is to be done there is kept and done when it is back",
            )

    def _answered(self, side: Side, method: str) -> None:
        reached = self._sides[side]
        if self._returned is not None and (reached.since is not None or reached.hurried is None):
            self._soon(self._returned(side), f"{side} is back")
        if reached.since is not None:
            log.warning(
                f"{NAMES[side]} answers again", side=side, away=round(self.away_seconds(side), 1)
            )
        reached.since = reached.unanswered_since = reached.unanswered_at = None
        first = reached.hurried is None
        works_again = method in reached.failing
        reached.failing.discard(method)
        if first or works_again:
            self._hurry_soon(side)

    def _hurry_soon(self, side: Side) -> None:
        reached, now = self._sides[side], self._clock()
        if reached.hurried is not None and now - reached.hurried < self._pause:
            return
        reached.hurried = now
        self._soon(self._hurry(side), f"hurry {side}")

    def _soon(self, work: Awaitable[object], name: str) -> None:
        task = asyncio.create_task(self._now(work, name), name=name)
        self._hurrying.add(task)
        task.add_done_callback(self._hurrying.discard)

    async def _now(self, work: Awaitable[object], name: str) -> None:
        try:
            await work
        except StoreUnavailable as error:
            log.warning("not done now: the database is away", what=name, error=str(error))
