"""`/incident action`: follow-up work."""

from incident_bot.domain import commands as c
from incident_bot.domain.people import Person
from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.grammar import follow_up
from incident_bot.slack.grammar.request import Name, Show, Somebody
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer


async def action(asked: Asked) -> Answer:
    """List the action items, or add one."""
    item = follow_up.action(asked.rest, asked.context)
    if isinstance(item, Show):
        return listing.actions(asked.meant)
    owner = None if item.owner is None else await _owner(asked, item.owner)
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


async def _owner(asked: Asked, named: Somebody) -> Person:
    """A plain name that is no account of Slack's known here is one all the same: a team's."""
    if isinstance(named, Name):
        found = await asked.called(named.name)
        return found[0] if len(found) == 1 else Person(name=named.name, handle=named.name)
    return await asked.who(named)


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
