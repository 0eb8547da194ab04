"""`/incident why`: the root cause analysis."""

from incident_bot.domain.commands import StateWhy
from incident_bot.slack.grammar import notes
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def why(asked: Asked) -> Answer:
    """State the problem, a why (the next one unless numbered), or the root cause."""
    said = notes.why(asked.rest, asked.context)
    command = StateWhy(
        actor=asked.actor, part=said.part, text=said.text, number=said.number, first=asked.first
    )
    return await asked.do(command)


VERB = VerbSpec(
    name="why",
    group="For the postmortem",
    usage=("why TEXT", "why 3 TEXT", "why problem TEXT", "why root TEXT"),
    help="the next of the five whys, the problem, or the root cause",
    example=notes.WHY_EXAMPLE,
    handler=why,
)
