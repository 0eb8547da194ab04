"""Open an incident by a form: from everywhere, and with what is known already."""

from incident_bot.domain import commands as c
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal
from incident_bot.slack.views.answer import Answer
from incident_bot.slack.views.forms import declare as view
from incident_bot.slack.views.notice import notice


async def pressed(asked: Asked) -> Modal:
    """The form, for a button, the shortcut, or the verb alone."""
    return Modal(view.declare(asked.service.policy, channel=asked.channel_id))


async def chosen(asked: Asked) -> Modal:
    """A type was chosen: the form with what that means."""
    form = FilledIn(asked).form
    shown = view.declare(asked.service.policy, channel=asked.channel_id, typed=form.values)
    return Modal(shown, "update")


async def submit(asked: Asked) -> Filled:
    """Declare; what is known so far becomes the first line of the timeline."""
    filled = FilledIn(asked)
    title = filled.text(view.TITLE, view.TITLE_LIMIT, needed=True)
    headline, details = filled.headline_and_details(view.DETAILS)
    if wrong := filled.complaint:
        return wrong
    kind = filled.chosen(view.TYPE)
    declared = c.Declare(
        actor=asked.actor,
        title=title,
        severity=filled.severity(view.SEVERITY),
        private=filled.ticked(view.PRIVATE),
        type=kind if kind != view.NO_TYPE else None,
    )
    parts: list[tuple[str, c.Command]] = [(view.TITLE, declared)]
    if headline:
        known = c.LogEntry(actor=asked.actor, headline=headline, details=details)
        parts.append((view.DETAILS, known))
    said = await asked.do_all(parts)
    return Modal(notice(said.text), "update") if isinstance(said, Answer) else said
