"""`/incident` alone, or with nothing but an incident's reference."""

from incident_bot import logs
from incident_bot.domain.wanted import Wanted
from incident_bot.slack.listeners import choosing
from incident_bot.slack.listeners.spec import Asked
from incident_bot.slack.views import panel as view
from incident_bot.slack.views.answer import Answer

SHORT = 5
"""So many open incidents are shown where there is no war room."""


async def panel(asked: Asked, ref: str | None) -> Answer:
    """The panel of the incident that is named, else of the one whose room this is, else what is
    going on. Raises Refusal for an incident that the person cannot reach."""
    policy, here = asked.service.policy, asked.here
    meant = (await choosing.about(asked, ref)).meant if ref is not None else here
    if meant is not None:
        logs.learned(ref=meant.ref)
        own_room = here is not None and here.ref == meant.ref
        return view.panel(meant, policy, asked.context.now, here=own_room)
    found = await asked.service.store.listed(Wanted(), choosing.knows(asked), limit=SHORT)
    return view.elsewhere(found, policy)
