"""What the other side refuses is told in words, once, and not tried again."""

from incident_bot.effects import Done, Effect, GiveUp, Handler, Refused
from incident_bot.slack.gateway import SlackRefused

ARCHIVED = frozenset({"is_archived", "is_inactive"})
"""Slack's words for a channel in which nothing can be done any more."""


def given_up(what: str, refused: Refused) -> GiveUp:
    """`what` completes "I could not …"."""
    return GiveUp(f"I could not {what}. {refused.sentence}")


def _room_is_archived(effect: Effect) -> bool:
    """True when we archived it: what comes after that has nowhere to go, and is no failure."""
    return effect.incident is not None and effect.incident.room_archived


def told(what: str, handler: Handler) -> Handler:
    """The handler, with every refusal that it lets through told in words."""

    async def telling(effect: Effect) -> Done:
        try:
            return await handler(effect)
        except SlackRefused as refused:
            if _room_is_archived(effect) and refused.code in ARCHIVED:
                return Done(result={"gone": refused.code})
            raise given_up(what, refused) from refused
        except Refused as refused:
            raise given_up(what, refused) from refused

    return telling
