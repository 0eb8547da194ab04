"""Which jobs may be taken now: pools, so that one that hangs delays no other, and budgets of calls.

Each kind belongs to one pool, by whom it waits for. What hangs fills its own pool and no other's.
A kind whose call Slack would refuse now is not taken at all: it stays in the queue, where severity
and age decide who is next when there is room again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from incident_bot.domain.decision import JobKind

PAGERDUTY = frozenset(
    {JobKind.PAGERDUTY_RESOLVE, JobKind.PAGERDUTY_ACKNOWLEDGE, JobKind.PAGERDUTY_NOTE}
)
MESSAGES = frozenset({JobKind.LOOK_AT_MESSAGE})
CATCHING_UP = frozenset({JobKind.CATCH_UP})
FILES = frozenset({JobKind.FETCH_FILE})
ANNOUNCEMENTS = frozenset({JobKind.ANNOUNCE, JobKind.ANNOUNCE_ALERT})
PRIVATE_WORDS = frozenset({JobKind.TELL_PERSON, JobKind.UPDATE_TOLD})


@dataclass(frozen=True)
class Pool:
    """At most `size` jobs of these kinds at a time, in this process."""

    size: int
    kinds: frozenset[JobKind]


POOLS = (
    Pool(8, frozenset({JobKind.CREATE_ROOM})),
    Pool(24, frozenset({JobKind.INVITE})),  # some ask PagerDuty, and keep their place for a moment
    Pool(4, frozenset({JobKind.LOOK_UP_PEOPLE})),  # asks both
    Pool(4, frozenset({JobKind.FILL_ROLES})),  # the same, and somebody waits for it
    Pool(4, PAGERDUTY),
    Pool(2, ANNOUNCEMENTS),  # all in one channel, which takes a message a second
    Pool(2, PRIVATE_WORDS),  # two calls for each person, and no room waits for them
    Pool(3, MESSAGES),  # many at once when people tidy up, and nobody waits for them
    Pool(1, CATCHING_UP),  # one room's threads may take most of a minute's calls
    Pool(2, FILES),  # large ones take their time
    Pool(
        8,
        frozenset(JobKind)
        - {JobKind.CREATE_ROOM, JobKind.INVITE, JobKind.LOOK_UP_PEOPLE, JobKind.FILL_ROLES}
        - PAGERDUTY
        - ANNOUNCEMENTS
        - PRIVATE_WORDS
        - MESSAGES
        - CATCHING_UP
        - FILES,
    ),
)


class Budgets(Protocol):
    """What the other side has room for."""

    def of(self, kind: JobKind) -> str | None:
        """The name of the budget that jobs of this kind draw on; None: of none."""

    def free(self, kind: JobKind) -> int | None:
        """How many more calls may begin now; None: as many as you like."""

    def opens_in(self, kind: JobKind) -> float:
        """Seconds until the next may begin."""


class Unlimited:
    """No budgets."""

    def of(self, kind: JobKind) -> str | None:
        """None."""
        return None

    def free(self, kind: JobKind) -> int | None:
        """As many as you like."""
        return None

    def opens_in(self, kind: JobKind) -> float:
        """Now."""
        return 0.0


class Pools:
    """Counts the jobs in hand."""

    def __init__(self, pools: Sequence[Pool] = POOLS, budgets: Budgets | None = None) -> None:
        self._pools = pools
        self._budgets: Budgets = budgets or Unlimited()
        self._in_hand: Counter[JobKind] = Counter()

    def open(self) -> list[JobKind]:
        """The kinds of which one more may be taken now."""
        return [
            kind
            for pool in self._pools
            if self._count(pool.kinds) < pool.size
            for kind in sorted(pool.kinds)
            if self._has_room(kind)
        ]

    def opens_in(self) -> float:
        """Seconds until a kind opens that lacks nothing but the other side's room; else inf."""
        closed = (kind for pool in self._pools for kind in pool.kinds if self.lacks_room(kind))
        return min((self._budgets.opens_in(kind) for kind in closed), default=inf)

    def lacks_room(self, kind: JobKind) -> bool:
        """The other side has no room for such a job now."""
        return not self._free(kind)

    def take(self, kind: JobKind) -> None:
        """A job of this kind is in hand."""
        self._in_hand[kind] += 1

    def leave(self, kind: JobKind) -> None:
        """It is not any more."""
        self._in_hand[kind] -= 1

    def _count(self, kinds: Iterable[JobKind]) -> int:
        return sum(self._in_hand[kind] for kind in kinds)

    def _free(self, kind: JobKind) -> float:
        free = self._budgets.free(kind)
        return inf if free is None else free

    def _has_room(self, kind: JobKind) -> bool:
        """Those in hand may not have made their call yet, so each counts."""
        free = self._budgets.free(kind)
        if free is None:
            return True
        name = self._budgets.of(kind)
        return free > self._count(k for k in self._in_hand if self._budgets.of(k) == name)
