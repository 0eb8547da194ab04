"""`/incident update`: an update for stakeholders."""

from incident_bot.domain.commands import PostUpdate
from incident_bot.slack.grammar import writing
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def update(asked: Asked) -> Answer:
    """Record an update; the summary shows the last one."""
    said = writing.update(asked.rest, asked.context)
    return await asked.do(PostUpdate(actor=asked.actor, text=said.text, details=said.details))


VERB = VerbSpec(
    name="update",
    group="Timeline",
    usage=("update TEXT",),
    help="records an update for stakeholders",
    example="update Error rate is falling, next update at 15:00",
    handler=update,
)
