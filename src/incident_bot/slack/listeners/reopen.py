"""`/incident reopen`: it was not over."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import state
from incident_bot.slack.grammar.request import Reopen
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def reopen(asked: Asked) -> Answer:
    """Open a resolved or cancelled incident again."""
    return await carry_out(asked, state.reopen(asked.rest, asked.context))


async def carry_out(asked: Asked, wanted: Reopen) -> Answer:
    """Reopen, also for `status open`."""
    return await asked.do(c.Reopen(actor=asked.actor, text=wanted.text))


VERB = VerbSpec(
    name="reopen",
    group="Start and end",
    usage=("reopen [why]",),
    help="opens a resolved or cancelled incident again",
    example="reopen The errors are back",
    handler=reopen,
    behind="ask",
    whole=True,
)
