"""An update for stakeholders, with a change of severity or status if wanted."""

from incident_bot.domain import commands as c
from incident_bot.domain.words import Status
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal
from incident_bot.slack.views.forms import update as view


async def pressed(asked: Asked) -> Modal:
    """The form, with the last update and when the next is due."""
    return opened(await about(asked, asked.rest))


def opened(asked: Asked) -> Modal:
    """The same for the verb alone, which knows its incident."""
    return Modal(view.update(asked.meant, asked.service.policy, channel=asked.channel_id))


async def chosen(asked: Asked) -> Modal:
    """More is to be changed, or no more: the form with the fields for it, or without."""
    form = FilledIn(asked).form
    asked = await about(asked, str(form.about.get("ref")))
    shown = view.update(
        asked.meant, asked.service.policy, channel=asked.channel_id, typed=form.values
    )
    return Modal(shown, "update")


async def submit(asked: Asked) -> Filled:
    """Post it; what changed is recorded before it, so that the update speaks of what holds."""
    filled = FilledIn(asked)
    asked = await about(asked, str(filled.form.about.get("ref")))
    text, details = filled.headline_and_details(view.TEXT, needed=True)
    if wrong := filled.complaint:
        return wrong
    parts: list[tuple[str, c.Command]] = []
    if severity := filled.severity(view.SEVERITY):
        changed = c.ChangeSeverity(actor=asked.actor, severity=severity)
        parts.append((view.SEVERITY, changed))
    match filled.chosen(view.STATUS):
        case Status.ACKNOWLEDGED.value:
            acknowledged = c.ChangeStatus(actor=asked.actor, status=Status.ACKNOWLEDGED)
            parts.append((view.STATUS, acknowledged))
        case Status.MITIGATED.value:
            mitigated = c.ChangeStatus(actor=asked.actor, status=Status.MITIGATED)
            parts.append((view.STATUS, mitigated))
    posted = c.PostUpdate(actor=asked.actor, text=text, details=details)
    return await asked.do_all([*parts, (view.TEXT, posted)])
