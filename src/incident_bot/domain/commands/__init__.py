"""What people and machines ask for. Adapters translate into these; `decide` answers them.

`at` (aware UTC) says when it happened, if that is not now. `groups` says how the actor stands to
the Slack user groups that the permissions name; to one that is not there, nobody knows.
"""

from incident_bot.domain.commands.alerts import (
    TRIGGERED as TRIGGERED,
    AlertAcknowledges as AlertAcknowledges,
    AlertAnnotates as AlertAnnotates,
    AlertHappens as AlertHappens,
    AlertNews as AlertNews,
    AlertResolves as AlertResolves,
    AlertSeen as AlertSeen,
    AlertTriggers as AlertTriggers,
    OpenForAlert as OpenForAlert,
)
from incident_bot.domain.commands.asides import (
    DismissReminder as DismissReminder,
    Remind as Remind,
    ShowHome as ShowHome,
    SnoozeReminder as SnoozeReminder,
)
from incident_bot.domain.commands.base import Long as Long, Text as Text
from incident_bot.domain.commands.results import (
    RecordArchive as RecordArchive,
    RecordDelivery as RecordDelivery,
    RecordFailure as RecordFailure,
    RecordInvitation as RecordInvitation,
    RecordMembership as RecordMembership,
    RecordPagerDuty as RecordPagerDuty,
    RecordRoom as RecordRoom,
    RecordTopic as RecordTopic,
    RecordUnarchive as RecordUnarchive,
    TellOutage as TellOutage,
)
from incident_bot.domain.commands.running import (
    AcceptOffer as AcceptOffer,
    AssignRole as AssignRole,
    Cancel as Cancel,
    ChangeSeverity as ChangeSeverity,
    ChangeStatus as ChangeStatus,
    Declare as Declare,
    DeclineOffer as DeclineOffer,
    JoinRoom as JoinRoom,
    KeepOpen as KeepOpen,
    OfferRole as OfferRole,
    Reopen as Reopen,
    Resolve as Resolve,
    RestoreTopic as RestoreTopic,
    Undo as Undo,
    WithdrawOffer as WithdrawOffer,
)
from incident_bot.domain.commands.writing import (
    AddAction as AddAction,
    AddNote as AddNote,
    Approve as Approve,
    CloseAction as CloseAction,
    Edit as Edit,
    Export as Export,
    LogEntry as LogEntry,
    PostUpdate as PostUpdate,
    Redact as Redact,
    Retract as Retract,
    SetMilestone as SetMilestone,
    SkipQuestion as SkipQuestion,
    StateImpact as StateImpact,
    StateMetric as StateMetric,
    StateWhy as StateWhy,
)
from incident_bot.domain.messages import (
    AddMessage as AddMessage,
    LookAtMessages as LookAtMessages,
    RecordFile as RecordFile,
    SeeMessage as SeeMessage,
)

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
