"""What a job handler gets and answers: the contract between runners and adapters."""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

from incident_bot.domain.commands import Command
from incident_bot.domain.incident import Incident
from incident_bot.store.queue import Job


@dataclass(frozen=True)
class Effect:
    """One job to perform now. `incident` is the state as just read (None for jobs without one).

    `again` is True when an earlier try may have reached the outside: reconcile before repeating.
    `begins` is called by whoever must be first, in the moment of its call outside.
    """

    job: Job
    incident: Incident | None
    again: bool
    begins: Callable[[], None] = lambda: None

    @property
    def args(self) -> Mapping[str, Any]:
        """The job's arguments as `decide` gave them."""
        return self.job.args

    @property
    def room(self) -> str:
        """The war room's channel id; Later when it is not known yet."""
        if self.incident is None or self.incident.room is None:
            raise Later("the room is not open yet", seconds=1.0)
        return self.incident.room.channel_id


@dataclass(frozen=True)
class Done:
    """Performed and confirmed. `result` is kept with the job; `then` is handled in the same
    commit that marks the job done."""

    result: Mapping[str, Any] = field(default_factory=dict)
    then: Command | None = None


class Later(Exception):
    """Not now: try again after `seconds` (None: the queue's back-off decides).

    `paused`: this try does not count (a rate limit's Retry-After). `then`: what part of it is
    confirmed already, recorded at once."""

    def __init__(
        self,
        reason: str,
        seconds: float | None = None,
        *,
        paused: bool = False,
        then: Command | None = None,
    ) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.paused = paused
        self.then = then


Side = Literal["slack", "pagerduty"]
"""Who is called outside."""


class Away(Later):
    """The other side gave no usable answer (none at all, or a 5xx). It may have been done or not.

    The job is tried again until that side answers, or the job is too old to be worth it."""

    def __init__(self, reason: str, side: Side, *, then: Command | None = None) -> None:
        super().__init__(reason, then=then)
        self.side = side


class Refused(Exception):
    """The other side said no: nothing was done, and asking again does not help."""

    @property
    def sentence(self) -> str:
        """What it said, for people; those who know what can be done about it say that too."""
        return str(self)


class GiveUp(Exception):
    """It will never work. The sentence tells people what could not be done and what they can do."""


Handler = Callable[[Effect], Awaitable[Done]]


class LeaseLost(Exception):
    """Somebody else has taken the job over, or may: what this runner learned or would do next is
    theirs."""


@dataclass
class Lease:
    """How long the job in hand is surely ours: until this moment of the monotonic clock."""

    until: float


_lease: ContextVar[Lease | None] = ContextVar("lease", default=None)


def hold(lease: Lease) -> None:
    """Everything that this task does from now on is done for the job of this lease."""
    _lease.set(lease)


def must_hold() -> None:
    """Called right before each call outside. LeaseLost when the lease is over: a process that was
    stopped for a while wakes up where it was, before its lease's keeper does."""
    lease = _lease.get()
    if lease is not None and time.monotonic() >= lease.until:
        raise LeaseLost
