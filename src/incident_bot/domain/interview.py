"""What a postmortem still lacks that only people know, and what they are asked, one by one."""

from datetime import datetime

from incident_bot.domain.incident import Incident
from incident_bot.domain.words import Milestone, NoteKind, Question

_NOTES = {
    Question.SUMMARY: NoteKind.SUMMARY,
    Question.WELL: NoteKind.WELL,
    Question.POORLY: NoteKind.POORLY,
    Question.LUCKY: NoteKind.LUCKY,
    Question.TECHNICAL: NoteKind.TECHNICAL,
}


def missing(incident: Incident) -> tuple[Question, ...]:
    """What nobody has written yet, in the order of the document."""
    return tuple(question for question in Question if not _is_answered(incident, question))


def questions(incident: Incident) -> tuple[Question, ...]:
    """What people are still asked: what is missing and was not skipped."""
    return tuple(q for q in missing(incident) if q not in incident.papers.skipped)


def left_out(incident: Incident) -> tuple[Question, ...]:
    """What is missing on purpose: it was skipped."""
    return tuple(q for q in missing(incident) if q in incident.papers.skipped)


def is_outdated(incident: Incident) -> bool:
    """True when something was written since the draft in the room, or there is none."""
    papers = incident.papers
    return papers.draft is None or papers.written > papers.draft.seq


def may_have_started(incident: Incident) -> dict[str, datetime]:
    """When the impact may have started, as far as is known: moments (aware UTC) by their name,
    earliest last."""
    found = {"at detection": incident.detected}
    fired = [alert.since for alert in incident.alerts.values() if alert.since is not None]
    if fired and min(fired) < incident.detected:
        found["at the first alert"] = min(fired)
    return found


def _is_answered(incident: Incident, question: Question) -> bool:
    match question:
        case Question.IMPACT_STARTED:
            return Milestone.IMPACT_STARTED in incident.times
        case Question.IMPACT:
            return bool(incident.impact)
        case Question.ROOT_CAUSE:
            return "why/root/0" in incident.current
        case Question.ACTIONS:
            return bool(incident.actions)
        case _:
            return incident.papers.notes.get(_NOTES[question], 0) > 0
