"""`/incident edit`: put an entry right, or take it out."""

import re

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import writing
from incident_bot.slack.grammar.request import Retract
from incident_bot.slack.listeners import forms
from incident_bot.slack.listeners.spec import Asked, Modal, VerbSpec
from incident_bot.slack.views.answer import Answer

_NUMBER = re.compile(r"#?(\d{1,9})[.:,]?")


async def edit(asked: Asked) -> Answer | Modal:
    """Correct or retract an entry; the old version stays in the journal. A number alone shows the
    form."""
    if match := _NUMBER.fullmatch(asked.rest.strip()):
        return await forms.edit.opened(asked, int(match[1]))
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
        "edit NUMBER",
    ),
    help="puts a line right, or takes it out; its number alone shows a form",
    example=writing.EDIT_EXAMPLE,
    handler=edit,
    behind="ref",
)
