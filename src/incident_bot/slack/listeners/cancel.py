"""`/incident cancel`: it was no incident."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import state
from incident_bot.slack.grammar.request import Cancel
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def cancel(asked: Asked) -> Answer:
    """Cancel a false alarm."""
    return await carry_out(asked, state.cancel(asked.rest, asked.context))


async def carry_out(asked: Asked, wanted: Cancel) -> Answer:
    """Cancel, also for `status cancelled`."""
    return await asked.do(c.Cancel(actor=asked.actor, text=wanted.text))


VERB = VerbSpec(
    name="cancel",
    group="Start and end",
    usage=("cancel [why]",),
    help="it was no incident after all",
    example="cancel A load test, not an incident",
    handler=cancel,
    behind="ask",
    whole=True,
)
