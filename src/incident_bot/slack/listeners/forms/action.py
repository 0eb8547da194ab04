"""Follow-up work by a form."""

from incident_bot.domain import commands as c
from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal
from incident_bot.slack.views.forms import action as view


async def pressed(asked: Asked) -> Modal:
    """The form."""
    asked = await about(asked, asked.rest)
    return Modal(view.action(asked.meant, channel=asked.channel_id))


async def submit(asked: Asked) -> Filled:
    """Add it."""
    filled = FilledIn(asked)
    asked = await about(asked, str(filled.form.about.get("ref")))
    text = " ".join(filled.text(view.TEXT, needed=True).split())
    due, ticket = filled.picked_day(view.DUE), filled.text(view.TICKET, view.TICKET_LIMIT)
    if wrong := filled.complaint:
        return wrong
    added = c.AddAction(
        actor=asked.actor,
        text=text,
        action=ActionKind(filled.chosen(view.KIND) or ActionKind.PREVENTION),
        priority=Priority(filled.chosen(view.PRIORITY) or Priority.P1),
        owner=await filled.person(view.OWNER),
        due=due,
        ticket=ticket or None,
    )
    return await asked.do_all([(view.TEXT, added)])
