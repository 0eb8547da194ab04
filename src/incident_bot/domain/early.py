"""What PagerDuty tells of an alert before it belongs to an incident of ours: kept until it does.

PagerDuty promises no order, and a delivery may be lost. So an acknowledgement, a resolution or a
note may come before the `incident.triggered` that it is about, or about an alert that was only
announced. None of them is lost:

- One that carries the whole PagerDuty incident, still under way, does what the trigger would have
  done: its route opens a room, joins one, announces or ignores.
- Every other one is kept with the alert. When the alert gets its incident, what was kept is told
  there, in the order in which it happened and each at its own time.
- A late trigger of an alert that is resolved already opens nothing: nobody is called together for
  what is over. The alert is kept, and joins the open incident of its group if there is one.
"""

from datetime import datetime
from typing import assert_never

from incident_bot.domain import commands as c
from incident_bot.domain.commands import AlertNews, AlertSeen
from incident_bot.domain.people import PAGERDUTY

MOST_NEWS = 100
"""So much is kept of one alert, the newest; nobody needs more of what opened no room."""

ACKNOWLEDGED, RESOLVED = "incident.acknowledged", "incident.resolved"
ANNOTATED, REOPENED = "incident.annotated", "incident.reopened"

About = (
    c.AlertTriggers
    | c.OpenForAlert
    | c.AlertAcknowledges
    | c.AlertResolves
    | c.AlertAnnotates
    | c.AlertHappens
)
"""The commands that are about an alert."""


def alert_id_of(command: About) -> str:
    """The alert that the command is about."""
    if isinstance(command, c.AlertTriggers | c.OpenForAlert):
        return command.alert.alert_id
    return command.alert_id


def kept(known: AlertSeen | None, command: About, now: datetime) -> AlertSeen:
    """The alert as it is to be kept: as newest seen, with everything told of it so far.

    `known` is what was kept before. Times are aware UTC.
    """
    at = min(command.at or now, now)
    seen = getattr(command, "alert", None)
    if seen is None:
        seen = AlertSeen(alert_id=alert_id_of(command), title=alert_id_of(command))
    elif not isinstance(command, c.OpenForAlert):
        seen = seen.model_copy(update={"as_of": at})
    if known is not None and known.as_of is not None:
        older = seen.as_of is None or seen.as_of < known.as_of
        seen = known if older else seen
    news = list(known.news) if known is not None else []
    if (told := _news(command, at)) is not None:
        news = sorted([*news, told], key=lambda each: each.at)[-MOST_NEWS:]
    return seen.model_copy(update={"news": tuple(news)})


def opener(command: About, alert: AlertSeen) -> c.AlertTriggers | c.OpenForAlert | None:
    """The command that may give the alert its incident; None when it only has to be kept.

    `alert` is what `kept` gave: its news decide whether it is over. Its route is chosen by what
    the command itself says, so that it does not matter what else was told before.
    """
    match command:
        case c.AlertTriggers(alert=own):
            return command.model_copy(update={"alert": own.model_copy(update={"news": alert.news})})
        case c.OpenForAlert():
            return command.model_copy(update={"alert": alert})
        case c.AlertAcknowledges(alert=own) if own is not None:
            return c.AlertTriggers(
                actor=PAGERDUTY,
                at=command.at,
                alert=own.model_copy(update={"news": alert.news}),
                event_type=ACKNOWLEDGED,
            )
        case _:
            return None


def is_over(alert: AlertSeen) -> bool:
    """True when the last that was told of its end is that it is resolved."""
    ends = [n.at for n in alert.news if n.event_type == RESOLVED]
    begins = [n.at for n in alert.news if n.event_type == REOPENED]
    return bool(ends) and (not begins or max(begins) < max(ends))


def commands(alert: AlertSeen) -> list[c.Command]:
    """What was kept, as the commands that it came as, in the order in which it happened."""
    return [_command(alert.alert_id, news) for news in alert.news]


def _news(command: About, at: datetime) -> AlertNews | None:
    actor = command.actor
    match command:
        case c.AlertTriggers(event_type=c.TRIGGERED) | c.OpenForAlert():
            return None
        case c.AlertTriggers(event_type=event_type) | c.AlertHappens(event_type=event_type):
            return AlertNews(event_type=event_type, at=at, actor=actor)
        case c.AlertAcknowledges():
            return AlertNews(event_type=ACKNOWLEDGED, at=at, actor=actor)
        case c.AlertResolves():
            return AlertNews(event_type=RESOLVED, at=at, actor=actor)
        case c.AlertAnnotates(text=text):
            return AlertNews(event_type=ANNOTATED, at=at, actor=actor, text=text)
        case _:
            assert_never(command)


def _command(alert_id: str, news: AlertNews) -> c.Command:
    match news.event_type:
        case "incident.acknowledged":
            return c.AlertAcknowledges(actor=news.actor, at=news.at, alert_id=alert_id)
        case "incident.resolved":
            return c.AlertResolves(actor=news.actor, at=news.at, alert_id=alert_id)
        case "incident.annotated" if news.text:
            return c.AlertAnnotates(actor=news.actor, at=news.at, alert_id=alert_id, text=news.text)
        case event_type:
            return c.AlertHappens(
                actor=news.actor, at=news.at, alert_id=alert_id, event_type=event_type
            )
