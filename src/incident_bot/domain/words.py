"""The closed sets of the domain: severity, status, milestone, role, kinds of follow-up work."""

from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """Sev1 (critical, public notice) to Sev5 (cosmetic); PagerDuty's response guide."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4
    SEV5 = 5

    @classmethod
    def _missing_(cls, value: object) -> "Severity | None":
        """Also by its label, as people write it: `Sev2`."""
        return next((s for s in cls if s.label == value), None)

    @property
    def label(self) -> str:
        """As people read it: `Sev2`."""
        return f"Sev{int(self)}"


class Status(StrEnum):
    """Where an incident stands. Order of `rank`: open, acknowledged, mitigated, resolved."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """Higher is further; a lower one recorded later never turns a status back."""
        return list(Status).index(self)

    @property
    def is_over(self) -> bool:
        """Resolved or cancelled: nothing joins it and nobody is asked to act."""
        return self in (Status.RESOLVED, Status.CANCELLED)


class Milestone(StrEnum):
    """A time that the figures are computed from (definitions: TTD, TTA, TTM, TTR)."""

    IMPACT_STARTED = "impact started"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Standing(StrEnum):
    """How somebody stands to a Slack user group. `empty`: the group has no members at all."""

    MEMBER = "member"
    OUTSIDER = "outsider"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class AlertStatus(StrEnum):
    """A PagerDuty incident's own status, as last heard."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class ActionKind(StrEnum):
    """What an action item is for."""

    PREVENTION = "prevention"
    DETECTION = "detection"
    RESPONSE = "response"
    PROCESS = "process"


class Priority(StrEnum):
    """P0 (must) to P2 (should)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class NoteKind(StrEnum):
    """What people write for the postmortem, one kind for each place in it."""

    WELL = "well"
    POORLY = "poorly"
    LUCKY = "lucky"
    FACTOR = "factor"
    SUMMARY = "summary"
    LEARNING = "learning"
    TECHNICAL = "technical"
    FIX = "fix"
    PERMANENT = "permanent"
    REFERENCE = "reference"
    ATTENDEE = "attendee"
    FOLLOW_UP = "follow-up"


class Question(StrEnum):
    """What a postmortem needs of people, in the order of the document."""

    SUMMARY = "summary"
    IMPACT_STARTED = "impact-started"
    IMPACT = "impact"
    ROOT_CAUSE = "root-cause"
    WELL = "well"
    POORLY = "poorly"
    LUCKY = "lucky"
    TECHNICAL = "technical"
    ACTIONS = "actions"


class ImpactArea(StrEnum):
    """Where a figure of the impact belongs."""

    USER = "user"
    SYSTEM = "system"
    SLO = "slo"
    SENTIMENT = "sentiment"
    BUSINESS = "business"


class ReminderKind(StrEnum):
    """What the bot reminds a room of. `archive`: that the room will be archived."""

    NO_IC = "no_ic"
    UPDATE_DUE = "update_due"
    NOT_RESOLVED = "not_resolved"
    NO_IMPACT_START = "no_impact_start"
    NO_ACTIONS = "no_actions"
    NOT_APPROVED = "not_approved"
    ACTION_OVERDUE = "action_overdue"
    ARCHIVE = "archive"


IC = "ic"
OPS = "ops"
COMMS = "comms"
