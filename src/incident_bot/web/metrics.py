"""Figures for Prometheus, in a registry of our own. Durations are in seconds."""

import re
from collections.abc import Callable

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from incident_bot import __version__
from incident_bot.domain.decision import JobKind
from incident_bot.effects import Side
from incident_bot.web.stored import Figures, Here, Stored

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ANSWER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
CALL_BUCKETS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
INVITATION_BUCKETS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)

_KIND = re.compile(r"[a-z][a-z0-9_.]{0,79}")
"""What a kind may look like as a label; a new one of Slack's or PagerDuty's does."""

log = structlog.get_logger(__name__)


class Metrics:
    """Counts what happens in this process; `exposition` says it all as text.

    `socket_connections`, when set, is asked at each scrape for the open Socket Mode connections;
    `away` for the seconds since when a side outside has not answered.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each counter, which nobody asks for
        self.registry = CollectorRegistry()
        self.socket_connections: Callable[[], int] | None = None
        self.away: Callable[[Side], float] = lambda side: 0.0
        self._deliveries = Counter(
            "incident_bot_deliveries",
            "Authentic deliveries taken in by this process, by what became of them.",
            ("source", "kind", "outcome"),
            registry=self.registry,
        )
        self._delivery_seconds = Histogram(
            "incident_bot_delivery_seconds",
            "How long this process took to answer a delivery.",
            ("source",),
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        self._rejected = Counter(
            "incident_bot_deliveries_rejected",
            "Deliveries that this process turned away: unsigned, forged, too large, unreadable.",
            ("source", "reason"),
            registry=self.registry,
        )
        self._calls = Counter(
            "incident_bot_calls",
            "Calls of this process to Slack and PagerDuty, by outcome.",
            ("target", "method", "outcome"),
            registry=self.registry,
        )
        self._call_seconds = Histogram(
            "incident_bot_call_seconds",
            "How long calls of this process to Slack and PagerDuty took.",
            ("target", "method"),
            buckets=CALL_BUCKETS,
            registry=self.registry,
        )
        self._envelopes = Counter(
            "incident_bot_socket_envelopes",
            "Socket Mode envelopes that came to this process, by whether Slack got its answer.",
            ("type", "outcome"),
            registry=self.registry,
        )
        self._tries = Counter(
            "incident_bot_job_tries",
            "Jobs that this process tried, by what became of the try; dead is given up for good.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        for kind in JobKind:  # from 0 on, so that the first one dead is an increase
            for outcome in ("done", "dead"):
                self._tries.labels(kind.value, outcome)
        self._alert_to_invitation = Histogram(
            "incident_bot_alert_to_invitation_seconds",
            "From the first alert to the confirmed invitation into its war room, if this process "
            "saw to it.",
            buckets=INVITATION_BUCKETS,
            registry=self.registry,
        )
        self._stored = Stored()
        self.registry.register(self._stored)
        here = Here(__version__, lambda: self.socket_connections, lambda side: self.away(side))
        self.registry.register(here)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def delivery(self, source: str, kind: str, outcome: str, seconds: float) -> None:
        """An authentic delivery (`source` pagerduty or slack), what became of it, and how long
        its answer took."""
        named = kind if _KIND.fullmatch(kind) else "other"
        self._deliveries.labels(source, named, outcome).inc()
        self._delivery_seconds.labels(source).observe(seconds)

    def rejected(self, source: str, reason: str) -> None:
        """A delivery that was turned away."""
        self._rejected.labels(source, reason).inc()

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """A call out: `target` slack or pagerduty, `method` as its API names it (a path with
        places for ids)."""
        self._calls.labels(target, method, outcome).inc()
        self._call_seconds.labels(target, method).observe(seconds)
        log.debug("call", target=target, method=method, outcome=outcome, seconds=round(seconds, 3))

    def envelope(self, kind: str, outcome: str) -> None:
        """An envelope of Socket Mode, of Slack's type `kind`."""
        self._envelopes.labels(kind if _KIND.fullmatch(kind) else "other", outcome).inc()

    def tried(self, kind: JobKind, outcome: str, seconds: float) -> None:
        """A job was tried."""
        self._tries.labels(kind.value, outcome).inc()

    def alert_to_invitation(self, seconds: float) -> None:
        """An alert's war room got its people this many seconds after the alert arrived."""
        self._alert_to_invitation.observe(seconds)

    def exposition(self, figures: Figures | None) -> bytes:
        """Everything in Prometheus' text format. `figures` None: the store did not answer."""
        self._stored.figures = figures
        return generate_latest(self.registry)
