"""What a team says of severities, statuses and error budgets: names, descriptions, thresholds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from incident_bot.domain.words import Severity, Status


class SeverityLevel(BaseModel):
    """What a severity means here. `priorities`: PagerDuty's priorities that stand for it.

    `update_every`: how long people outside may wait for the next update; None: nobody counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Severity
    description: str
    priorities: tuple[str, ...] = ()
    update_every: timedelta | None = None

    @property
    def in_short(self) -> str:
        """`Sev4 – Minor: customers not affected`, at most 160 characters."""
        text = f"{self.severity.label} – {' '.join(self.description.split())}"
        return text if len(text) <= 160 else text[:159].rstrip() + "…"


# The descriptions follow PagerDuty's incident response guide, "Severity levels".
DEFAULT_LEVELS = (
    SeverityLevel(
        severity=Severity.SEV1,
        description="Critical: many customers affected, public notice",
        priorities=("P1",),
        update_every=timedelta(minutes=30),
    ),
    SeverityLevel(
        severity=Severity.SEV2,
        description="Critical: many customers affected",
        priorities=("P2",),
        update_every=timedelta(minutes=60),
    ),
    SeverityLevel(
        severity=Severity.SEV3,
        description="Minor: needs attention now",
        priorities=("P3",),
    ),
    SeverityLevel(
        severity=Severity.SEV4,
        description="Minor: customers not affected",
        priorities=("P4",),
    ),
    SeverityLevel(severity=Severity.SEV5, description="Cosmetic", priorities=("P5",)),
)


class StatusName(BaseModel):
    """How a status is called here, and the words (lower case) that people may type for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status
    name: str
    also: tuple[str, ...] = ()


DEFAULT_STATUSES = tuple(StatusName(status=status, name=status.value) for status in Status)
STATUS_WORDS: Mapping[Status, tuple[str, ...]] = {
    Status.OPEN: ("open", "reopen", "reopened"),
    Status.ACKNOWLEDGED: ("acknowledged", "acknowledge", "acked", "ack"),
    Status.MITIGATED: ("mitigated", "mitigate"),
    Status.RESOLVED: ("resolved", "resolve"),
    Status.CANCELLED: ("cancelled", "canceled", "cancel"),
}
"""What people may type for a status, however a team calls it: no status may take another's."""


class Slo(BaseModel):
    """A service level objective. `service`: PagerDuty's name or id; `objective` in percent.

    `window`: days, or a calendar month. `method`: how consumption is counted (definitions of the
    error budget: downtime, fractional, requests).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    objective: float
    window: int | Literal["month"] = 30
    method: Literal["downtime", "fractional", "requests"] = "fractional"


class Retries(BaseModel):
    """What is done when Slack or PagerDuty does not answer: the pause after the first try in vain,
    the longest one, when the room is told, and when it is given up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: timedelta = timedelta(seconds=0.5)
    longest: timedelta = timedelta(seconds=60)
    tell_after: timedelta = timedelta(seconds=60)
    give_up_after: timedelta = timedelta(hours=4)


class Zone(BaseModel):
    """A zone of the error budget: from this share of it consumed (percent) on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    from_percent: float


DEFAULT_ZONES = (
    Zone(name="Healthy", from_percent=0),
    Zone(name="Concerning", from_percent=50),
    Zone(name="Critical", from_percent=80),
    Zone(name="Exhausted", from_percent=100),
)
