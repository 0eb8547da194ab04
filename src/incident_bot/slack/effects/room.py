"""Open the war room: exactly one channel, whatever happens on the way.

`conversations.create` takes no marker of ours, and `name_taken` is no lock (Slack has made two
channels of one name). So the name is reserved in our own table before the call, and after an
unknown outcome the channel is recognised by who made it and when. Slack's lists may lag behind:
a name that an earlier try may have taken is not given up at once.
"""

import time
from collections.abc import Mapping
from typing import Any

from incident_bot.domain.commands import RecordRoom
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect, GiveUp, Later
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.lookup import PAGE, pages
from incident_bot.slack.views.room_name import candidates

WHAT = "open the war room"
CLOCK_SKEW = 60.0  # seconds that Slack's clock and ours may differ
LOOKS = 3  # tries that wait for the channel of an earlier one before the next name is taken
MOST_TRIED = 15  # names; Slack lets 20 channels be made in a minute, and others need rooms too
NO_NAME = (
    "I could not open a war room: every name that I tried is taken. "
    "Create a channel by hand and work there."
)


class OpenRoom:
    """The handler of `create_room`. A private incident gets a private channel or none."""

    def __init__(self, gateway: Gateway, memory: Memory, policy: Policy) -> None:
        self._gateway = gateway
        self._memory = memory
        self._policy = policy

    async def __call__(self, effect: Effect) -> Done:
        """Create, or adopt what an earlier try created."""
        incident = effect.incident
        if incident is None:
            raise GiveUp("I could not open a war room: there is no such incident.")
        if incident.room is not None:
            return _opened({"id": incident.room.channel_id, "name": incident.room.name})
        begun = await self._memory.room_names(incident.ref) if effect.again else ()
        for name in begun:
            if channel := await self._ours(name, incident):
                return _opened(channel)
        tried = 0
        for name in candidates(self._policy.channel_template, incident):
            if tried == MOST_TRIED:
                break
            if not await self._memory.reserve_room_name(name, incident.ref):
                continue
            tried += 1
            if channel := await self._create(name, incident):
                return _opened(channel)
            if name in begun and effect.job.attempt <= LOOKS:
                raise Later("the room's name is taken, and Slack does not show by whom")
        raise GiveUp(NO_NAME)

    async def _create(self, name: str, incident: Incident) -> Mapping[str, Any] | None:
        """The new channel; None when the name is somebody else's. Raises as `call`."""
        try:
            answer = await self._gateway.call(
                "conversations.create", urgent=True, name=name, is_private=incident.private
            )
        except SlackRefused as refused:
            if refused.code != "name_taken":
                raise
            return await self._ours(name, incident)
        channel: Mapping[str, Any] = answer["channel"]
        return channel

    async def _ours(self, name: str, incident: Incident) -> Mapping[str, Any] | None:
        """The channel of this name that an earlier try made for this incident, if there is one.

        Only channels that the bot is in are looked at: their creator is in them.
        """
        bot = (await self._gateway.identity()).bot_user_id
        since = await self._began(incident) - CLOCK_SKEW
        found = pages(
            self._gateway,
            "users.conversations",
            "channels",
            exclude_archived=True,
            types="private_channel" if incident.private else "public_channel",
            limit=PAGE,
        )
        async for channel in found:
            if (
                channel.get("name") == name
                and channel.get("creator") == bot
                and float(channel.get("created") or 0) >= since
                and bool(channel.get("is_private")) is incident.private
                and await self._memory.in_channel(channel["id"]) is None
            ):
                return channel
        return None

    async def _began(self, incident: Incident) -> float:
        """Unix seconds when the job came to be: with the first entry, in one commit."""
        journal = await self._memory.journal(incident.ref)
        return journal[0].recorded_at.timestamp() if journal else time.time()


def _opened(channel: Mapping[str, Any]) -> Done:
    room = {"channel": str(channel["id"]), "name": str(channel["name"])}
    return Done(
        result=room,
        then=RecordRoom(actor=BOT, channel_id=room["channel"], name=room["name"]),
    )
