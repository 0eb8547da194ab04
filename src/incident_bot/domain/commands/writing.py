"""What people write down, for the timeline and for the postmortem."""

from datetime import date
from typing import Literal

from pydantic import Field

from incident_bot.domain.commands.base import Asking, Long, Text
from incident_bot.domain.people import Person
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Question,
)


class LogEntry(Asking):
    headline: Text
    details: Long = ""


class Edit(Asking):
    """Put an entry right: its text, its time (`at`), or both. `version`: the seq of the version
    that whoever asks has seen; refused when there is a newer one. None: whatever it says now."""

    number: int
    version: int | None = None
    headline: Long | None = None
    details: Long | None = None
    reason: Long = ""


class Retract(Asking):
    """Take an entry out of the record in force; it stays in the journal."""

    number: int
    reason: Long = ""


class Redact(Asking):
    """Blank the text of an entry and of all its versions, for good."""

    number: int
    reason: Long = ""


class SetMilestone(Asking):
    """`impact start 14:20`, or a correction of `detected`. `at` is required. `first`: refused when
    it was said before, which whoever asks did not see."""

    milestone: Literal[Milestone.IMPACT_STARTED, Milestone.DETECTED]
    first: bool = False


class StateImpact(Asking):
    area: ImpactArea
    name: Text
    value: Text


class StateMetric(Asking):
    name: Text
    baseline: Long = ""
    during: Long = ""
    peak: Long = ""


class AddAction(Asking):
    text: Text
    action: ActionKind = ActionKind.PREVENTION
    priority: Priority = Priority.P1
    owner: Person | None = None
    due: date | None = None
    ticket: str | None = None


class CloseAction(Asking):
    """The action item of this number is done."""

    number: int


class AddNote(Asking):
    note: NoteKind
    headline: Text
    details: Long = ""


class StateWhy(Asking):
    """`number` None for a why: the next one. `first`: refused when it was said before, which
    whoever asks did not see."""

    part: Literal["problem", "why", "root"]
    text: Text
    number: int | None = Field(default=None, ge=1, le=9)
    first: bool = False


class SkipQuestion(Asking):
    """The postmortem may go without an answer to this."""

    question: Question


class PostUpdate(Asking):
    text: Text
    details: Long = ""


class Approve(Asking):
    """Approve the postmortem; `title` is in which capacity (`Engineering Manager`)."""

    title: str = ""


class Export(Asking):
    """Bring a document into the room as a file."""

    document: Literal["postmortem", "timeline"] = "postmortem"
