"""`/incident approve`: approve the postmortem."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import notes
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def approve(asked: Asked) -> Answer:
    """Approve, in the capacity named."""
    wanted = notes.approve(asked.rest, asked.context)
    return await asked.do(c.Approve(actor=asked.actor, title=wanted.title))


VERB = VerbSpec(
    name="approve",
    group="For the postmortem",
    usage=("approve [as TITLE]",),
    help="approves the postmortem",
    example=notes.APPROVE_EXAMPLE,
    handler=approve,
    behind="ref",
)
