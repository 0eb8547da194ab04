"""The entries of the journal: one class for each kind of thing that can happen.

An entry is a body with two clocks. `occurred_at` says when it happened (it may be backdated),
`recorded_at` when the bot learned it. Nothing is ever changed: a correction is a new entry of the
same kind that `supersedes` the old one and says why; a retraction supersedes it with nothing.
"""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.domain.messages import SlackMessage
from incident_bot.domain.people import Actor, Person
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Question,
    ReminderKind,
    Severity,
    Status,
)

REDACTED = "[redacted]"


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)

    free_text: ClassVar[tuple[str, ...]] = ()

    def scrubbed(self) -> Self:
        """The same body with every free text replaced by `[redacted]`; structure is kept."""
        return self.model_copy(
            update={name: REDACTED for name in self.free_text if getattr(self, name)}
        )

    def texts(self) -> set[str]:
        """What `scrubbed` takes out."""
        return {str(getattr(self, name)) for name in self.free_text if getattr(self, name)}


class Opened(_Body):
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


class AlertTriggered(_Body):
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


class AlertAcknowledged(_Body):
    """Somebody acknowledged the alert in PagerDuty (the actor)."""

    kind: Literal["alert_acknowledged"] = "alert_acknowledged"
    alert_id: str


class AlertResolved(_Body):
    """The alert is resolved in PagerDuty."""

    kind: Literal["alert_resolved"] = "alert_resolved"
    alert_id: str


class AlertAnnotated(_Body):
    """A note that was written in PagerDuty."""

    kind: Literal["alert_annotated"] = "alert_annotated"
    alert_id: str
    text: str
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class AlertOther(_Body):
    """Any other PagerDuty event of an alert of this incident, kept as it came."""

    kind: Literal["alert_other"] = "alert_other"
    alert_id: str
    event_type: str


class RoomOpened(_Body):
    """The war room exists in Slack."""

    kind: Literal["room_opened"] = "room_opened"
    channel_id: str
    name: str


class PeopleInvited(_Body):
    """Slack confirmed the invitation of these people; `failed` says in words who could not be."""

    kind: Literal["people_invited"] = "people_invited"
    people: tuple[Person, ...]
    failed: tuple[str, ...] = ()


class RoleAssigned(_Body):
    """`holder` has the role from now on; None: the role was released. `handed_over_by`: who had
    asked them to take it over."""

    kind: Literal["role_assigned"] = "role_assigned"
    role: str
    holder: Person | None
    handed_over_by: Person | None = None


class HandoverOffered(_Body):
    """The actor asks `to` to take the role over. Its seq is the number of the offer."""

    kind: Literal["handover_offered"] = "handover_offered"
    role: str
    to: Person


class HandoverDeclined(_Body):
    """The person asked said no, or (`withdrawn`) somebody asks them no longer."""

    kind: Literal["handover_declined"] = "handover_declined"
    role: str
    offer: int
    withdrawn: bool = False


class MembershipChanged(_Body):
    """Somebody came into a private war room by another's hand, or is in it no longer."""

    kind: Literal["membership_changed"] = "membership_changed"
    person: Person
    here: bool


class TopicLeft(_Body):
    """A person wrote the room's topic at `written` (aware UTC), so the bot leaves it as it is."""

    kind: Literal["topic_left"] = "topic_left"
    by: Person
    written: datetime


class TopicRestored(_Body):
    """The actor lets the bot show the status in the topic again."""

    kind: Literal["topic_restored"] = "topic_restored"


class SeverityChanged(_Body):
    """`priority`: PagerDuty's, which called for it; None: a person said so."""

    kind: Literal["severity_changed"] = "severity_changed"
    severity: Severity
    text: str = ""
    priority: str | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class StatusChanged(_Body):
    """Acknowledged, mitigated, resolved, cancelled, or open again; `text` says what was done."""

    kind: Literal["status_changed"] = "status_changed"
    status: Status
    text: str = ""
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text", "details")


class MilestoneSet(_Body):
    """A time that moves no status: impact started, or detected put right."""

    kind: Literal["milestone_set"] = "milestone_set"
    milestone: Milestone


class Logged(_Body):
    """A line of the timeline: the first line is the headline, further lines its details.

    `message`: it is a message of the war room, and who wrote that says it.
    """

    kind: Literal["logged"] = "logged"
    headline: str
    details: str = ""
    message: SlackMessage | None = None
    free_text: ClassVar[tuple[str, ...]] = ("headline", "details")

    def scrubbed(self) -> Self:
        """Also without what the message's files are called."""
        if self.message is None:
            return super().scrubbed()
        return super().scrubbed().model_copy(update={"message": self.message.scrubbed()})

    def texts(self) -> set[str]:
        """Also what its files are called."""
        files = self.message.files if self.message else ()
        return super().texts() | {file.name for file in files}


class FileKept(_Body):
    """A file of the message that entry `of` is, as fetched: `size` in bytes, `sha256` as hex."""

    kind: Literal["file_kept"] = "file_kept"
    file_id: str
    name: str
    mimetype: str
    size: int
    sha256: str
    of: int
    free_text: ClassVar[tuple[str, ...]] = ("name",)


class Updated(_Body):
    """An update for stakeholders."""

    kind: Literal["updated"] = "updated"
    text: str
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text", "details")


