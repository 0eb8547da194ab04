"""`/incident list`: what is going on."""

from incident_bot.slack.grammar import reading
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def list_open(asked: Asked) -> Answer:
    """List the open incidents, or all. A private one is listed only in its own war room."""
    everything = reading.listing(asked.rest, asked.context).all
    found = await asked.service.store.incidents(only_open=not everything, include_private=False)
    public = [incident for incident in found if not incident.private]
    here = asked.here
    if here is not None and here.private and (everything or not here.is_over):
        public.insert(0, here)
    return listing.incidents(public, asked.service.policy, everything=everything)


VERB = VerbSpec(
    name="list",
    group="See",
    usage=("list [all]",),
    help="lists the open incidents, or all",
    example="list all",
    handler=list_open,
    needs_room=False,
)
