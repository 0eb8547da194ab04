"""`/incident timeline`: the numbered lines, for whoever asks."""

from incident_bot.domain import journal as read
from incident_bot.slack.grammar import reading
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer
from incident_bot.slack.views.timeline import timeline as view


async def timeline(asked: Asked) -> Answer:
    """Show a page of the timeline."""
    page = reading.timeline(asked.rest, asked.context).page
    lines = read.timeline(await asked.service.store.journal(asked.meant.ref))
    return view(asked.meant, lines, page, asked.service.policy)


VERB = VerbSpec(
    name="timeline",
    group="See",
    usage=("timeline [page]",),
    help="shows the lines with their numbers",
    example="timeline 2",
    handler=timeline,
    behind="ref",
)
