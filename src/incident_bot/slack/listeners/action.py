"""`/incident action`: follow-up work."""

from incident_bot.domain import commands as c
from incident_bot.domain.people import Person
from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.grammar import follow_up
from incident_bot.slack.grammar.request import Mention, Name, Show
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def action(asked: Asked) -> Answer:
    """List the action items, or add one."""
    item = follow_up.action(asked.rest, asked.context)
    if isinstance(item, Show):
        return listing.actions(asked.meant)
    owner: Person | None
    match item.owner:
        case Mention() as mention:
            owner = await asked.who(mention)
        case Name(name=name):
            owner = Person(name=name, handle=name)
        case None:
            owner = None
    command = c.AddAction(
        actor=asked.actor,
        text=item.text,
        action=item.kind or ActionKind.PREVENTION,
        priority=item.priority or Priority.P1,
        owner=owner,
        due=item.due,
        ticket=item.ticket,
    )
    return await asked.do(command)


VERB = VerbSpec(
    name="action",
    group="For the postmortem",
    usage=(
        "action [prevention|detection|response|process] [P0|P1|P2] TEXT [@owner] "
        "[due 2025-11-10] [ticket ENG-1234]",
        "action",
    ),
    help="adds an action item; alone it lists them",
    example=follow_up.EXAMPLE,
    handler=action,
    aliases=("actions",),
)
