"""`/incident edit`: put an entry right, or take it out."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import writing
from incident_bot.slack.grammar.request import Retract
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def edit(asked: Asked) -> Answer:
    """Correct or retract an entry; the old version stays in the journal."""
    change = writing.edit(asked.rest, asked.context)
    if isinstance(change, Retract):
        return await asked.do(
            c.Retract(actor=asked.actor, number=change.number, reason=change.reason)
        )
    command = c.Edit(
        actor=asked.actor,
        at=change.at,
        number=change.number,
        headline=change.headline,
        details=change.details,
        reason=change.reason,
    )
    return await asked.do(command)


VERB = VerbSpec(
    name="edit",
    group="Timeline",
    usage=(
        "edit NUMBER [TIME] [NEW TEXT] [--why reason]",
        "edit NUMBER --retract [reason]",
    ),
    help="puts a line right, or takes it out",
    example=writing.EDIT_EXAMPLE,
    handler=edit,
    behind="ref",
)