class ImpactStated(_Body):
    """One figure of the impact, supplied by a person: `Affected users` = `~15,000 (10 %)`."""

    kind: Literal["impact_stated"] = "impact_stated"
    area: ImpactArea
    name: str
    value: str
    free_text: ClassVar[tuple[str, ...]] = ("value", "name")


class MetricStated(_Body):
    """One row of the metrics table, supplied by a person."""

    kind: Literal["metric_stated"] = "metric_stated"
    name: str
    baseline: str = ""
    during: str = ""
    peak: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("baseline", "during", "peak", "name")


class ActionAdded(_Body):
    """Follow-up work. `owner` may be a person or any name (`sre`); `ticket` is a key or a URL."""

    kind: Literal["action_added"] = "action_added"
    action: ActionKind
    priority: Priority
    text: str
    owner: Person | None = None
    due: date | None = None
    ticket: str | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text", "ticket")


class ActionClosed(_Body):
    """The action item of this number is done."""

    kind: Literal["action_closed"] = "action_closed"
    number: int


class NoteAdded(_Body):
    """Something that people wrote for the postmortem, for the place named by `note`.

    For a reference: headline is the label, details the link. For an attendee: headline is the
    name, details what they did. For a follow-up: headline is what, details when.
    """

    kind: Literal["note_added"] = "note_added"
    note: NoteKind
    headline: str
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("headline", "details")


class WhyStated(_Body):
    """A part of the root cause analysis: the problem, the n-th why (1 to 9), or the root cause."""

    kind: Literal["why_stated"] = "why_stated"
    part: Literal["problem", "why", "root"]
    number: int = 0
    text: str
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class QuestionSkipped(_Body):
    """The postmortem goes without an answer to this; nobody is asked for it again."""

    kind: Literal["question_skipped"] = "question_skipped"
    question: Question


class Approved(_Body):
    """The actor approves the postmortem, in the capacity of `title`."""

    kind: Literal["approved"] = "approved"
    title: str
    free_text: ClassVar[tuple[str, ...]] = ("title",)


class Retracted(_Body):
    """Supersedes an entry with nothing; `text` says why. `slack`: what became of the message in
    Slack that the entry was; None: a person took it back here."""

    kind: Literal["retracted"] = "retracted"
    target: int
    text: str = ""
    slack: Literal["unpinned", "deleted"] | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class Redacted(_Body):
    """The texts of these entries were blanked for good (a pasted password); `text` says why."""

    kind: Literal["redacted"] = "redacted"
    targets: tuple[int, ...]
    text: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class EffectFailed(_Body):
    """Something outside could not be done; `sentence` tells people what and how to go on."""

    kind: Literal["effect_failed"] = "effect_failed"
    job: str
    sentence: str


class PagerDutyWritten(_Body):
    """PagerDuty confirmed what the bot wrote there."""

    kind: Literal["pagerduty_written"] = "pagerduty_written"
    alert_id: str
    what: Literal["resolved", "acknowledged", "note"]


class PostmortemDelivered(_Body):
    """Slack confirmed that the draft is in the room as a file, in the place of the one before.

    `seq` is the last entry that it was written from (0: an older version did not say).
    """

    kind: Literal["postmortem_delivered"] = "postmortem_delivered"
    file_id: str
    name: str
    seq: int = 0


class RoomArchived(_Body):
    """Slack confirmed that the war room is archived."""

    kind: Literal["room_archived"] = "room_archived"
    channel_id: str


class RoomUnarchived(_Body):
    """Somebody opened the archived war room again."""

    kind: Literal["room_unarchived"] = "room_unarchived"
    channel_id: str


class Reminded(_Body):
    """The bot reminded the room. `subject` tells several of one kind apart (an action's number)."""

    kind: Literal["reminded"] = "reminded"
    reminder: ReminderKind
    subject: str = ""


class ReminderSnoozed(_Body):
    """Not before `until` (aware UTC), and then once more."""

    kind: Literal["reminder_snoozed"] = "reminder_snoozed"
    reminder: ReminderKind
    subject: str = ""
    until: datetime


class ReminderDismissed(_Body):
    """Never again for this cause."""

    kind: Literal["reminder_dismissed"] = "reminder_dismissed"
    reminder: ReminderKind
    subject: str = ""


Body = Annotated[
    Opened
    | AlertTriggered
    | AlertAcknowledged
    | AlertResolved
    | AlertAnnotated
    | AlertOther
    | RoomOpened
    | PeopleInvited
    | RoleAssigned
    | HandoverOffered
    | HandoverDeclined
    | MembershipChanged
    | TopicLeft
    | TopicRestored
    | SeverityChanged
    | StatusChanged
    | MilestoneSet
    | Logged
    | FileKept
    | Updated
    | ImpactStated
    | MetricStated
    | ActionAdded
    | ActionClosed
    | NoteAdded
    | WhyStated
    | QuestionSkipped
    | Approved
    | Retracted
    | Redacted
    | EffectFailed
    | PagerDutyWritten
    | PostmortemDelivered
    | RoomArchived
    | RoomUnarchived
    | Reminded
    | ReminderSnoozed
    | ReminderDismissed,
    Field(discriminator="kind"),
]


class Entry(BaseModel):
    """One thing that happened. `seq` counts from 1 within the incident; times are aware UTC.

    `supersedes` is the seq of the entry that this one corrects. `reason` says why a correction
    was made. `redacted` is True when the body's texts were blanked after recording.
    """

    model_config = ConfigDict(frozen=True)

    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: Actor
    body: Body
    supersedes: int | None = None
    reason: str | None = None
    redacted: bool = False
