"""`/incident handover`: somebody is asked to take a role over, and answers with a button."""

from incident_bot.domain.commands import AcceptOffer, DeclineOffer, OfferRole, WithdrawOffer
from incident_bot.domain.decision import Refusal
from incident_bot.slack.grammar import people
from incident_bot.slack.listeners import choosing
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer

OLD = "This question belongs to an older message. Who has which role: `/incident role`."


async def handover(asked: Asked) -> Answer:
    """Ask somebody to take a role over, or ask no longer."""
    wanted = people.handover(asked.rest, asked.context)
    if wanted.to is None:
        return await asked.do(WithdrawOffer(actor=asked.actor, role=wanted.role))
    to = await asked.who(wanted.to)
    return await asked.do(OfferRole(actor=asked.actor, role=wanted.role, to=to))


async def accept(asked: Asked) -> Answer:
    """Who was asked says yes."""
    asked, role, offer = await _about(asked)
    return await asked.do(AcceptOffer(actor=asked.actor, role=role, offer=offer))


async def decline(asked: Asked) -> Answer:
    """Who was asked says no."""
    asked, role, offer = await _about(asked)
    return await asked.do(DeclineOffer(actor=asked.actor, role=role, offer=offer))


async def _about(asked: Asked) -> tuple[Asked, str, int]:
    """The incident, the role and the number of the offer, of a button's `INC-1 ic 12`."""
    words = asked.rest.split()
    if len(words) != 3 or not words[2].isdecimal():
        raise Refusal(OLD)
    ref, role, offer = words
    return await choosing.about(asked, ref), role, int(offer)


VERB = VerbSpec(
    name="handover",
    group="Who and how bad",
    usage=("handover @person [ic|ops|comms]", "handover none"),
    help="asks somebody to take your role over; it stays yours until they accept",
    example=people.HANDOVER,
    handler=handover,
    behind="ref",
    choices=listing.role_keys,
)
