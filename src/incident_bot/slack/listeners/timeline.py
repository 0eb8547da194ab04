"""`/incident timeline`: the numbered lines, for whoever asks."""

from dataclasses import replace

from incident_bot.domain import journal as read
from incident_bot.slack.grammar import reading
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer
from incident_bot.slack.views.timeline import timeline as view


async def timeline(asked: Asked) -> Answer:
    """Show a page of the timeline."""
    return await _page(asked, reading.timeline(asked.rest, asked.context).page)


async def turned(asked: Asked) -> Answer:
    """`INC-1 2`: the page, in the place of the one whose button was pressed."""
    ref, _, page = asked.rest.strip().partition(" ")
    asked = await about(asked, ref)
    number = reading.timeline(page, asked.context).page
    return replace(await _page(asked, number), replaces=True)


async def _page(asked: Asked, page: int | None) -> Answer:
    lines = read.timeline(await asked.service.store.journal(asked.meant.ref))
    return view(asked.meant, lines, page, asked.service.policy, asked.context.zone)


VERB = VerbSpec(
    name="timeline",
    group="See",
    usage=("timeline [page]",),
    help="shows the lines with their numbers",
    example="timeline 2",
    handler=timeline,
    behind="ref",
)
