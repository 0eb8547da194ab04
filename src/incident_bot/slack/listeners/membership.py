"""Who comes into a private war room by another's hand, and who leaves it."""

from datetime import UTC, datetime

from incident_bot.domain.commands import RecordMembership
from incident_bot.domain.people import by
from incident_bot.slack.listeners.payload import word
from incident_bot.slack.listeners.spec import Happened


async def joined(happened: Happened) -> None:
    """`member_joined_channel`: they belong to the incident from now on."""
    await _record(happened, here=True)


async def left(happened: Happened) -> None:
    """`member_left_channel`, of their own will or not: they do no longer."""
    await _record(happened, here=False)


async def _record(happened: Happened, *, here: bool) -> None:
    channel, user = word(happened.event.get("channel")), word(happened.event.get("user"))
    if channel is None or user is None or user == happened.bot:
        return
    incident = await happened.service.store.in_channel(channel)
    if incident is None or not incident.private:
        return
    person = (await happened.people.by_slack(user)).person
    at = _moment(word(happened.event.get("event_ts")))
    command = RecordMembership(actor=by(person), person=person, here=here, at=at)
    await happened.service.handle(command, ref=incident.ref, delivery=happened.delivery)


def _moment(ts: str | None) -> datetime | None:
    """When it happened, by Slack's clock; None for what is no timestamp."""
    try:
        return datetime.fromtimestamp(float(ts or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return None
