"""What was typed behind `/incident`, carried out: as typed, or by the button that offers it."""

import re
from dataclasses import replace

from incident_bot import logs
from incident_bot.slack.grammar import Typed, split
from incident_bot.slack.grammar.opening import severity_of
from incident_bot.slack.listeners import WORDS
from incident_bot.slack.listeners.choosing import Unclear, choose
from incident_bot.slack.listeners.free_text import free_text, run_buttons
from incident_bot.slack.listeners.panel import panel
from incident_bot.slack.listeners.spec import Asked, Modal, Shown
from incident_bot.slack.views.answer import Answer, answer, with_buttons

HELP_WANTED = {"help", "--help", "—help", "–help", "-h", "?"}
"""Alone behind a verb, no text for it: `resolve --help` must resolve nothing."""


async def run(asked: Asked, raw: str) -> Answer | Modal:
    """Do what was typed, in Slack's escaping. Raises Refusal and Unavailable."""
    typed = _taken_apart(raw, asked)
    if not typed.word:
        logs.learned(verb="panel")
        return await panel(asked, typed.ref)
    logs.learned(verb=typed.verb or "free text")
    if typed.verb is None:
        return await free_text(asked, typed)
    verb, store = asked.verbs[typed.verb], asked.service.store
    person, reads = asked.person.person, asked.reads_private
    try:
        chosen = await choose(typed, verb, asked.here, person, store, reads_private=reads)
    except Unclear as unclear:
        logs.learned(outcome="refused")
        return with_buttons(answer(unclear.sentence), run_buttons(unclear.choices))
    logs.learned(ref=chosen.incident.ref if chosen.incident else None)
    return await verb.handler(replace(asked, incident=chosen.incident, rest=chosen.rest))


async def run_pressed(asked: Asked) -> Shown:
    """The button below a slip: the command as it was meant. What is for one person alone, as the
    question was, takes its place."""
    said = await run(asked, asked.rest)
    return replace(said, replaces=not said.public) if isinstance(said, Answer) else said


def _taken_apart(raw: str, asked: Asked) -> Typed:
    """The verb and what is behind it; a severity alone is one where an incident is meant."""
    typed = split(raw, WORDS)
    if HELP_WANTED & {typed.rest.strip().lower(), typed.rest_after.strip().lower()}:
        return split(f"help {typed.verb or ''}", WORDS)
    alone = re.sub(r"\A(sev(?:erity)?)\s+", r"\1", typed.rest.strip(), flags=re.IGNORECASE)
    meant = typed.ref is not None or asked.here is not None
    if typed.verb is None and meant and (level := severity_of(alone)):
        return split(f"{typed.ref or ''} severity {level.label}", WORDS)
    return typed
