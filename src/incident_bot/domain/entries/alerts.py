"""What PagerDuty told of the incident's alerts, and what it confirmed."""

from typing import ClassVar, Literal

from incident_bot.domain.entries.base import Told
from incident_bot.domain.people import Person


class AlertTriggered(Told):
    """A PagerDuty incident that belongs to this one."""

    kind: Literal["alert_triggered"] = "alert_triggered"
    alert_id: str
    title: str
    url: str | None = None
    service_id: str | None = None
    service: str | None = None
    urgency: str = "high"
    number: int | None = None
    escalation_policy_id: str | None = None
    assignees: tuple[Person, ...] = ()
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("title", "details")


class AlertAcknowledged(Told):
    """Somebody acknowledged the alert in PagerDuty (the actor)."""

    kind: Literal["alert_acknowledged"] = "alert_acknowledged"
    alert_id: str


class AlertResolved(Told):
    """The alert is resolved in PagerDuty."""

    kind: Literal["alert_resolved"] = "alert_resolved"
    alert_id: str


class AlertAnnotated(Told):
    """A note that was written in PagerDuty."""

    kind: Literal["alert_annotated"] = "alert_annotated"
    alert_id: str
    text: str
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class AlertOther(Told):
    """Any other PagerDuty event of an alert of this incident, kept as it came."""

    kind: Literal["alert_other"] = "alert_other"
    alert_id: str
    event_type: str


class PagerDutyWritten(Told):
    """PagerDuty confirmed what the bot wrote there."""

    kind: Literal["pagerduty_written"] = "pagerduty_written"
    alert_id: str
    what: Literal["resolved", "acknowledged", "note"]
