"""Words for one person, in a direct message: posted once, and shown again when things change.

A job's args name the person (`slack_id`, or `pagerduty_id` and `name`) and the `view` that makes
the message (`slack/views/direct.py`); whatever else is in them is for that view.
"""

from collections.abc import Callable
from datetime import datetime

from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.privacy import may_know
from incident_bot.effects import Done, Effect, GiveUp, Later
from incident_bot.slack.effects.needs import Directory, Memory
from incident_bot.slack.effects.posting import edit, find, post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.views.direct import READS_JOURNAL, VIEWS, Told
from incident_bot.slack.views.summary import Message

TELL = "send a direct message"
UPDATE = "update a direct message"

_WHY_NOT = {
    "user_not_found": "there is no such Slack account here any more",
    "user_disabled": "the Slack account is deactivated",
    "user_not_visible": "the bot cannot see that account",
    "cannot_dm_bot": "that account is an app",
    "is_bot": "that account is an app",
    "channel_not_found": "Slack opens no direct message with them",
    "messages_tab_disabled": "the bot's Messages tab is turned off; a Slack admin can turn it on",
}
_INSTEAD = {
    "handover": "Please ask them another way. To take over, they type `/incident role {role} me`.",
    "duties": "Please tell them here what is expected of them.",
}


class Direct:
    """The handlers of `tell_person` and `update_told`. `now` gives domain time."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        people: Directory,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._people = people
        self._policy = policy
        self._now = now

    async def tell(self, effect: Effect) -> Done:
        """`tell_person`: nothing when there is nothing to be told any more, or nobody to tell."""
        person = await self._person(effect)
        if person.slack_id is None:
            return Done()  # that they have no account is told by the invitation
        channel = None
        if effect.again:  # what was sent is found, also when it would not be sent any more
            channel = await self._open(effect, person)
            if ts := await find(self._gateway, channel, effect.job.key):
                return Done(result={"channel": channel, "ts": ts})
        message = await self._message(effect, person)
        if message is None:
            return Done()
        channel = channel or await self._open(effect, person)
        text, blocks = message
        try:
            posted = await post_once(
                self._gateway, channel, effect.job.key, text, blocks, again=False
            )
        except SlackRefused as refused:
            raise self._given_up(effect, person, refused) from refused
        return Done(result=posted)

    async def update(self, effect: Effect) -> Done:
        """`update_told`: the message of the job that `told` names, as things are now."""
        posted = await self._memory.result(str(effect.args["told"]))
        if posted is None:
            raise Later("the message is not sent yet")
        if "ts" not in posted:
            return Done()
        message = await self._message(effect, await self._person(effect), posted=True)
        if message is None:
            return Done()
        gone = await edit(self._gateway, posted, *message)
        return Done(result={"gone": gone} if gone else {})

    async def _person(self, effect: Effect) -> Person:
        args = effect.args
        if slack_id := args.get("slack_id"):
            return Person(name=str(args.get("name") or slack_id), slack_id=str(slack_id))
        known = await self._people.by_pagerduty(str(args["pagerduty_id"]), args.get("name"))
        return known.person

    async def _message(
        self, effect: Effect, person: Person, *, posted: bool = False
    ) -> Message | None:
        """None too for a private incident that the person does not belong to (any more)."""
        incident, view = the_incident(effect), str(effect.args["view"])
        if not may_know(incident, person):
            return None
        journal = await self._memory.journal(incident.ref) if view in READS_JOURNAL else ()
        told = Told(incident, self._policy, effect.args, self._now(), journal, posted)
        return VIEWS[view](told)

    async def _open(self, effect: Effect, person: Person) -> str:
        try:
            answer = await self._gateway.call("conversations.open", users=person.slack_id)
        except SlackRefused as refused:
            raise self._given_up(effect, person, refused) from refused
        return str(answer["channel"]["id"])

    def _given_up(self, effect: Effect, person: Person, refused: SlackRefused) -> Exception:
        """For the room, in words; what concerns the app and not this person, as everywhere."""
        if refused.code not in _WHY_NOT:
            return refused
        instead = _INSTEAD.get(str(effect.args["view"]), "Please tell them here.")
        return GiveUp(
            f"I cannot send {person.name} a direct message: {_WHY_NOT[refused.code]}. "
            + instead.format(role=effect.args.get("role"))
        )
