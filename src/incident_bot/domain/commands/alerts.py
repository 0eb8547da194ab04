"""What PagerDuty says of its incidents, and what people ask for one."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from incident_bot.domain.commands.base import Asking, Long
from incident_bot.domain.people import PAGERDUTY, Actor, Person

TRIGGERED = "incident.triggered"


class AlertNews(BaseModel):
    """What PagerDuty told of an alert before it belonged to an incident. `at` is aware UTC."""

    model_config = ConfigDict(frozen=True)

    event_type: str
    at: datetime
    actor: Actor = PAGERDUTY
    text: str = ""


class AlertSeen(BaseModel):
    """What a PagerDuty delivery says about its incident. `since`: when it was triggered.

    `as_of` is the time of the delivery; `news` is what was told before it had an incident.
    """

    model_config = ConfigDict(frozen=True)

    alert_id: str
    title: str
    url: str | None = None
    service_id: str | None = None
    service: str | None = None
    urgency: str = "high"
    priority: str | None = None
    number: int | None = None
    escalation_policy_id: str | None = None
    teams: tuple[str, ...] = ()
    assignees: tuple[Person, ...] = ()
    details: str = ""
    since: datetime | None = None
    as_of: datetime | None = None
    news: tuple[AlertNews, ...] = ()


class AlertTriggers(Asking):
    """PagerDuty says that an alert fired: opens a room, joins one, is announced, or is ignored.

    So does one that was raised or reopened (`event_type`), unless it has its incident already.
    """

    actor: Actor = PAGERDUTY
    alert: AlertSeen
    event_type: str = TRIGGERED


class OpenForAlert(Asking):
    """A person asks for a war room for an alert that was only announced."""

    alert: AlertSeen


class AlertAcknowledges(Asking):
    """Somebody (the actor) acknowledged the alert in PagerDuty. `alert` is there while it is under
    way: one that we never heard of may need its room."""

    actor: Actor = PAGERDUTY
    alert_id: str
    alert: AlertSeen | None = None


class AlertResolves(Asking):
    """The alert was resolved in PagerDuty."""

    actor: Actor = PAGERDUTY
    alert_id: str


class AlertAnnotates(Asking):
    """Somebody wrote a note in PagerDuty."""

    actor: Actor = PAGERDUTY
    alert_id: str
    text: Long


class AlertHappens(Asking):
    """Any other PagerDuty event of a known alert."""

    actor: Actor = PAGERDUTY
    alert_id: str
    event_type: str
