"""Archive the war room: its messages stay, and nobody writes there any more."""

from incident_bot.domain.commands import RecordArchive
from incident_bot.domain.people import BOT
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway, SlackRefused

WHAT = "archive the war room"
ARCHIVED = "already_archived"
"""Somebody did it already; also what an earlier try of ours finds."""
GONE = "channel_not_found"
"""Deleted, or private and no longer the bot's to see: nothing that we know of was archived."""


class ArchiveRoom:
    """The handler of `archive_room`. A room whose incident goes on again is left open."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def __call__(self, effect: Effect) -> Done:
        """Result: `archived`, the channel; `gone`, Slack's word; {} when the incident is open
        again."""
        incident, room = the_incident(effect), effect.room
        if not incident.is_over:
            return Done()
        try:
            await self._gateway.call("conversations.archive", channel=room)
        except SlackRefused as refused:
            if refused.code == GONE:
                return Done(result={"gone": refused.code})
            if refused.code != ARCHIVED:
                raise
        return Done(result={"archived": room}, then=RecordArchive(actor=BOT, channel_id=room))
