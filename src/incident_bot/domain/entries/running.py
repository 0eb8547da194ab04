"""How the incident ran: its beginning, people, roles, severity, status and room."""

from datetime import datetime
from typing import ClassVar, Literal

from incident_bot.domain.entries.base import Told
from incident_bot.domain.people import Person
from incident_bot.domain.words import (
    Milestone,
    ReminderKind,
    Severity,
    Status,
)


class Opened(Told):
    """The incident exists: declared by a person or opened by an alert. Its time is *detected*."""

    kind: Literal["opened"] = "opened"
    title: str
    severity: Severity
    private: bool = False
    service_id: str | None = None
    service: str | None = None
    group: str | None = None
    type: str | None = None
    free_text: ClassVar[tuple[str, ...]] = ("title",)


class RoomOpened(Told):
    """The war room exists in Slack."""

    kind: Literal["room_opened"] = "room_opened"
    channel_id: str
    name: str


class PeopleInvited(Told):
    """Slack confirmed the invitation of these people; `failed` says in words who could not be."""

    kind: Literal["people_invited"] = "people_invited"
    people: tuple[Person, ...]
    failed: tuple[str, ...] = ()


class RoleAssigned(Told):
    """`holder` has the role from now on; None: the role was released. `handed_over_by`: who had
    asked them to take it over."""

    kind: Literal["role_assigned"] = "role_assigned"
    role: str
    holder: Person | None
    handed_over_by: Person | None = None


class HandoverOffered(Told):
    """The actor asks `to` to take the role over. Its seq is the number of the offer."""

    kind: Literal["handover_offered"] = "handover_offered"
    role: str
    to: Person


class HandoverDeclined(Told):
    """The person asked said no, or (`withdrawn`) somebody asks them no longer."""

    kind: Literal["handover_declined"] = "handover_declined"
    role: str
    offer: int
    withdrawn: bool = False


class MembershipChanged(Told):
    """Somebody came into a private war room by another's hand, or is in it no longer."""

    kind: Literal["membership_changed"] = "membership_changed"
    person: Person
    here: bool


class TopicLeft(Told):
    """A person wrote the room's topic at `written` (aware UTC), so the bot leaves it as it is."""

    kind: Literal["topic_left"] = "topic_left"
    by: Person
    written: datetime


class TopicRestored(Told):
    """The actor lets the bot show the status in the topic again."""

    kind: Literal["topic_restored"] = "topic_restored"


class SeverityChanged(Told):
    """`priority`: PagerDuty's, which called for it; None: a person said so."""

    kind: Literal["severity_changed"] = "severity_changed"
    severity: Severity
    text: str = ""
    priority: str | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class StatusChanged(Told):
    """Acknowledged, mitigated, resolved, cancelled, or open again; `text` says what was done."""

    kind: Literal["status_changed"] = "status_changed"
    status: Status
    text: str = ""
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text", "details")


class MilestoneSet(Told):
    """A time that moves no status: impact started, or detected put right."""

    kind: Literal["milestone_set"] = "milestone_set"
    milestone: Milestone


class RoomArchived(Told):
    """Slack confirmed that the war room is archived."""

    kind: Literal["room_archived"] = "room_archived"
    channel_id: str


class RoomUnarchived(Told):
    """Somebody opened the archived war room again."""

    kind: Literal["room_unarchived"] = "room_unarchived"
    channel_id: str


class EffectFailed(Told):
    """Something outside could not be done; `sentence` tells people what and how to go on."""

    kind: Literal["effect_failed"] = "effect_failed"
    job: str
    sentence: str


class Reminded(Told):
    """The bot reminded the room. `subject` tells several of one kind apart (an action's number)."""

    kind: Literal["reminded"] = "reminded"
    reminder: ReminderKind
    subject: str = ""


class ReminderSnoozed(Told):
    """Not before `until` (aware UTC), and then once more."""

    kind: Literal["reminder_snoozed"] = "reminder_snoozed"
    reminder: ReminderKind
    subject: str = ""
    until: datetime


class ReminderDismissed(Told):
    """Never again for this cause."""

    kind: Literal["reminder_dismissed"] = "reminder_dismissed"
    reminder: ReminderKind
    subject: str = ""
