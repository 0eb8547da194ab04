"""`/incident declare`: open an incident by hand."""

from incident_bot.domain import commands as c
from incident_bot.slack.grammar import opening
from incident_bot.slack.grammar.request import Declare
from incident_bot.slack.listeners import forms
from incident_bot.slack.listeners.spec import Asked, Modal, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def declare(asked: Asked) -> Answer | Modal:
    """Open an incident; anywhere, also in another's war room. Alone it shows the form."""
    if not asked.rest.strip():
        return await forms.declare.pressed(asked)
    return await open_incident(asked, opening.declare(asked.rest, asked.context))


async def open_incident(asked: Asked, wanted: Declare) -> Answer:
    """Open what was read from a command, from free text or from a button."""
    return await asked.do(command(asked, wanted))


def command(asked: Asked, wanted: Declare) -> c.Declare:
    """What was read, as a command of whoever asked."""
    return c.Declare(
        actor=asked.actor,
        title=wanted.title,
        severity=wanted.severity,
        private=wanted.private,
        type=wanted.type,
    )


VERB = VerbSpec(
    name="declare",
    group="Start and end",
    usage=("declare [sev2] [--private] [--type KEY] TITLE",),
    help="opens an incident and its war room; alone it shows a form",
    example=opening.EXAMPLE,
    handler=declare,
    needs_room=False,
    choices=listing.types,
)
