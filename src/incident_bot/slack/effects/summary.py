"""The room's own furniture: the summary and its pin, the topic, the bookmarks.

One message that is edited in place. An update shows the incident as it is now, so of many that
wait the first says it all and the others have nothing left to do.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from incident_bot.domain.commands import RecordTopic
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect, GiveUp, Later
from incident_bot.slack.effects.latest import Latest, Pace
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.posting import edit, post_once
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.views.sentence import shorten
from incident_bot.slack.views.summary import summary, topic

POST = "post the summary of the incident"
PIN = "pin the summary"
UPDATE = "update the summary"
TOPIC = "set the room's topic"
BOOKMARK = "add a bookmark to the room"

NO_INCIDENT = "There is no such incident any more."
_GONE = frozenset({"message_not_found", "cant_update_message", "is_inactive", "is_archived"})


def the_incident(effect: Effect) -> Incident:
    """The incident of a job that has one; GiveUp otherwise."""
    if effect.incident is None:
        raise GiveUp(NO_INCIDENT)
    return effect.incident


class Summary:
    """The handlers of the summary message, the topic and the bookmarks."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._now = now
        self._gateway = gateway
        self._memory = memory
        self._policy = policy
        self._rendered = Latest()
        self._pace = Pace()

    async def post(self, effect: Effect) -> Done:
        """`post_summary`."""
        incident = the_incident(effect)
        text, blocks = summary(incident, self._policy, self._now())
        key, again = effect.job.key, effect.again
        posted = await post_once(
            self._gateway, effect.room, key, text, blocks, again=again, urgent=True
        )
        if not again:  # one found again shows what was true when it was posted
            self._rendered.saw(incident.ref, incident.last_seq)
        return Done(result=posted)

    async def update(self, effect: Effect) -> Done:
        """`update_summary`: nothing to do when this entry is shown already."""
        incident, seq = the_incident(effect), int(effect.args["seq"])
        if (shown := self._rendered.of(incident.ref)) >= seq:
            return Done(result={"rendered": shown})
        posted = await self._memory.result(f"{incident.ref}/summary")
        if posted is None:
            raise Later("the summary is not posted yet")
        if effect.args.get("calm"):
            self._pace.take(incident.ref)
        text, blocks = summary(incident, self._policy, self._now())
        if gone := await edit(self._gateway, posted, text, blocks):
            return Done(result={"rendered": 0, "gone": gone})
        self._rendered.saw(incident.ref, incident.last_seq)
        return Done(result={"rendered": incident.last_seq})

    async def pin(self, effect: Effect) -> Done:
        """`pin_summary`."""
        posted = await self._memory.result(f"{the_incident(effect).ref}/summary")
        if posted is None:
            raise Later("the summary is not posted yet")
        try:
            await self._gateway.call("pins.add", channel=posted["channel"], timestamp=posted["ts"])
        except SlackRefused as refused:
            if refused.code not in ("already_pinned", "message_not_found"):
                raise
        return Done()

    async def set_topic(self, effect: Effect) -> Done:
        """`set_topic`. Slack tells the room of every change: the same words are not set twice.

        What another replica set is not known here: but for a new room's, we look first. A topic
        that a person wrote is left, unless they let it give way; an empty one says nothing that
        would be lost, whoever emptied it.
        """
        incident, room = the_incident(effect), effect.room
        words = topic(incident, self._policy)
        if effect.again or effect.args["seq"] > 1:
            answer = await self._gateway.call("conversations.info", channel=room)
            there = (answer.get("channel") or {}).get("topic") or {}
            if there.get("value") == words:
                return Done(result={"topic": words})
            if there.get("value") and (left := await self._left(incident, there)):
                return Done(result={"left": left.by}, then=left)
        try:
            await self._gateway.call("conversations.setTopic", channel=room, topic=words)
        except SlackRefused as refused:
            if refused.code not in _GONE:
                raise
            return Done(result={"gone": refused.code})
        return Done(result={"topic": words})

    async def _left(self, incident: Incident, there: Mapping[str, Any]) -> RecordTopic | None:
        """That it is left, when a person wrote this topic; None when ours may take its place."""
        by, known = str(there.get("creator") or ""), incident.topic
        if by == (await self._gateway.identity()).bot_user_id:
            return None
        written = datetime.fromtimestamp(int(there.get("last_set") or 0), UTC)
        if known is not None and known.yields and known.is_that(by, written):
            return None
        return RecordTopic(actor=BOT, by=by, written=written)

    async def add_bookmark(self, effect: Effect) -> Done:
        """`add_bookmark`."""
        room, link = effect.room, str(effect.args["link"])
        if effect.again:
            answer = await self._gateway.call("bookmarks.list", channel_id=room)
            if any(mark.get("link") == link for mark in answer.get("bookmarks") or ()):
                return Done()
        await self._gateway.call(
            "bookmarks.add",
            channel_id=room,
            title=shorten(str(effect.args.get("title") or link), 100),
            type="link",
            link=link,
        )
        return Done()
