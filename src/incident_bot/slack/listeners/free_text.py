"""What is typed without a verb: outside a war room it declares, if it cannot be anything else."""

import re
from collections.abc import Sequence
from dataclasses import replace

from incident_bot.domain import commands as c
from incident_bot.domain.words import Status
from incident_bot.slack.grammar import Typed, nearest, opening, plain
from incident_bot.slack.grammar.opening import SEVERITY
from incident_bot.slack.grammar.request import Declare
from incident_bot.slack.grammar.short import TITLES, beginning
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.grammar.words import in_code, quoted
from incident_bot.slack.listeners import choosing, declare
from incident_bot.slack.listeners.spec import Asked, names_of
from incident_bot.slack.views.answer import Answer, Press, answer, with_button, with_buttons
from incident_bot.slack.views.sentence import one_line

TO_COME = frozenset({"page", "oncall"})
"""Verbs to come: a text that begins with one asks before it opens an incident."""

MEANT = {
    "status": ("show",),
    "status {word} {rest}": (
        *("mitigated", "mitigate", "acknowledged", "acknowledge", "acked", "ack"),
    ),
    "resolve {rest}": ("close", "closed"),
    "resolve {word} {rest}": ("fixed", "solved", "done"),
    "declare {rest}": ("open",),
    "role": ("who",),
    "role {rest}": ("assign",),
    "role ic {rest}": ("handover",),
    "role {word} {rest}": ("ic", "ops", "comms"),
    "edit {rest} --retract": ("delete", "remove", "retract", "undo"),
    "action {rest}": ("todo", "task"),
    "export postmortem": ("postmortem",),
}
"""Other words that people have for a command; too vague to be carried out as one unasked."""

_MEANT_BY = {word: command for command, words in MEANT.items() for word in words}
BUTTON_VALUE = 2_000
ENOUGH_WORDS = 3
GUESSES = 3
UNDO = "Not what you wanted? You can undo it within 10 minutes."


async def free_text(asked: Asked, typed: Typed) -> Answer:
    """Declare, or ask first: in a war room, with fewer than three words, or when the first word
    looks like a verb."""
    meant = _guesses(asked, typed)
    if typed.ref is not None:
        return _not_of_an_incident(asked, typed, meant)
    looks_like_a_verb = bool(meant) or _first(typed) in TO_COME
    wanted = opening.declare(typed.rest, asked.context)
    words = sum(_counts(word) for word in typed.rest.split())
    if asked.here is None and words >= ENOUGH_WORDS and not looks_like_a_verb:
        return await _declared(asked, wanted)
    in_room = asked.here is not None and not any(map(_is_flag, typed.rest.split()))
    a_line = in_room and (not meant or words >= ENOUGH_WORDS)
    to_log = [f"log {typed.rest}"] if a_line else []
    if meant:
        hint = _did_you_mean(meant)
    elif to_log:
        hint = f"To add it to the timeline: `/incident {in_code(to_log[0])}`"
    else:
        hint = "Example: `/incident declare sev2 Checkout returns errors`"
    said = answer(
        (f"{quoted(plain(typed.word))} is no verb of `/incident`, so nothing was done. {hint}",)
    )
    declares = Press(f"Declare “{wanted.title}”", "declare_text", button_value(wanted))
    return with_buttons(said, [*run_buttons(_labelled([*meant, *to_log])), declares])


async def declare_pressed(asked: Asked) -> Answer:
    """The button under it: declare after all, in the place of the question."""
    said = await declare.open_incident(asked, opening.declare(asked.rest, asked.context))
    return replace(said, replaces=True)


async def undo_pressed(asked: Asked) -> Answer:
    """The button under what was declared at once: take it back."""
    asked = await choosing.about(asked, asked.rest)
    said = await asked.do(c.Undo(actor=asked.actor))
    return replace(said, replaces=True)


async def _declared(asked: Asked, wanted: Declare) -> Answer:
    """Declared at once, with a way back: nobody said the word `declare`."""
    sentence, public, incident = await asked.carry_out(declare.command(asked, wanted))
    said = answer((*sentence, "\n", UNDO), public=public, recorded=True)
    if incident is None:
        return said
    label = f"Undo {incident.ref}"
    return with_button(said, label=label, action_id="undo_declare", value=incident.ref)


def _not_of_an_incident(asked: Asked, typed: Typed, meant: list[str]) -> Answer:
    """An incident was named, and no verb."""
    meant = [f"{typed.ref} {command}" for command in meant]
    example = f"Example: `/incident {typed.ref} {asked.verbs['log'].example}`"
    hint = _did_you_mean(meant) if meant else example
    understood = f"I understood {typed.ref}, but {quoted(plain(typed.word))} is no verb. {hint}"
    return with_buttons(answer((understood,)), run_buttons(_labelled(meant)))


def _guesses(asked: Asked, typed: Typed) -> list[str]:
    """The commands that may be meant, likeliest first, in Slack's escaping."""
    first, rest = _first(typed), typed.rest[len(typed.word) :]
    meant_here = asked.here is not None or typed.ref is not None
    if template := _MEANT_BY.get(first):
        return [template.format(word=first, rest=rest.strip()).strip()]
    if _is_status(asked, typed.rest):
        return [f"status {typed.rest}"]
    if meant_here and (level := SEVERITY.fullmatch(first)):
        flagged = any(map(_is_flag, rest.split()))  # of an incident that is to be opened
        return [] if flagged else [f"severity sev{level[1]} {rest.strip()}".strip()]
    if first in TITLES and rest.strip():
        return []
    close = nearest(typed.word, asked.verbs)
    verbs = beginning(first, names_of(asked.verbs)) or ([close] if close else [])
    return [f"{verb}{rest}".strip() for verb in verbs[:GUESSES]]


def _did_you_mean(meant: list[str]) -> str:
    return f"Did you mean {' or '.join(f'`/incident {in_code(each)}`' for each in meant)}?"


def run_buttons(commands: Sequence[tuple[str, str]]) -> list[Press]:
    """A button for each label and command, in Slack's escaping; what is too long for one has to be
    typed again."""
    return [
        Press(label, f"run_typed:{number}", command)
        for number, (label, command) in enumerate(commands, start=1)
        if len(command) <= BUTTON_VALUE
    ]


def _labelled(meant: list[str]) -> list[tuple[str, str]]:
    return [(f"Run /incident {one_line(plain(command))}", command) for command in meant]


def _first(typed: Typed) -> str:
    return typed.word.lower().rstrip(":,")


def _is_flag(word: str) -> bool:
    """True for `--private`, however the keyboard wrote its dashes; a dash alone is none."""
    return opening.FLAG.match(word) is not None


def _counts(word: str) -> bool:
    return not _is_flag(word) and any(sign.isalnum() for sign in word)


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


def _is_status(asked: Asked, raw: str) -> bool:
    """True for a team's own name of a status, typed without its verb."""
    text = one_line(plain(raw).casefold())
    names = {one_line(n.casefold()) for s in asked.context.statuses for n in (s.name, *s.also)}
    return any(
        re.match(rf"{re.escape(name)}[:,]*(?= |$)", text) for name in names - set(Status) if name
    )
