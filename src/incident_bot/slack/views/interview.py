"""The message that asks people, after the resolution, for what the draft lacks: one question at a
time, each answered with a click or a line. And the forms for the line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from incident_bot.domain.incident import Incident
from incident_bot.domain.interview import is_outdated, left_out, may_have_started, questions
from incident_bot.domain.words import Question
from incident_bot.slack.views.sentence import mention, moment

Message = tuple[str, list[dict[str, Any]]]

ANSWER_FORM, APPROVE_FORM = "answer_question", "approve_draft"
ANSWER_BLOCK, CAPACITY_BLOCK = "answer", "capacity"
LONGEST = 3_000


@dataclass(frozen=True)
class Asking:
    """How one question is asked: its `name` in a list, the question, what is `typed` for it, an
    example of an answer, and whether the answer may have several `lines`."""

    name: str
    question: str
    typed: str
    example: str
    lines: bool = False


ASKED: Mapping[Question, Asking] = {
    Question.SUMMARY: Asking(
        "summary",
        "What happened, in a few sentences that somebody outside understands?",
        "/incident note summary …",
        "Checkout failed for one in ten customers for 40 minutes",
        lines=True,
    ),
    Question.IMPACT_STARTED: Asking(
        "when impact started",
        "When did the impact start?",
        "/incident impact start 14:20",
        "14:20",
    ),
    Question.IMPACT: Asking(
        "impact in figures",
        "Whom did it hit, and how badly, in figures?",
        "/incident impact user Affected users: 1,500",
        "user Affected users: 1,500",
        lines=True,
    ),
    Question.ROOT_CAUSE: Asking(
        "root cause",
        "What was the root cause?",
        "/incident why root …",
        "The pool is smaller than the number of workers",
    ),
    Question.WELL: Asking(
        "what went well",
        "What went well?",
        "/incident note well …",
        "The alert came within a minute",
    ),
    Question.POORLY: Asking(
        "what went poorly",
        "What went poorly?",
        "/incident note poorly …",
        "The runbook named a host that is gone",
    ),
    Question.LUCKY: Asking(
        "where we got lucky",
        "Where did we get lucky?",
        "/incident note lucky …",
        "It was no market day",
    ),
    Question.TECHNICAL: Asking(
        "technical details",
        "What should an engineer know of how it broke?",
        "/incident note technical …",
        "Each worker holds two connections while it retries",
        lines=True,
    ),
    Question.ACTIONS: Asking(
        "action items",
        "What should be done so that it does not come again?",
        "/incident action prevention P1 … @owner due …",
        "prevention P1 Enlarge the pool @alice due 2025-11-10",
    ),
}

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
HINT = "Anybody here may answer. Typing does the same: `{typed}`"
NOTHING_LEFT = "Everything is in. Read the draft of {ref} through, then approve it."
BUT = "Left out: {names}."
APPROVED = "The postmortem of {ref} is approved."
QUIET = "{ref} goes on, so the questions rest. They come again when it is resolved."
FURTHER_DOWN = "{ref} was resolved again: the questions go on further down."


def interview(incident: Incident, ended: int) -> Message:
    """The message that was posted after the incident ended with entry `ended`, as it is now."""
    if incident.papers.interview != ended:
        words = FURTHER_DOWN if incident.papers.interview else QUIET
        text = words.format(ref=incident.ref)
        return text, [_section(text).to_dict()]
    left = questions(incident)
    text, blocks = _asks(incident, left) if left else _nothing_left(incident)
    return text, [block.to_dict() for block in blocks]


def answer_form(incident: Incident, question: Question, channel: str) -> dict[str, Any]:
    """The form with one field for the answer."""
    asking = ASKED[question]
    field = PlainTextInputElement(
        action_id=ANSWER_BLOCK, multiline=asking.lines, max_length=LONGEST, focus_on_load=True
    )
    about = {"ref": incident.ref, "channel": channel, "question": question.value}
    hint = f"Example: {asking.example}"
    return _form(ANSWER_FORM, about, ANSWER_BLOCK, asking.question, field, hint, "Answer")


def approve_form(
    incident: Incident, channel: str, home: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """In which capacity somebody approves who holds no role in the incident. `home`: what their
    App Home remembers, if they ask there."""
    field = PlainTextInputElement(action_id=CAPACITY_BLOCK, max_length=200, focus_on_load=True)
    label, hint = "In which capacity do you approve?", "Example: Engineering Manager"
    about = {"ref": incident.ref, "channel": channel, "home": home}
    return _form(APPROVE_FORM, about, CAPACITY_BLOCK, label, field, hint, "Approve")


def _asks(incident: Incident, left: tuple[Question, ...]) -> tuple[str, list[Block]]:
    question = left[0]
    asking, value = ASKED[question], f"{incident.ref} {question.value}"
    many = f"{_NUMBERS[len(left)]} thing{'s are' if len(left) > 1 else ' is'} still missing"
    who = f"{mention(incident.ic)}, {many}" if incident.ic else many.capitalize()
    first = "First" if len(left) > 1 else "It is this"
    text = f"{who} in the draft of {incident.ref}. {first}: {asking.question}"
    known = may_have_started(incident) if question is Question.IMPACT_STARTED else {}
    lines = [f"{who} in the draft of {incident.ref}.", f"*{asking.question}*"]
    lines += [f"• {name}: {moment(at)}" for name, at in known.items()]
    buttons = [
        _button(name.capitalize(), f"answer_time:{n}", f"{incident.ref} {at.isoformat()}")
        for n, (name, at) in enumerate(known.items(), 1)
    ]
    label = "Add …" if question is Question.ACTIONS else "Answer …"
    buttons.append(_button(label, "answer_question", value, style=None if known else "primary"))
    buttons.append(_button("Skip", "skip_question", value))
    if incident.papers.draft is not None and is_outdated(incident):
        buttons.append(_bring(incident))
    hint = MarkdownTextObject(text=HINT.format(typed=asking.typed))
    return text, [
        _section("\n".join(lines)),
        ActionsBlock(elements=buttons),
        ContextBlock(elements=[hint]),
    ]


def _nothing_left(incident: Incident) -> tuple[str, list[Block]]:
    words = APPROVED if incident.watch.approved else NOTHING_LEFT
    text = words.format(ref=incident.ref)
    if skipped := left_out(incident):
        text += f" {BUT.format(names=', '.join(ASKED[q].name for q in skipped))}"
    buttons = []
    if not incident.watch.approved:
        buttons.append(_button("Approve", "approve_draft", incident.ref, style="primary"))
    buttons.append(_bring(incident))
    return text, [_section(text), ActionsBlock(elements=buttons)]


def _form(
    name: str,
    about: Mapping[str, Any],
    block_id: str,
    label: str,
    field: PlainTextInputElement,
    hint: str,
    submit: str,
) -> dict[str, Any]:
    view = View(
        type="modal",
        callback_id=name,
        private_metadata=json.dumps(about, ensure_ascii=False),
        title=PlainTextObject(text="Postmortem"),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text="Later"),
        blocks=[
            InputBlock(
                block_id=block_id,
                label=PlainTextObject(text=label),
                element=field,
                hint=PlainTextObject(text=hint),
            )
        ],
    )
    shown: dict[str, Any] = view.to_dict()
    return shown


def _bring(incident: Incident) -> ButtonElement:
    return _button("Bring the draft again", "bring_draft", incident.ref)


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))


def _button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    text = PlainTextObject(text=label, emoji=False)
    return ButtonElement(text=text, action_id=action_id, value=value, style=style)
