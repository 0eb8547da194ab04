"""`/incident note`: what people write for the postmortem."""

from incident_bot.domain.commands import AddNote
from incident_bot.slack.grammar import notes
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views.answer import Answer


async def note(asked: Asked) -> Answer:
    """Keep a note for its place in the postmortem."""
    said = notes.note(asked.rest, asked.context)
    command = AddNote(
        actor=asked.actor, note=said.kind, headline=said.headline, details=said.details
    )
    return await asked.do(command)


VERB = VerbSpec(
    name="note",
    group="For the postmortem",
    usage=(
        "note well|poorly|lucky|factor|summary|learning|technical|fix|permanent TEXT",
        "note reference LABEL: URL",
        "note attendee NAME (WHAT THEY DO)",
        "note follow-up WHAT: WHEN",
    ),
    help="keeps what people say for the postmortem",
    example=notes.NOTE_EXAMPLE,
    handler=note,
    behind="ref",
)
