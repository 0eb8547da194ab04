"""The requests that `/incident` can make: a verb with typed parts, before any look-up.

Texts are plain (as typed); times are aware UTC, None when none was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from incident_bot.domain.levels import DEFAULT_STATUSES, StatusName
from incident_bot.domain.policy import DEFAULT_ROLES, Role
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Severity,
    Status,
)


@dataclass(frozen=True)
class Context:
    """What reading needs: domain time (aware UTC), the person's zone, the roles there are, and
    how the statuses are called."""

    now: datetime
    zone: ZoneInfo
    roles: Sequence[Role] = DEFAULT_ROLES
    statuses: Sequence[StatusName] = DEFAULT_STATUSES


@dataclass(frozen=True)
class Mention:
    """Somebody chosen from Slack's list."""

    slack_id: str
    handle: str | None = None


@dataclass(frozen=True)
class Name:
    """A name that is no Slack account, without its `@`: a team, somebody elsewhere."""

    name: str


@dataclass(frozen=True)
class Me:
    """Whoever typed it. `claims`: nobody was named, which takes the role from nobody."""

    claims: bool = False


Somebody = Mention | Name | Me
"""Whom a text names."""


@dataclass(frozen=True)
class Declare:
    title: str
    severity: Severity | None = None
    private: bool = False
    type: str | None = None


@dataclass(frozen=True)
class Log:
    headline: str
    details: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Edit:
    """None: that part stays as it is."""

    number: int
    headline: str | None = None
    details: str | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Retract:
    number: int
    reason: str = ""


@dataclass(frozen=True)
class Redact:
    number: int
    reason: str = ""


@dataclass(frozen=True)
class GiveRole:
    """`holder` None releases the role. `role` is its key."""

    role: str
    holder: Somebody | None
    at: datetime | None = None


@dataclass(frozen=True)
class HandOver:
    """`to` None: ask nobody any more. `role` None: the one that whoever asks has."""

    to: Somebody | None
    role: str | None = None


@dataclass(frozen=True)
class SetSeverity:
    severity: Severity
    text: str = ""


@dataclass(frozen=True)
class SetStatus:
    """Acknowledged or mitigated."""

    status: Literal[Status.ACKNOWLEDGED, Status.MITIGATED]
    at: datetime | None = None
    text: str = ""
    details: str = ""


@dataclass(frozen=True)
class Resolve:
    at: datetime | None = None
    text: str = ""
    details: str = ""


@dataclass(frozen=True)
class Reopen:
    text: str = ""


@dataclass(frozen=True)
class Cancel:
    text: str = ""


@dataclass(frozen=True)
class Update:
    text: str
    details: str = ""


@dataclass(frozen=True)
class AddAction:
    """None: the domain's default."""

    text: str
    kind: ActionKind | None = None
    priority: Priority | None = None
    owner: Somebody | None = None
    due: date | None = None
    ticket: str | None = None


@dataclass(frozen=True)
class CloseAction:
    number: int


@dataclass(frozen=True)
class SetTime:
    milestone: Literal[Milestone.IMPACT_STARTED, Milestone.DETECTED]
    at: datetime


@dataclass(frozen=True)
class Figure:
    area: ImpactArea
    name: str
    value: str


@dataclass(frozen=True)
class Metric:
    name: str
    baseline: str = ""
    during: str = ""
    peak: str = ""


@dataclass(frozen=True)
class Figures:
    """Several lines at once."""

    rows: tuple[Figure | Metric, ...]


@dataclass(frozen=True)
class Note:
    kind: NoteKind
    headline: str
    details: str = ""


@dataclass(frozen=True)
class Why:
    """`number` None: the next one."""

    part: Literal["problem", "why", "root"]
    text: str
    number: int | None = None


@dataclass(frozen=True)
class Approve:
    title: str = ""


@dataclass(frozen=True)
class Timeline:
    """`page` counts from 1; None: the last one, where the newest lines are."""

    page: int | None = None


@dataclass(frozen=True)
class Export:
    document: Literal["postmortem", "timeline"] = "postmortem"


@dataclass(frozen=True)
class ListIncidents:
    """`page` counts from 1."""

    wanted: Wanted
    page: int = 1


@dataclass(frozen=True)
class Help:
    """`about` is a word after help, "" for the overview."""

    about: str = ""


@dataclass(frozen=True)
class Show:
    """The verb alone: how it stands now."""

    what: Literal["roles", "severity", "status", "actions"]
