"""What the state remembers for the postmortem: what was written, what people are asked, and which
draft is in the room. It is part of the fold."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from incident_bot.domain import entries as e
from incident_bot.domain.words import NoteKind, Question, Status


class Draft(BaseModel):
    """The draft that is in the room: its file, its number, and the last entry that it was written
    from."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    number: int
    seq: int


class Papers(BaseModel):
    """How many `notes` of each kind there are; the questions that were `skipped`; the entry that
    ended the incident and with which people began to be asked (`interview`, 0: it goes on); the
    last entry that a draft would show (`written`)."""

    model_config = ConfigDict(frozen=True)

    notes: Mapping[NoteKind, int] = {}
    skipped: tuple[Question, ...] = ()
    interview: int = 0
    written: int = 0
    draft: Draft | None = None


_WRITTEN = (
    e.MilestoneSet,
    e.Logged,
    e.Updated,
    e.ImpactStated,
    e.MetricStated,
    e.ActionAdded,
    e.ActionClosed,
    e.NoteAdded,
    e.WhyStated,
    e.Approved,
)
"""What people write and a draft shows."""


def after(papers: Papers, entry: e.Entry) -> Papers:
    """What is remembered after one more entry."""
    if isinstance(entry.body, _WRITTEN):
        papers = papers.model_copy(update={"written": max(papers.written, entry.seq)})
    match entry.body:
        case e.NoteAdded(note=note):
            notes = {**papers.notes, note: papers.notes.get(note, 0) + 1}
            return papers.model_copy(update={"notes": notes})
        case e.QuestionSkipped(question=question):
            return papers.model_copy(update={"skipped": (*papers.skipped, question)})
        case e.PostmortemDelivered(file_id=file_id, seq=seq):
            number = (papers.draft.number if papers.draft else 0) + 1
            draft = Draft(file_id=file_id, number=number, seq=seq)
            return papers.model_copy(update={"draft": draft})
        case e.StatusChanged(status=Status.RESOLVED):
            return papers.model_copy(update={"interview": papers.interview or entry.seq})
        case e.StatusChanged(status=Status.OPEN | Status.CANCELLED):
            return papers.model_copy(update={"interview": 0})
        case _:
            return papers


def corrected(papers: Papers, seq: int) -> Papers:
    """The same, when entry `seq` put right what was recorded before it."""
    return papers.model_copy(update={"written": max(papers.written, seq)})
