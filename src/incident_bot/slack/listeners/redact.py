"""`/incident redact`: blank an entry for good."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import writing
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def redact(asked: Asked) -> Answer:
    """Blank the text of an entry and of all its versions."""
    wanted = writing.redact(asked.rest, asked.context)
    return await asked.do(c.Redact(actor=asked.actor, number=wanted.number, reason=wanted.reason))


VERB = VerbSpec(
    name="redact",
    group="Timeline",
    usage=("redact NUMBER [why]",),
    help="blanks a line for good (a pasted password)",
    example=writing.REDACT_EXAMPLE,
    handler=redact,
    behind="ref",
    whole=True,
)
