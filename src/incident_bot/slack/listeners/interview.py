"""The questions after the resolution, answered with a click or a line; the draft brought again and
approved. A click, a line and what is typed are the same commands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.interview import missing
from incident_bot.domain.words import Milestone, Question
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.listeners import action, choosing, home, impact, note, why
from incident_bot.slack.listeners.spec import Asked, Filled, Modal, Shown
from incident_bot.slack.views import interview as view
from incident_bot.slack.views.answer import Answer

OLD_QUESTION = "This question belongs to an older message. The verbs do the same: `/incident help`."
ANSWERED = "That is answered already. To put it right: `{typed}`"

_TYPED: Mapping[Question, tuple[Callable[[Asked], Awaitable[Answer]], str]] = {
    Question.SUMMARY: (note.note, "summary "),
    Question.IMPACT_STARTED: (impact.impact, "start "),
    Question.IMPACT: (impact.impact, ""),
    Question.ROOT_CAUSE: (why.why, "root "),
    Question.WELL: (note.note, "well "),
    Question.POORLY: (note.note, "poorly "),
    Question.LUCKY: (note.note, "lucky "),
    Question.TECHNICAL: (note.note, "technical "),
    Question.ACTIONS: (action.add, ""),
}
"""The verb that an answer is given to, and what stands before it when it is typed."""


async def ask(asked: Asked) -> Modal:
    """`INC-1 lucky`: the form for the answer."""
    asked, question = await _about(asked)
    return Modal(view.answer_form(asked.meant, question, asked.channel_id))


async def answered(asked: Asked) -> Filled:
    """The form: read as if it had been typed."""
    about = asked.form.about if asked.form else {}
    asked = await choosing.about(asked, str(about.get("ref")))
    carry_out, before = _TYPED[_question(str(about.get("question")))]
    said = asked.form.values.get(view.ANSWER_BLOCK) if asked.form else None
    text = said if isinstance(said, str) else ""
    return await carry_out(replace(asked, rest=before + escaped(text.strip()), first=True))


async def answer_time(asked: Asked) -> Answer:
    """`INC-1 2025-10-27T14:23:00+00:00`: one of the moments that were offered."""
    ref, _, iso = asked.rest.strip().partition(" ")
    asked = await choosing.about(asked, ref)
    _must_be_missing(asked, Question.IMPACT_STARTED)
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        raise Refusal(OLD_QUESTION) from None
    return await asked.do(
        c.SetMilestone(actor=asked.actor, at=at, milestone=Milestone.IMPACT_STARTED)
    )


async def skip(asked: Asked) -> Answer:
    """`INC-1 lucky`: the postmortem goes without it."""
    asked, question = await _about(asked)
    return await asked.do(c.SkipQuestion(actor=asked.actor, question=question))


async def bring(asked: Asked) -> Answer:
    """The draft, as things stand now."""
    asked = await choosing.about(asked, asked.rest)
    return await asked.do(c.Export(actor=asked.actor))


async def approve(asked: Asked) -> Shown:
    """At once for who holds a role; others are asked in which capacity."""
    asked = await choosing.about(asked, asked.rest)
    incident, person = asked.meant, asked.person.person
    if any(person.is_same(holder) for holder in incident.roles.values()):
        return await asked.do(c.Approve(actor=asked.actor))
    return Modal(view.approve_form(incident, asked.channel_id, home=asked.home))


async def approved(asked: Asked) -> Filled:
    """The capacity was given."""
    about = asked.form.about if asked.form else {}
    title = asked.form.values.get(view.CAPACITY_BLOCK) if asked.form else None
    asked = await choosing.about(asked, str(about.get("ref")))
    said = await asked.do(c.Approve(actor=asked.actor, title=str(title or "")))
    if about.get("home"):
        await home.show(asked, str(about["home"].get("shown") or ""))
    return said


async def _about(asked: Asked) -> tuple[Asked, Question]:
    ref, _, name = asked.rest.strip().partition(" ")
    question = _question(name)
    asked = await choosing.about(asked, ref)
    _must_be_missing(asked, question)
    return asked, question


def _question(name: str) -> Question:
    try:
        return Question(name)
    except ValueError:
        raise Refusal(OLD_QUESTION) from None


def _must_be_missing(asked: Asked, question: Question) -> None:
    """Somebody else may have been quicker."""
    if question not in missing(asked.meant):
        raise Refusal(ANSWERED.format(typed=view.ASKED[question].typed))


BUTTONS: Mapping[str, Callable[[Asked], Awaitable[Shown]]] = {
    "answer_question": ask,
    "answer_time": answer_time,
    "skip_question": skip,
    "bring_draft": bring,
    "approve_draft": approve,
}
FORMS: Mapping[str, Callable[[Asked], Awaitable[Filled]]] = {
    view.ANSWER_FORM: answered,
    view.APPROVE_FORM: approved,
}
