"""`/incident list`: what is going on, and what went on, in pages."""

from dataclasses import replace

from incident_bot.domain.decision import Refusal
from incident_bot.domain.wanted import Wanted
from incident_bot.slack.grammar import reading
from incident_bot.slack.listeners.choosing import knows
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer

OLD_LIST = "This list is of an older version. Type `/incident list` for a new one."


async def list_open(asked: Asked) -> Answer:
    """List the open incidents, or all, narrowed to what was asked for."""
    request = reading.listing(asked.rest, asked.context)
    return await show(asked, request.wanted, request.page)


async def turn_page(asked: Asked) -> Answer:
    """The buttons below a list: the page before or after, in its place."""
    turned = listing.read_turned(asked.rest)
    if turned is None:
        raise Refusal(OLD_LIST)
    return replace(await show(asked, *turned), replaces=True)


async def show(asked: Asked, wanted: Wanted, number: int) -> Answer:
    """A page, for whoever asks alone: of private incidents only those that they belong to."""
    found = await asked.service.store.listed(
        wanted,
        knows(asked),
        offset=(number - 1) * listing.PAGE,
        limit=listing.PAGE + 1,
    )
    shown, more = found[: listing.PAGE], len(found) > listing.PAGE
    return listing.page(shown, asked.service.policy, wanted, number, more=more)


VERB = VerbSpec(
    name="list",
    group="See",
    usage=("list [all] [sev1 …] [service:NAME] [words of the title] [page 2]",),
    help="lists the open incidents, or all, or those that fit",
    example=reading.LIST_EXAMPLE,
    handler=list_open,
    needs_room=False,
)
