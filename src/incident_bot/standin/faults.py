"""Faults to be met on purpose, and the record of calls; shared by both stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Drop = Literal["before", "after"]


@dataclass
class Call:
    """One request that the bot made.

    `method` is Slack's method name or, for PagerDuty, `"PUT /incidents/{id}"`.
    `started` and `ended` are seconds on the monotonic clock. `status` is the HTTP
    status (0 when the connection was dropped without an answer); `error` is Slack's
    error code or PagerDuty's message.
    """

    method: str
    args: dict[str, Any]
    started: float
    ended: float = 0.0
    status: int = 0
    ok: bool = False
    error: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""

    @property
    def seconds(self) -> float:
        """How long the call took, in seconds."""
        return self.ended - self.started


@dataclass
class Fault:
    """What goes wrong with a method, and how many more times (`None`: for ever)."""

    method: str
    status: int | None = None
    retry_after: float | None = None
    delay: float = 0.0
    drop: Drop | None = None
    error: str | None = None
    times: int | None = 1
    when: Callable[[Mapping[str, Any]], bool] | None = None
    met: int = 0

    def matches(self, method: str, args: Mapping[str, Any]) -> bool:
        """Whether this fault still has force and concerns this call."""
        if self.times is not None and self.met >= self.times:
            return False
        if self.method not in ("*", method):
            return False
        return self.when is None or self.when(args)


class Faults:
    """The faults in force, oldest first; a call meets at most one."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []

    def add(
        self,
        method: str = "*",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        delay: float = 0.0,
        drop: Drop | None = None,
        error: str | None = None,
        times: int | None = 1,
        when: Callable[[Mapping[str, Any]], bool] | None = None,
        invented: bool = False,
    ) -> Fault:
        """Let calls of `method` ("*" for all) fail `times` times (None: until `clear()`).

        `status` answers that HTTP status without doing anything, with `Retry-After:
        retry_after` when given. `delay` waits that many seconds first; alone it only slows
        the call. `drop="before"` closes the connection and does nothing, `"after"` does the
        work and closes the connection without an answer. `error` answers an error of the
        service's own shape; with `invented`, also one that it does not document. `when(args)`
        narrows the fault to some calls.
        """
        self.check_method(method)
        if error is not None and not invented:
            self.check(method, error)
        if drop not in (None, "before", "after"):
            raise ValueError(f"drop is 'before' or 'after', not {drop!r}")
        fault = Fault(method, status, retry_after, delay, drop, error, times, when)
        self.standing.append(fault)
        return fault

    def check_method(self, method: str) -> None:
        """ValueError for a method that nobody can call: its fault would never be met."""

    def check(self, method: str, error: str) -> None:
        """ValueError for an error that the service does not answer to this method."""

    def take(self, method: str, args: Mapping[str, Any]) -> Fault | None:
        """The fault that this call meets, counted as met."""
        for fault in self.standing:
            if fault.matches(method, args):
                fault.met += 1
                return fault
        return None

    def clear(self, method: str | None = None) -> None:
        """Forget all faults, or those added for `method`."""
        self.standing = [f for f in self.standing if method is not None and f.method != method]
