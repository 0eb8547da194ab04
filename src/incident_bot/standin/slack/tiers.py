"""Slack's rate limits, by method (docs.slack.dev/apis/web-api/rate-limits)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from .args import Args
from .arguments import METHODS

POSTS_PER_MINUTE = 300
"""chat.postMessage for a whole workspace: "several hundred" a minute, Slack says."""


class Tiers:
    """Counts calls of one app in one workspace. `clock`: monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._recent: dict[str, deque[float]] = {}

    def wait(self, method: str, args: Args) -> int:
        """Counts a call; whole seconds to wait, and then nothing is counted, when it is one too
        many. A message a second goes into one channel; special tiers have no fixed figure."""
        limits = [(method, METHODS[method].per_minute, 60.0)]
        if method == "chat.postMessage":
            limits = [
                (f"{method} {args.text('channel')}", 1, 1.0),
                (method, POSTS_PER_MINUTE, 60.0),
            ]
        limits = [limit for limit in limits if limit[1]]
        seconds = max((self._left(*limit) for limit in limits), default=0)
        if not seconds:
            for key, _, _ in limits:
                self._recent[key].append(self.clock())
        return seconds

    def _left(self, key: str, allowed: int, window: float) -> int:
        now, recent = self.clock(), self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - window:
            recent.popleft()
        return 0 if len(recent) < allowed else max(1, int(recent[0] + window - now) + 1)
