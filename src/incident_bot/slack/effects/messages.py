"""What the bot says in the room: sentences that a decision made, and the question if it is over."""

from incident_bot.domain.decision import from_json
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.posting import post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views.question import ask_to_resolve, said

SAY = "tell the room something"
ASK = "ask the room whether it is over"


class Messages:
    """The handlers of `say` and `ask_to_resolve`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def say(self, effect: Effect) -> Done:
        """`say`: a sentence, maybe with buttons."""
        sentence = from_json(effect.args["sentence"])
        text, blocks = said(sentence, effect.args.get("buttons") or ())
        return Done(
            result=await post_once(
                self._gateway, effect.room, effect.job.key, text, blocks, again=effect.again
            )
        )

    async def ask_to_resolve(self, effect: Effect) -> Done:
        """`ask_to_resolve`: not when the room has answered before it was asked."""
        incident = the_incident(effect)
        if incident.is_over or incident.open_alerts:
            return Done()
        text, blocks = ask_to_resolve(incident)
        return Done(
            result=await post_once(
                self._gateway, effect.room, effect.job.key, text, blocks, again=effect.again
            )
        )
