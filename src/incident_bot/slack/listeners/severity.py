"""`/incident severity`: how bad it is."""

from incident_bot.domain.commands import ChangeSeverity
from incident_bot.slack.grammar import state
from incident_bot.slack.grammar.request import Show
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def severity(asked: Asked) -> Answer:
    """Show or change the severity."""
    wanted = state.severity(asked.rest, asked.context)
    if isinstance(wanted, Show):
        return listing.severity(asked.meant, asked.service.policy)
    command = ChangeSeverity(actor=asked.actor, severity=wanted.severity, text=wanted.text)
    return await asked.do(command)


VERB = VerbSpec(
    name="severity",
    group="Who and how bad",
    usage=("severity sev1|sev2|sev3|sev4|sev5 [why]", "severity"),
    help="changes how bad it is; alone it shows it",
    example="severity sev2 Payments are affected too",
    handler=severity,
    aliases=("sev",),
    behind="ref",
    choices=listing.severities,
)
