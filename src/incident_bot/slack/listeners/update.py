"""`/incident update`: an update for stakeholders."""

from incident_bot.domain.commands import PostUpdate
from incident_bot.slack.grammar import writing
from incident_bot.slack.listeners import forms
from incident_bot.slack.listeners.spec import Asked, Modal, VerbSpec
from incident_bot.slack.views.answer import Answer


async def update(asked: Asked) -> Answer | Modal:
    """Record an update; the summary shows the last one. Alone it shows the form."""
    if not asked.rest.strip():
        return forms.update.opened(asked)
    said = writing.update(asked.rest, asked.context)
    return await asked.do(PostUpdate(actor=asked.actor, text=said.text, details=said.details))


VERB = VerbSpec(
    name="update",
    group="Timeline",
    usage=("update TEXT",),
    help="records an update for stakeholders; alone it shows a form",
    example="update Error rate is falling, next update at 15:00",
    handler=update,
)
