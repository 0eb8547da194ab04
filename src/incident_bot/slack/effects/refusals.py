"""What the other side refuses is told in words, once, and not tried again."""

from incident_bot.effects import Done, Effect, GiveUp, Handler, Refused


def given_up(what: str, refused: Refused) -> GiveUp:
    """`what` completes "I could not …"."""
    return GiveUp(f"I could not {what}. {refused.sentence}")


def told(what: str, handler: Handler) -> Handler:
    """The handler, with every refusal that it lets through told in words."""

    async def telling(effect: Effect) -> Done:
        try:
            return await handler(effect)
        except Refused as refused:
            raise given_up(what, refused) from refused

    return telling
