"""What is typed without a verb: outside a war room it declares, if it cannot be anything else."""

from incident_bot.domain.decision import Refusal
from incident_bot.slack.grammar import Typed, nearest, opening, plain
from incident_bot.slack.grammar.request import Declare
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.grammar.words import RESERVED, quoted
from incident_bot.slack.listeners import declare
from incident_bot.slack.listeners.spec import Asked
from incident_bot.slack.views.answer import Answer, answer, with_button

BUTTON_VALUE = 2_000
ENOUGH_WORDS = 3


async def free_text(asked: Asked, typed: Typed) -> Answer:
    """Declare, or ask first: in a war room, with fewer than three words, or when the first word
    looks like a verb."""
    guess = nearest(typed.word, asked.verbs)
    if typed.ref is not None:
        raise Refusal(
            f"I understood {typed.ref}, but {quoted(plain(typed.word))} is no verb. "
            f"Example: `/incident {typed.ref} {_example(asked, guess or 'log')}`"
        )
    looks_like_a_verb = guess is not None or typed.word.lower().rstrip(":") in RESERVED
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
    """The button under it: declare after all."""
    return await declare.open_incident(asked, opening.declare(asked.rest, asked.context))


def button_value(wanted: Declare) -> str:
    """The declaration as text for a button: the flags first, so that a cut never loses them."""
    flags = "--private " if wanted.private else ""
    if wanted.severity is not None:
        flags += f"--severity {wanted.severity.label.lower()} "
    title = wanted.title
    while len(flags + escaped(title)) > BUTTON_VALUE:
        title = title[: len(title) - max(1, (len(flags + escaped(title)) - BUTTON_VALUE) // 5)]
    return flags + escaped(title)


def _hint(asked: Asked, typed: Typed, guess: str | None) -> str:
    if guess is not None:
        return f"Did you mean `/incident {_example(asked, guess)}`?"
    if asked.here is not None:
        text = " ".join(plain(typed.rest).split()).replace("`", "'")
        text = text if len(text) <= 120 else text[:119] + "…"
        return f"To add it to the timeline: `/incident log {text}`"
    return "Example: `/incident declare sev2 Checkout returns errors`"


def _example(asked: Asked, verb: str) -> str:
    return asked.verbs[verb].example
