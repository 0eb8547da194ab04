"""One delivery from outside: every line while it is handled says which, and one says what became
of it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import structlog

_WELL_FORMED = re.compile(r"[\w.:/+=-]{1,200}")
"""What ids and kinds may look like in a line; others are left out: they may come from anybody."""


@dataclass
class Delivery:
    """What is known of a delivery so far. `source` is pagerduty or slack; `kind` what came.

    `verb`, `outcome` and `ref` are told by whoever handles it, with `learned`.
    """

    source: str
    kind: str = "unreadable"
    verb: str | None = None
    outcome: str | None = None
    ref: str | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return time.monotonic() - self.began

    def came(self, kind: str, delivery_id: str | None) -> None:
        """It is a `kind`, known to its sender by this id."""
        self.kind = kind if _WELL_FORMED.fullmatch(kind) else "other"
        if delivery_id is not None and _WELL_FORMED.fullmatch(delivery_id):
            structlog.contextvars.bind_contextvars(delivery=delivery_id)

    def facts(self) -> dict[str, object]:
        """What its last line says."""
        known = {"kind": self.kind, "verb": self.verb, "outcome": self.outcome, "ref": self.ref}
        facts: dict[str, object] = {name: word for name, word in known.items() if word is not None}
        return {**facts, "seconds": round(self.seconds, 3)}


_current: ContextVar[Delivery | None] = ContextVar("delivery", default=None)


@contextmanager
def delivery(source: str) -> Iterator[Delivery]:
    """Every line inside the block carries `source`, and `delivery` and `ref` once they are known.

    A connection's task handles one request after another, so nothing is left bound at the end.
    """
    handled = Delivery(source)
    before = structlog.contextvars.get_contextvars()
    token = _current.set(handled)
    structlog.contextvars.bind_contextvars(source=source)
    try:
        yield handled
    finally:
        _current.reset(token)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**before)


def learned(*, ref: str | None = None, verb: str | None = None, outcome: str | None = None) -> None:
    """Something about the delivery that is being handled; lines from here on carry the `ref`."""
    if ref is not None:
        concerns(ref)
    if (handled := _current.get()) is not None:
        handled.ref = ref or handled.ref
        handled.verb = verb or handled.verb
        handled.outcome = outcome or handled.outcome


def concerns(ref: str) -> None:
    """What this task does from here on is about this incident."""
    structlog.contextvars.bind_contextvars(ref=ref)
