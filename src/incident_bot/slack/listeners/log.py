"""`/incident log`: a line of the timeline."""

from incident_bot.domain.commands import LogEntry
from incident_bot.slack.grammar import writing
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def log(asked: Asked) -> Answer:
    """Log what happened, now or at the time given."""
    line = writing.log(asked.rest, asked.context)
    command = LogEntry(actor=asked.actor, at=line.at, headline=line.headline, details=line.details)
    return await asked.do(command)


VERB = VerbSpec(
    name="log",
    group="Timeline",
    usage=("log [TIME] WHAT HAPPENED",),
    help="adds a line to the timeline",
    example=writing.LOG_EXAMPLE,
    handler=log,
)
