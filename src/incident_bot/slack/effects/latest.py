"""Which entry a message was last brought up to, as far as this process did it, and how often."""

import time
from collections.abc import Callable

from incident_bot.effects import Later

MOST = 500
AT_ONCE = 3
SPACING = 5.0  # seconds; with AT_ONCE, 15 edits of one message in the first minute of a storm


class Latest:
    """Spares calls, nothing more: what is not known here is rendered once more."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int | None]] = {}

    def of(self, ref: str) -> int:
        """The highest entry shown, 0 when not known."""
        return self._seen.get(ref, (0, None))[0]

    def looks(self, ref: str) -> int | None:
        """The `look` of what was last shown, None when not known."""
        return self._seen.get(ref, (0, None))[1]

    def saw(self, ref: str, seq: int, look: int | None = None) -> None:
        """Slack confirmed a message that shows the incident up to entry `seq`. `look` differs
        where the message would."""
        self._seen[ref] = (max(seq, self._seen.pop(ref, (0, None))[0]), look)
        if len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]


class Pace:
    """A few at once for each incident, then one every `spacing` seconds (real time).

    For what a storm of alerts asks for again and again: whoever is told to come later finds more
    to do then, in one call.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        spacing: float = SPACING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ahead = (at_once - 1) * spacing
        self._spacing = spacing
        self._clock = clock
        self._next: dict[str, float] = {}

    def take(self, ref: str) -> None:
        """Takes a turn; Later (which counts as no try) when there is none yet."""
        now = self._clock()
        due = max(now, self._next.get(ref, now))
        if (wait := due - self._ahead - now) > 0:
            raise Later("many alerts at once: the next edit does for all", wait, paused=True)
        if len(self._next) > MOST:
            self._next = {ref: at for ref, at in self._next.items() if at > now}
        self._next[ref] = due + self._spacing
