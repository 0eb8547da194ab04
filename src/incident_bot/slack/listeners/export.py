"""`/incident export`: a document as a file in the room."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import reading
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def export(asked: Asked) -> Answer:
    """Bring the postmortem or the timeline into the war room."""
    wanted = reading.export(asked.rest, asked.context)
    return await asked.do(c.Export(actor=asked.actor, document=wanted.document))


VERB = VerbSpec(
    name="export",
    group="See",
    usage=("export [postmortem|timeline]",),
    help="brings the document into the war room as a file",
    example="export timeline",
    handler=export,
    behind="ref",
)
