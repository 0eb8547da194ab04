"""Gauges that are asked for at each scrape: what the database holds, and what this process is.

The database is shared: every replica tells the same, so take the maximum and not the sum.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from incident_bot.domain.incident import Incident
from incident_bot.domain.words import Status
from incident_bot.effects import Side
from incident_bot.store import Counts, JobState

SHARED = "In the shared database: every replica tells the same."


@dataclass(frozen=True)
class Figures:
    """What the store said for one scrape. `going_on`: the incidents that are not over."""

    counts: Counts
    going_on: Sequence[Incident] = ()

    @property
    def rooms(self) -> int:
        """War rooms of incidents that are not over."""
        return sum(incident.room is not None for incident in self.going_on)

    @property
    def without_people(self) -> int:
        """Incidents that are not over and into whose room nobody was invited yet."""
        return sum(not incident.invited for incident in self.going_on)


class Stored(Collector):
    """What the store counted for this scrape: jobs by state, incidents by status."""

    def __init__(self) -> None:
        self.figures: Figures | None = None

    def collect(self) -> Iterator[Metric]:
        """The gauges of this scrape."""
        figures = self.figures
        yield GaugeMetricFamily(
            "incident_bot_store_up",
            "1 when the database answered this process at this scrape.",
            value=0 if figures is None else 1,
        )
        if figures is None:
            return
        counts = figures.counts
        jobs = GaugeMetricFamily("incident_bot_jobs", f"Jobs by state. {SHARED}", labels=("state",))
        for state in dict.fromkeys([*(s.value for s in JobState), *counts.jobs]):
            jobs.add_metric((state,), counts.jobs.get(state, 0))
        yield jobs
        yield GaugeMetricFamily(
            "incident_bot_oldest_due_job_seconds",
            f"How long the job that is due longest has waited; 0 when none is. {SHARED}",
            value=counts.oldest_due_seconds,
        )
        incidents = GaugeMetricFamily(
            "incident_bot_incidents", f"Incidents by status. {SHARED}", labels=("status",)
        )
        for status in dict.fromkeys([*(s.value for s in Status), *counts.incidents]):
            incidents.add_metric((status,), counts.incidents.get(status, 0))
        yield incidents
        yield GaugeMetricFamily(
            "incident_bot_rooms_open",
            f"War rooms of incidents that are not over. {SHARED}",
            value=figures.rooms,
        )
        yield GaugeMetricFamily(
            "incident_bot_incidents_without_people",
            f"Incidents that are not over and into whose room nobody was invited yet. {SHARED}",
            value=figures.without_people,
        )


class Here(Collector):
    """What this process is: its version, whom it does not reach, and its Socket Mode connections
    if it has that mode."""

    def __init__(
        self,
        version: str,
        connections: Callable[[], Callable[[], int] | None],
        away: Callable[[Side], float],
    ) -> None:
        self._version = version
        self._connections = connections
        self._away = away

    def collect(self) -> Iterator[Metric]:
        """The gauges of this scrape."""
        yield InfoMetricFamily(
            "incident_bot_build", "The version that runs here.", value={"version": self._version}
        )
        away = GaugeMetricFamily(
            "incident_bot_away_seconds",
            "For how long a side has not answered this process; 0 when it does.",
            labels=("target",),
        )
        for side in get_args(Side):
            away.add_metric((side,), self._away(side))
        yield away
        if (connections := self._connections()) is not None:
            yield GaugeMetricFamily(
                "incident_bot_socket_connections",
                "Open Socket Mode connections of this process to Slack.",
                value=connections(),
            )
