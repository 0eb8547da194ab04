"""After the resolution: people are asked what the draft lacks, in one message that follows what
they answer, and the draft is brought again when nothing is left to ask."""

from dataclasses import replace
from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions.common import document, moment, must_exist
from incident_bot.domain.fold import apply
from incident_bot.domain.incident import Incident
from incident_bot.domain.interview import is_outdated, questions
from incident_bot.domain.people import BOT
from incident_bot.domain.words import Question, Status

_CONCERNS = (
    e.MilestoneSet,
    e.ImpactStated,
    e.WhyStated,
    e.NoteAdded,
    e.ActionAdded,
    e.QuestionSkipped,
    e.Approved,
    e.PostmortemDelivered,
    e.Retracted,
)
"""What may change what is asked, or what can be done next."""

NAMES = {
    Question.SUMMARY: "the summary",
    Question.IMPACT_STARTED: "when the impact started",
    Question.IMPACT: "the impact in figures",
    Question.ROOT_CAUSE: "the root cause",
    Question.WELL: "what went well",
    Question.POORLY: "what went poorly",
    Question.LUCKY: "where we got lucky",
    Question.TECHNICAL: "the technical details",
    Question.ACTIONS: "action items",
}


def interview_key(ref: str, ended: int) -> str:
    """The key of the message that asks, after the incident ended with entry `ended`."""
    return f"{ref}/interview/{ended}"


def ask(ref: str, ended: int, *, after: str) -> NewJob:
    """The message in the room, once the draft (the job `after`) is there, or cannot come."""
    key = interview_key(ref, ended)
    return NewJob(kind=JobKind.ASK_QUESTION, key=key, args={"of": ended}, lane=key, after=(after,))


def skip(incident: Incident, command: c.SkipQuestion, now: datetime) -> Decision:
    """The postmortem goes without it, unless somebody writes it after all."""
    must_exist(incident)
    name = NAMES[command.question]
    if command.question not in questions(incident):
        raise Refusal(f"Nobody is asked for that any more: {name}.")
    return Decision(
        entries=(NewEntry(e.QuestionSkipped(question=command.question), moment(command, now)),),
        reply=Reply((f"The postmortem of {incident.ref} goes without {name}.",)),
    )


def followed(incident: Incident, decision: Decision, now: datetime) -> Decision:
    """The decision, and what the message and the draft in the room have to follow of it."""
    if not incident.exists or not decision.entries:
        return decision
    ref, seq = incident.ref, incident.last_seq + len(decision.entries)
    jobs = []
    if incident.papers.interview and any(_concerns(new.body) for new in decision.entries):
        key = interview_key(ref, incident.papers.interview)
        args = {"seq": seq, "of": incident.papers.interview}
        jobs.append(NewJob(kind=JobKind.UPDATE_QUESTION, key=f"{key}/{seq}", args=args, lane=key))
    blanked = bool(decision.redact) and incident.papers.draft is not None
    if blanked or (incident.papers.interview and _answers_the_last(incident, decision, now)):
        jobs.append(document(ref, "postmortem", seq, now, newer=not blanked))
    return replace(decision, jobs=(*decision.jobs, *jobs))


def _concerns(body: e.Body) -> bool:
    reopens = isinstance(body, e.StatusChanged) and body.status is Status.OPEN
    return reopens or isinstance(body, _CONCERNS)


def _answers_the_last(incident: Incident, decision: Decision, now: datetime) -> bool:
    """True when there was something to ask before it, there is nothing after it, and a draft
    would now show more. A correction answers nothing that was not answered before."""
    if any(new.supersedes is not None for new in decision.entries) or not questions(incident):
        return False
    after = incident
    for seq, new in enumerate(decision.entries, incident.last_seq + 1):
        entry = e.Entry(
            seq=seq, occurred_at=new.occurred_at, recorded_at=now, actor=BOT, body=new.body
        )
        after = apply(after, entry)
    return bool(after.papers.interview) and not questions(after) and is_outdated(after)
