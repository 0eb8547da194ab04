"""What is asked of the bot beside the incident itself: reminders, and the App Home."""

from pydantic import Field

from incident_bot.domain.commands.base import Asking
from incident_bot.domain.words import (
    ReminderKind,
)


class Remind(Asking):
    """The clock says: something may be due. What is, the state decides."""


class SnoozeReminder(Asking):
    """Not now: remind us again a while later."""

    reminder: ReminderKind
    subject: str = Field(default="", max_length=20)


class DismissReminder(Asking):
    """We know: no more of this reminder. Of `archive`: keep the room open."""

    reminder: ReminderKind
    subject: str = Field(default="", max_length=20)


class ShowHome(Asking):
    """Publish the App Home of somebody in Slack. `shown`: the page of the list in it, as its view
    wrote it; empty: the first one of all."""

    slack_id: str
    shown: str = ""
