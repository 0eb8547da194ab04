"""The entries of the journal: one class for each kind of thing that can happen.

An entry is a body with two clocks. `occurred_at` says when it happened (it may be backdated),
`recorded_at` when the bot learned it. Nothing is ever changed: a correction is a new entry of the
same kind that `supersedes` the old one and says why; a retraction supersedes it with nothing.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from incident_bot.domain.entries.alerts import (
    AlertAcknowledged as AlertAcknowledged,
    AlertAnnotated as AlertAnnotated,
    AlertOther as AlertOther,
    AlertResolved as AlertResolved,
    AlertTriggered as AlertTriggered,
    PagerDutyWritten as PagerDutyWritten,
)
from incident_bot.domain.entries.base import REDACTED as REDACTED
from incident_bot.domain.entries.running import (
    EffectFailed as EffectFailed,
    HandoverDeclined as HandoverDeclined,
    HandoverOffered as HandoverOffered,
    MembershipChanged as MembershipChanged,
    MilestoneSet as MilestoneSet,
    Opened as Opened,
    PeopleInvited as PeopleInvited,
    Reminded as Reminded,
    ReminderDismissed as ReminderDismissed,
    ReminderSnoozed as ReminderSnoozed,
    RoleAssigned as RoleAssigned,
    RoomArchived as RoomArchived,
    RoomOpened as RoomOpened,
    RoomUnarchived as RoomUnarchived,
    SeverityChanged as SeverityChanged,
    StatusChanged as StatusChanged,
    TopicLeft as TopicLeft,
    TopicRestored as TopicRestored,
)
from incident_bot.domain.entries.written import (
    ActionAdded as ActionAdded,
    ActionClosed as ActionClosed,
    Approved as Approved,
    FileKept as FileKept,
    ImpactStated as ImpactStated,
    Logged as Logged,
    MetricStated as MetricStated,
    NoteAdded as NoteAdded,
    PostmortemDelivered as PostmortemDelivered,
    QuestionSkipped as QuestionSkipped,
    Redacted as Redacted,
    Retracted as Retracted,
    Updated as Updated,
    WhyStated as WhyStated,
)
from incident_bot.domain.people import Actor

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
