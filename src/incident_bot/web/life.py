"""Whether the bot can serve: not yet, now, or no more; and what it lacks, in words."""

from collections.abc import Callable, Sequence

STARTING = "the start-up is not finished"
STOPPING = "the bot is stopping"

Needs = Callable[[], Sequence[str]]
"""What a part of the bot still lacks, in words; nothing when it can serve."""


class Life:
    """Where the process is in its life. `needs` are asked by each probe while it serves."""

    def __init__(self) -> None:
        self.needs: list[Needs] = []
        self._state: str | None = STARTING

    def serves(self) -> None:
        """Everything is built, connected and migrated."""
        self._state = None

    def stops(self) -> None:
        """It was told to end: what comes still is answered, but nothing more should be sent."""
        self._state = STOPPING

    def missing(self) -> list[str]:
        """What keeps it from serving; empty when nothing does."""
        if self._state is not None:
            return [self._state]
        return [reason for needs in self.needs for reason in needs()]
