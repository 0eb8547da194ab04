"""`/incident resolve`: it is over."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import state
from incident_bot.slack.grammar.request import Resolve
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def resolve(asked: Asked) -> Answer:
    """Declare the incident resolved, with what was done."""
    return await carry_out(asked, state.resolve(asked.rest, asked.context))


async def carry_out(asked: Asked, wanted: Resolve) -> Answer:
    """Resolve, also for `status resolved`."""
    command = c.Resolve(actor=asked.actor, at=wanted.at, text=wanted.text, details=wanted.details)
    return await asked.do(command)


VERB = VerbSpec(
    name="resolve",
    group="Start and end",
    usage=("resolve [at TIME] [what was done]",),
    help="ends it, in PagerDuty too, and brings the postmortem draft",
    example="resolve Rolled back to 4.2.1",
    handler=resolve,
    behind="ask",
    whole=True,
)
