"""Look at messages of the war room, and at what happened in it while the bot was away.

An event only says that there is something to see. What is recorded is what Slack says when asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from incident_bot.domain import entries as e
from incident_bot.domain.commands import LookAtMessages, SeeMessage
from incident_bot.domain.journal import in_force
from incident_bot.domain.messages import SlackMessage
from incident_bot.domain.people import BOT
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.latest import Pace
from incident_bot.slack.effects.needs import Directory, Memory, Stands
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.lookup import pages
from incident_bot.slack.messages import is_gone, moment_of, reacted, seen, version_of

LOOK = "look at a message that is, or was, on the timeline"
CATCH_UP = "look through the room's messages for what was missed"
AT_ONCE, SPACING = 5, 5.0  # an app may edit its message every second: seconds between looks then
PAGE, PAGES = 200, 10
_NO_ROOM = frozenset({"channel_not_found", "not_in_channel", "no_permission"})
THREADS = 20
"""Of the threads with the newest replies, so many are read."""


class Looks:
    """The handlers of `look_at_message` and `catch_up`."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        people: Directory,
        policy: Policy,
        stands: Stands,
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._people = people
        self._stands = stands
        self._reaction = policy.timeline_reaction
        self._pace = Pace(AT_ONCE, SPACING)

    async def look(self, effect: Effect) -> Done:
        """`look_at_message`: how it stands in Slack now, for the timeline to follow."""
        incident, room, ts = the_incident(effect), effect.room, str(effect.args["ts"])
        self._pace.take(f"{incident.ref}/{ts}")
        message = await self._message(room, ts)
        if message is not None and await self._is_ours(message):
            return Done({"seen": "ours"})
        now = None
        if message is not None:
            now = await seen(message, self._people, self._reaction)
        pinned_by = now.pinned_by if now is not None else ()
        standings = {p.slack_id: await self._stands(p) for p in pinned_by if p.slack_id}
        left_by = effect.args.get("left_by")
        return Done(
            {"seen": now is not None},
            SeeMessage(
                actor=BOT,
                channel_id=room,
                ts=ts,
                seen=now,
                asked_at=effect.args.get("asked_at"),
                standings=standings,
                left_by=(await self._people.by_slack(left_by)).person if left_by else None,
            ),
        )

    async def _message(self, room: str, ts: str) -> Mapping[str, Any] | None:
        """None: it was deleted."""
        try:
            answer = await self._gateway.call(
                "reactions.get", channel=room, timestamp=ts, full=True
            )
        except SlackRefused as refused:
            if refused.code != "message_not_found":
                raise
            return None
        message: Mapping[str, Any] = answer.get("message") or {}
        return None if is_gone(message) else {"ts": ts, **message}

    async def _is_ours(self, message: Mapping[str, Any]) -> bool:
        me = await self._gateway.identity()
        return bool(me.bot_id) and message.get("bot_id") == me.bot_id

    async def catch_up(self, effect: Effect) -> Done:
        """`catch_up`: a look at every message that stands in Slack otherwise than here. Nothing to
        do in a room that somebody took away from the bot: nobody waits for it."""
        try:
            return await self._caught_up(effect)
        except SlackRefused as refused:
            if refused.code not in _NO_ROOM:
                raise
            return Done({"looks": 0})

    async def _caught_up(self, effect: Effect) -> Done:
        incident, room = the_incident(effect), effect.room
        lines = _lines(await self._memory.journal(incident.ref), room)
        wanted, threads = list[str](), list[Mapping[str, Any]]()
        met = set[str]()
        async for message in pages(
            self._gateway,
            "conversations.history",
            "messages",
            most=PAGES,
            channel=room,
            limit=PAGE,
        ):
            met.add(str(message.get("ts")))
            wanted += self._differs(message, lines)
            if message.get("reply_count"):
                threads.append(message)
        whole, oldest = len(met) < PAGE * PAGES, min(met, default="")
        threads.sort(key=lambda parent: str(parent.get("latest_reply") or ""), reverse=True)
        for parent in threads[:THREADS]:
            async for message in pages(
                self._gateway,
                "conversations.replies",
                "messages",
                most=2,
                channel=room,
                ts=parent["ts"],
                limit=PAGE,
            ):
                if str(message.get("ts")) not in met:
                    met.add(str(message.get("ts")))
                    wanted += self._differs(message, lines)
        # Deleted, or in a thread that was not read; what lies further back may well be there.
        wanted += [ts for ts in lines if ts not in met and (whole or ts >= oldest)]
        if not wanted:
            return Done({"looks": 0})
        looks = LookAtMessages(
            actor=BOT, channel_id=room, ts=tuple(wanted), key=effect.job.key.rpartition("/")[2]
        )
        return Done({"looks": len(wanted)}, looks)

    def _differs(self, message: Mapping[str, Any], lines: Mapping[str, SlackMessage]) -> list[str]:
        ts = str(message.get("ts") or "")
        if moment_of(ts) is None:
            return []
        pinned, line = bool(reacted(message, self._reaction)), lines.get(ts)
        if line is None:
            return [ts] if pinned and not is_gone(message) else []
        gone = is_gone(message) or (line.way == "reaction" and not pinned)
        edited = not line.mended and line.version != version_of(message)
        return [ts] if gone or edited else []


def _lines(journal: Sequence[e.Entry], room: str) -> dict[str, SlackMessage]:
    """The messages of the room that are on the timeline, by ts."""
    found: dict[str, SlackMessage] = {}
    for line in in_force(journal):
        body = line.entry.body
        if isinstance(body, e.Logged) and body.message and body.message.channel_id == room:
            found[body.message.ts] = body.message
    return found
