"""What the bot says in the room: sentences that a decision made, and the question if it is over."""

from incident_bot.domain.decision import from_json
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import holds
from incident_bot.domain.words import ReminderKind
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.latest import Latest, Pace
from incident_bot.slack.effects.posting import post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views.question import ask_to_resolve, said

SAY = "tell the room something"
ASK = "ask the room whether it is over"
ASKED_AT_ONCE = 3
ASKED_AGAIN_AFTER = 60.0  # seconds: an alert that fires and ends again and again asks so often


class Messages:
    """The handlers of `say` and `ask_to_resolve`."""

    def __init__(self, gateway: Gateway, policy: Policy) -> None:
        self._gateway = gateway
        self._policy = policy
        self._asked = Latest()
        self._pace = Pace(ASKED_AT_ONCE, ASKED_AGAIN_AFTER)

    async def say(self, effect: Effect) -> Done:
        """`say`: a sentence, maybe with buttons. A reminder of what is settled is not said."""
        if _is_settled(effect, self._policy):
            return Done()
        sentence = from_json(effect.args["sentence"])
        text, blocks = said(sentence, effect.args.get("buttons") or ())
        return Done(
            result=await post_once(
                self._gateway, effect.room, effect.job.key, text, blocks, again=effect.again
            )
        )

    async def ask_to_resolve(self, effect: Effect) -> Done:
        """`ask_to_resolve`: not when the room has answered before it was asked, nor when a
        question after this entry stands there already."""
        incident, seq = the_incident(effect), effect.args.get("seq", 0)
        if incident.is_over or incident.open_alerts or 0 < seq <= self._asked.of(incident.ref):
            return Done()
        self._pace.take(incident.ref)
        text, blocks = ask_to_resolve(incident)
        posted = await post_once(
            self._gateway, effect.room, effect.job.key, text, blocks, again=effect.again
        )
        if not effect.again:  # one found again may have been asked before the last alert
            self._asked.saw(incident.ref, incident.last_seq)
        return Done(result=posted)


def _is_settled(effect: Effect, policy: Policy) -> bool:
    """True for a reminder whose condition has ended since it was asked for: Slack was away."""
    reminder = effect.args.get("reminder")
    if not reminder or effect.incident is None:
        return False
    kind, subject = ReminderKind(reminder["kind"]), str(reminder["subject"])
    return not holds(effect.incident, policy, kind, subject)
