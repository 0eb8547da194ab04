"""`/incident action`: follow-up work."""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.people import Person
from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.grammar import follow_up
from incident_bot.slack.grammar.request import AddAction, CloseAction, Name, Show, Somebody
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer, with_button

OLD_ITEM = "This button belongs to an older list. `/incident action` shows the action items."


async def action(asked: Asked) -> Answer:
    """List the action items, add one, or say that one is done."""
    match follow_up.action(asked.rest, asked.context):
        case Show():
            said, ref = listing.actions(asked.meant), asked.meant.ref
            return with_button(said, label="Add an item …", action_id="open_action", value=ref)
        case CloseAction(number=number):
            return await asked.do(c.CloseAction(actor=asked.actor, number=number))
        case AddAction() as item:
            return await _add(asked, item)


async def add(asked: Asked) -> Answer:
    """Add an action item: the answer to a question, so what is no item is refused."""
    item = follow_up.action(asked.rest, asked.context)
    if not isinstance(item, AddAction):
        raise Refusal(f"That is no action item. Example: {follow_up.EXAMPLE}")
    return await _add(asked, item)


async def done(asked: Asked) -> Answer:
    """The button `INC-1 12`: that action item is done."""
    ref, _, number = asked.rest.strip().partition(" ")
    if not number.isdigit():
        raise Refusal(OLD_ITEM)
    asked = await about(asked, ref)
    return await asked.do(c.CloseAction(actor=asked.actor, number=int(number)))


async def _add(asked: Asked, item: AddAction) -> Answer:
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
        "action done NUMBER",
    ),
    help="adds an action item, or says that one is done; alone it lists them",
    example=follow_up.EXAMPLE,
    handler=action,
    aliases=("actions",),
)
