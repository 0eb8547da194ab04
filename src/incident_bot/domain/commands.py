"""What people and machines ask for. Adapters translate into these; `decide` answers them.

`at` (aware UTC) says when it happened, if that is not now. `groups` says how the actor stands to
the Slack user groups that the permissions name; to one that is not there, nobody knows.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from incident_bot.domain.messages import AddMessage as AddMessage
from incident_bot.domain.messages import LookAtMessages as LookAtMessages
from incident_bot.domain.messages import RecordFile as RecordFile
from incident_bot.domain.messages import SeeMessage as SeeMessage
from incident_bot.domain.people import PAGERDUTY, Actor, Person
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Question,
    ReminderKind,
    Severity,
    Standing,
    Status,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
TRIGGERED = "incident.triggered"
Long = Annotated[str, StringConstraints(max_length=20_000)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True)

    actor: Actor
    at: datetime | None = None
    groups: Mapping[str, Standing] = {}


class Declare(_Command):
    """Open an incident by hand. `type` is the key of one of the team's types, which says what is
    not said here; `severity` None: that of the type, else the policy's default."""

    title: Text
    severity: Severity | None = None
    private: bool = False
    type: str | None = None


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


class AlertTriggers(_Command):
    """PagerDuty says that an alert fired: opens a room, joins one, is announced, or is ignored.

    So does one that was raised or reopened (`event_type`), unless it has its incident already.
    """

    actor: Actor = PAGERDUTY
    alert: AlertSeen
    event_type: str = TRIGGERED


class OpenForAlert(_Command):
    """A person asks for a war room for an alert that was only announced."""

    alert: AlertSeen


class AlertAcknowledges(_Command):
    """Somebody (the actor) acknowledged the alert in PagerDuty. `alert` is there while it is under
    way: one that we never heard of may need its room."""

    actor: Actor = PAGERDUTY
    alert_id: str
    alert: AlertSeen | None = None


class AlertResolves(_Command):
    """The alert was resolved in PagerDuty."""

    actor: Actor = PAGERDUTY
    alert_id: str


class AlertAnnotates(_Command):
    """Somebody wrote a note in PagerDuty."""

    actor: Actor = PAGERDUTY
    alert_id: str
    text: Long


class AlertHappens(_Command):
    """Any other PagerDuty event of a known alert."""

    actor: Actor = PAGERDUTY
    alert_id: str
    event_type: str


class AssignRole(_Command):
    """Give a role to `holder`; None releases it. `only_if_free`: never takes it from somebody."""

    role: str
    holder: Person | None
    only_if_free: bool = False


class OfferRole(_Command):
    """Ask `to` to take a role over; until they accept, its holder holds. `role` None: the one that
    whoever asks has."""

    to: Person
    role: str | None = None


class WithdrawOffer(_Command):
    """Ask no longer. `role` None: the only one that somebody is asked to take over."""

    role: str | None = None


class AcceptOffer(_Command):
    """The answer "yes" to the offer with the number `offer`."""

    role: str
    offer: int


class DeclineOffer(_Command):
    """The answer "no"."""

    role: str
    offer: int


class JoinRoom(_Command):
    """Somebody wants to be in the war room of a public incident."""


class RestoreTopic(_Command):
    """The topic that a person wrote may give way to ours."""


class ChangeSeverity(_Command):
    severity: Severity
    text: Long = ""


class ChangeStatus(_Command):
    """Acknowledged or mitigated (resolve, reopen and cancel have their own commands)."""

    status: Literal[Status.ACKNOWLEDGED, Status.MITIGATED]
    text: Long = ""
    details: Long = ""


class Resolve(_Command):
    """Declare it over; resolves every PagerDuty incident of it. `text` says what was done."""

    text: Long = ""
    details: Long = ""


class KeepOpen(_Command):
    """The answer "not yet" to PagerDuty's resolution."""


class Reopen(_Command):
    text: Long = ""


class Cancel(_Command):
    """It was no incident after all."""

    text: Long = ""


class Undo(_Command):
    """Whoever declared takes it back at once: it was a slip. Its room is archived."""


class LogEntry(_Command):
    headline: Text
    details: Long = ""


class Edit(_Command):
    """Put an entry right: its text, its time (`at`), or both."""

    number: int
    headline: Long | None = None
    details: Long | None = None
    reason: Long = ""


class Retract(_Command):
    """Take an entry out of the record in force; it stays in the journal."""

    number: int
    reason: Long = ""


class Redact(_Command):
    """Blank the text of an entry and of all its versions, for good."""

    number: int
    reason: Long = ""


