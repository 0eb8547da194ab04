"""`/incident status`: where the incident stands."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import state
from incident_bot.slack.grammar.request import Cancel, Reopen, Resolve, SetStatus, Show
from incident_bot.slack.listeners import cancel, reopen, resolve
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def status(asked: Asked) -> Answer:
    """Show or change the status; resolved, open and cancelled are the verbs of that name."""
    match state.status(asked.rest, asked.context):
        case Show():
            return listing.status(asked.meant, asked.service.policy)
        case Resolve() as wanted:
            return await resolve.carry_out(asked, wanted)
        case Reopen() as wanted:
            return await reopen.carry_out(asked, wanted)
        case Cancel() as wanted:
            return await cancel.carry_out(asked, wanted)
        case SetStatus(status=to, at=at, text=text, details=details):
            return await asked.do(
                c.ChangeStatus(actor=asked.actor, at=at, status=to, text=text, details=details)
            )


VERB = VerbSpec(
    name="status",
    group="Who and how bad",
    usage=("status acknowledged|mitigated|resolved|open [at TIME] [text]", "status"),
    help="moves the status; alone it shows where things stand",
    example=state.STATUS_EXAMPLE,
    handler=status,
    behind="ref",
    choices=listing.statuses,
)
