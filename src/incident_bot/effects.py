"""What a job handler gets and answers: the contract between runners and adapters."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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

    `paused`: this try does not count (a rate limit's Retry-After)."""

    def __init__(self, reason: str, seconds: float | None = None, *, paused: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.paused = paused


class GiveUp(Exception):
    """It will never work. The sentence tells people what could not be done and what they can do."""


Handler = Callable[[Effect], Awaitable[Done]]
