"""Figures for Prometheus, in a registry of our own. Durations are in seconds."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from incident_bot.domain.words import Status
from incident_bot.store import Counts, JobState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
CALL_BUCKETS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
INVITATION_BUCKETS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
LABEL_CHARACTERS = 80


class Metrics:
    """Counts what happens; `exposition` says it all as text."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "incident_bot_deliveries",
            "Authentic deliveries taken in, by what became of them.",
            ("source", "kind", "outcome"),
            registry=self.registry,
        )
        self._rejected = Counter(
            "incident_bot_deliveries_rejected",
            "Deliveries turned away: unsigned, forged, too large.",
            ("source", "reason"),
            registry=self.registry,
        )
        self._calls = Counter(
            "incident_bot_calls",
            "Calls to Slack and PagerDuty, by outcome.",
            ("target", "method", "outcome"),
            registry=self.registry,
        )
        self._call_seconds = Histogram(
            "incident_bot_call_seconds",
            "How long calls to Slack and PagerDuty took.",
            ("target", "method"),
            buckets=CALL_BUCKETS,
            registry=self.registry,
        )
        self._alert_to_invitation = Histogram(
            "incident_bot_alert_to_invitation_seconds",
            "From the alert's arrival to the confirmed invitation into its war room.",
            buckets=INVITATION_BUCKETS,
            registry=self.registry,
        )
        self._stored = _Stored()
        self.registry.register(self._stored)

    def delivery(self, source: str, kind: str, outcome: str) -> None:
        """An authentic delivery (`source` pagerduty or slack) and what became of it."""
        self._deliveries.labels(source, kind[:LABEL_CHARACTERS], outcome).inc()

    def rejected(self, source: str, reason: str) -> None:
        """A delivery that was turned away."""
        self._rejected.labels(source, reason).inc()

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """A call out: `target` slack or pagerduty, `method` as its API names it."""
        self._calls.labels(target, method, outcome).inc()
        self._call_seconds.labels(target, method).observe(seconds)

    def alert_to_invitation(self, seconds: float) -> None:
        """An alert's war room got its people this many seconds after the alert arrived."""
        self._alert_to_invitation.observe(seconds)

    def exposition(self, counts: Counts | None) -> bytes:
        """Everything in Prometheus' text format. `counts` None: the store did not answer."""
        self._stored.counts = counts
        return generate_latest(self.registry)


class _Stored(Collector):
    """What the store counted for this scrape: jobs by state, incidents by status."""

    def __init__(self) -> None:
        self.counts: Counts | None = None

    def collect(self) -> Iterator[Metric]:
        """The gauges of this scrape."""
        counts = self.counts
        yield GaugeMetricFamily(
            "incident_bot_store_up",
            "1 when the database answered this scrape.",
            value=0 if counts is None else 1,
        )
        if counts is None:
            return
        jobs = GaugeMetricFamily("incident_bot_jobs", "Jobs in the queue.", labels=("state",))
        for state in dict.fromkeys([*(s.value for s in JobState), *counts.jobs]):
            jobs.add_metric((state,), counts.jobs.get(state, 0))
        yield jobs
        yield GaugeMetricFamily(
            "incident_bot_oldest_due_job_seconds",
            "How long the job that is due longest has waited; 0 when none is.",
            value=counts.oldest_due_seconds,
        )
        incidents = GaugeMetricFamily("incident_bot_incidents", "Incidents.", labels=("status",))
        for status in dict.fromkeys([*(s.value for s in Status), *counts.incidents]):
            incidents.add_metric((status,), counts.incidents.get(status, 0))
        yield incidents