class SetMilestone(_Command):
    """`impact start 14:20`, or a correction of `detected`. `at` is required."""

    milestone: Literal[Milestone.IMPACT_STARTED, Milestone.DETECTED]


class StateImpact(_Command):
    area: ImpactArea
    name: Text
    value: Text


class StateMetric(_Command):
    name: Text
    baseline: Long = ""
    during: Long = ""
    peak: Long = ""


class AddAction(_Command):
    text: Text
    action: ActionKind = ActionKind.PREVENTION
    priority: Priority = Priority.P1
    owner: Person | None = None
    due: date | None = None
    ticket: str | None = None


class CloseAction(_Command):
    """The action item of this number is done."""

    number: int


class AddNote(_Command):
    note: NoteKind
    headline: Text
    details: Long = ""


class StateWhy(_Command):
    """`number` None for a why: the next one."""

    part: Literal["problem", "why", "root"]
    text: Text
    number: int | None = Field(default=None, ge=1, le=9)


class SkipQuestion(_Command):
    """The postmortem may go without an answer to this."""

    question: Question


class PostUpdate(_Command):
    text: Text
    details: Long = ""


class Approve(_Command):
    """Approve the postmortem; `title` is in which capacity (`Engineering Manager`)."""

    title: str = ""


class Export(_Command):
    """Bring a document into the room as a file."""

    document: Literal["postmortem", "timeline"] = "postmortem"


class Remind(_Command):
    """The clock says: something may be due. What is, the state decides."""


class SnoozeReminder(_Command):
    """Not now: remind us again a while later."""

    reminder: ReminderKind
    subject: str = Field(default="", max_length=20)


class DismissReminder(_Command):
    """We know: no more of this reminder. Of `archive`: keep the room open."""

    reminder: ReminderKind
    subject: str = Field(default="", max_length=20)


class ShowHome(_Command):
    """Publish the App Home of somebody in Slack. `shown`: the page of the list in it, as its view
    wrote it; empty: the first one of all."""

    slack_id: str
    shown: str = ""


class RecordRoom(_Command):
    """A runner says: the channel exists."""

    channel_id: str
    name: str


class RecordInvitation(_Command):
    """A runner says: Slack confirmed these, and refused those with a sentence each."""

    people: tuple[Person, ...]
    failed: tuple[str, ...] = ()


class RecordPagerDuty(_Command):
    """A runner says: PagerDuty confirmed the write."""

    alert_id: str
    what: Literal["resolved", "acknowledged", "note"]


class RecordArchive(_Command):
    """A runner says: the war room is archived."""

    channel_id: str


class RecordUnarchive(_Command):
    """The war room is open again: somebody has seen to it in Slack."""

    channel_id: str


class RecordDelivery(_Command):
    """A runner says: the draft is in the room. `seq`: the last entry that it was written from."""

    file_id: str
    name: str
    seq: int = 0


class RecordMembership(_Command):
    """Slack says: the person came into the war room, or (`here` False) left it."""

    person: Person
    here: bool


class RecordTopic(_Command):
    """A runner says: a person (`by`, a Slack id) wrote the room's topic at `written` (aware UTC).
    It was left as it is."""

    by: str
    written: datetime


class TellOutage(_Command):
    """PagerDuty has not answered since then (aware UTC), and the room should know. `waiting`: the
    keys of the incident's unfinished jobs, oldest first."""

    since: datetime
    waiting: tuple[str, ...]


class RecordFailure(_Command):
    """A runner says: this job is given up. `sentence` is for people, with a way forward."""

    job: str
    kind: str
    sentence: str


Command = (
    Declare
    | AlertTriggers
    | OpenForAlert
    | AlertAcknowledges
    | AlertResolves
    | AlertAnnotates
    | AlertHappens
    | AssignRole
    | OfferRole
    | WithdrawOffer
    | AcceptOffer
    | DeclineOffer
    | JoinRoom
    | RestoreTopic
    | ChangeSeverity
    | ChangeStatus
    | Resolve
    | KeepOpen
    | Reopen
    | Cancel
    | Undo
    | LogEntry
    | Edit
    | Retract
    | Redact
    | SetMilestone
    | StateImpact
    | StateMetric
    | AddAction
    | CloseAction
    | AddNote
    | StateWhy
    | SkipQuestion
    | PostUpdate
    | Approve
    | Export
    | ShowHome
    | Remind
    | SnoozeReminder
    | DismissReminder
    | RecordRoom
    | RecordInvitation
    | RecordPagerDuty
    | RecordArchive
    | RecordUnarchive
    | RecordDelivery
    | RecordFailure
    | RecordMembership
    | RecordTopic
    | TellOutage
    | LookAtMessages
    | SeeMessage
    | AddMessage
    | RecordFile
)
