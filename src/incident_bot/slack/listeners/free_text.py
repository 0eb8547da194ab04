"""What is typed without a verb: outside a war room it declares, if it cannot be anything else."""

import re
from dataclasses import replace

from incident_bot.domain.decision import Refusal
from incident_bot.domain.words import Status
from incident_bot.slack.grammar import Typed, nearest, opening, plain
from incident_bot.slack.grammar.opening import SEVERITY
from incident_bot.slack.grammar.request import Declare
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.grammar.words import in_code, quoted
from incident_bot.slack.listeners import declare
from incident_bot.slack.listeners.spec import Asked
from incident_bot.slack.views.answer import Answer, answer, with_button
from incident_bot.slack.views.sentence import one_line

TO_COME = frozenset({"page", "oncall"})
"""Verbs to come: a text that begins with one asks before it opens an incident."""

MEANT = {
    "status": ("show",),
    "status mitigated": ("mitigated", "mitigate"),
    "status acknowledged": ("acknowledged", "acknowledge", "acked", "ack"),
    "resolve WHAT WAS DONE": ("close", "closed", "fixed", "solved", "done"),
    "declare TITLE": ("open",),
    "role ic @alice": ("assign", "handover", "ic", "who"),
    "role ops @alice": ("ops",),
    "role comms @alice": ("comms",),
    "edit 12 --retract": ("delete", "remove", "retract", "undo"),
    "action WHAT @alice due 2025-11-10": ("todo", "task"),
    "export postmortem": ("postmortem",),
}
"""Other words that people have for a command; too vague to be carried out as one."""

_MEANT_BY = {word: command for command, words in MEANT.items() for word in words}
BUTTON_VALUE = 2_000
ENOUGH_WORDS = 3


async def free_text(asked: Asked, typed: Typed) -> Answer:
    """Declare, or ask first: in a war room, with fewer than three words, or when the first word
    looks like a verb."""
    first = typed.word.lower().rstrip(":,")
    guess = (
        _MEANT_BY.get(first)
        or _status(asked, typed.rest)
        or _example(asked, nearest(typed.word, asked.verbs))
    )
    if typed.ref is not None:
        raise Refusal(
            f"I understood {typed.ref}, but {quoted(plain(typed.word))} is no verb. "
            f"Example: `/incident {typed.ref} {guess or _example(asked, 'log')}`"
        )
    if asked.here is not None and (level := SEVERITY.fullmatch(first)):
        why = in_code(" ".join(typed.rest.split()[1:]))
        raise Refusal(
            "Nothing was done. To change how bad it is: "
            f"`/incident {f'severity sev{level[1]} {why}'.strip()}`. "
            "To open another incident: `/incident declare TITLE`."
        )
    looks_like_a_verb = guess is not None or first in TO_COME
    wanted = opening.declare(typed.rest, asked.context)
    words = sum(not word.startswith(("--", "—", "–")) for word in typed.rest.split())
    if asked.here is None and words >= ENOUGH_WORDS and not looks_like_a_verb:
        return await declare.open_incident(asked, wanted)
    said = answer(
        (
            f"{quoted(plain(typed.word))} is no verb of `/incident`, so nothing was done. "
            f"{_hint(asked, typed, guess)}",
        )
    )
    label = f"Declare “{wanted.title}”"
    return with_button(said, label=label, action_id="declare_text", value=button_value(wanted))


async def declare_pressed(asked: Asked) -> Answer:
    """The button under it: declare after all; the answer stands in the place of the question."""
    said = await declare.open_incident(asked, opening.declare(asked.rest, asked.context))
    return replace(said, replaces=True)


def button_value(wanted: Declare) -> str:
    """The declaration as text for a button: the flags first, so that a cut never loses them."""
    flags = "--private " if wanted.private else ""
    if wanted.type is not None:
        flags += f"--type {wanted.type} "
    if wanted.severity is not None:
        flags += f"--severity {wanted.severity.label.lower()} "
    title = wanted.title
    while len(flags + escaped(title)) > BUTTON_VALUE:
        title = title[: len(title) - max(1, (len(flags + escaped(title)) - BUTTON_VALUE) // 5)]
    return flags + escaped(title)


def _hint(asked: Asked, typed: Typed, guess: str | None) -> str:
    if guess is not None:
        return f"Did you mean `/incident {guess}`?"
    if asked.here is not None:
        return f"To add it to the timeline: `/incident log {in_code(typed.rest)}`"
    return "Example: `/incident declare sev2 Checkout returns errors`"


def _status(asked: Asked, raw: str) -> str | None:
    """The command for a team's own name of a status, typed without its verb: the longest that the
    text begins with."""
    text = one_line(plain(raw).casefold())
    names = {one_line(n.casefold()) for s in asked.context.statuses for n in (s.name, *s.also)}
    for name in sorted(names - set(Status), key=len, reverse=True):
        if name and re.match(rf"{re.escape(name)}[:,]*(?= |$)", text):
            return f"status {name}"
    return None


def _example(asked: Asked, verb: str | None) -> str | None:
    return asked.verbs[verb].example if verb else None
