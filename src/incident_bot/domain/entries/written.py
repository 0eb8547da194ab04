"""What people wrote down, and how it was put right."""

from datetime import date
from typing import ClassVar, Literal, Self

from incident_bot.domain.entries.base import Told
from incident_bot.domain.messages import SlackMessage
from incident_bot.domain.people import Person
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    NoteKind,
    Priority,
    Question,
)


class Logged(Told):
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


class FileKept(Told):
    """A file of the message that entry `of` is, as fetched: `size` in bytes, `sha256` as hex."""

    kind: Literal["file_kept"] = "file_kept"
    file_id: str
    name: str
    mimetype: str
    size: int
    sha256: str
    of: int
    free_text: ClassVar[tuple[str, ...]] = ("name",)


class Updated(Told):
    """An update for stakeholders."""

    kind: Literal["updated"] = "updated"
    text: str
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text", "details")


class ImpactStated(Told):
    """One figure of the impact, supplied by a person: `Affected users` = `~15,000 (10 %)`."""

    kind: Literal["impact_stated"] = "impact_stated"
    area: ImpactArea
    name: str
    value: str
    free_text: ClassVar[tuple[str, ...]] = ("value", "name")


class MetricStated(Told):
    """One row of the metrics table, supplied by a person."""

    kind: Literal["metric_stated"] = "metric_stated"
    name: str
    baseline: str = ""
    during: str = ""
    peak: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("baseline", "during", "peak", "name")


class ActionAdded(Told):
    """Follow-up work. `owner` may be a person or any name (`sre`); `ticket` is a key or a URL."""

    kind: Literal["action_added"] = "action_added"
    action: ActionKind
    priority: Priority
    text: str
    owner: Person | None = None
    due: date | None = None
    ticket: str | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text", "ticket")


class ActionClosed(Told):
    """The action item of this number is done."""

    kind: Literal["action_closed"] = "action_closed"
    number: int


class NoteAdded(Told):
    """Something that people wrote for the postmortem, for the place named by `note`.

    For a reference: headline is the label, details the link. For an attendee: headline is the
    name, details what they did. For a follow-up: headline is what, details when.
    """

    kind: Literal["note_added"] = "note_added"
    note: NoteKind
    headline: str
    details: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("headline", "details")


class WhyStated(Told):
    """A part of the root cause analysis: the problem, the n-th why (1 to 9), or the root cause."""

    kind: Literal["why_stated"] = "why_stated"
    part: Literal["problem", "why", "root"]
    number: int = 0
    text: str
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class QuestionSkipped(Told):
    """The postmortem goes without an answer to this; nobody is asked for it again."""

    kind: Literal["question_skipped"] = "question_skipped"
    question: Question


class Approved(Told):
    """The actor approves the postmortem, in the capacity of `title`."""

    kind: Literal["approved"] = "approved"
    title: str
    free_text: ClassVar[tuple[str, ...]] = ("title",)


class Retracted(Told):
    """Supersedes an entry with nothing; `text` says why. `slack`: what became of the message in
    Slack that the entry was; None: a person took it back here."""

    kind: Literal["retracted"] = "retracted"
    target: int
    text: str = ""
    slack: Literal["unpinned", "deleted"] | None = None
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class Redacted(Told):
    """The texts of these entries were blanked for good (a pasted password); `text` says why."""

    kind: Literal["redacted"] = "redacted"
    targets: tuple[int, ...]
    text: str = ""
    free_text: ClassVar[tuple[str, ...]] = ("text",)


class PostmortemDelivered(Told):
    """Slack confirmed that the draft is in the room as a file, in the place of the one before.

    `seq` is the last entry that it was written from (0: an older version did not say).
    """

    kind: Literal["postmortem_delivered"] = "postmortem_delivered"
    file_id: str
    name: str
    seq: int = 0
