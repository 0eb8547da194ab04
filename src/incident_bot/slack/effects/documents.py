"""Bring the postmortem draft or the timeline into the room, as a file.

Files take no metadata, so the title carries the job's number: by it a file is known again. Slack
shares a file some time after it has answered, so one that is not there yet may still come.
"""

from typing import Literal

from incident_bot.domain.commands import RecordDelivery
from incident_bot.domain.people import BOT
from incident_bot.effects import Done, Effect, Later
from incident_bot.slack.effects.needs import Memory, WriteDocument
from incident_bot.slack.effects.posting import history
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views.delivery import postmortem_comment, timeline_comment

POSTMORTEM = "bring the postmortem draft into the room"
TIMELINE = "bring the timeline into the room"
SHARING = 3.0  # seconds in which a file that Slack has taken shows in the room
LOOKS = 2  # tries that wait for the file of an earlier one before it is sent again


class Documents:
    """The handlers of `deliver_postmortem` and `deliver_timeline`."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        *,
        postmortem: WriteDocument,
        timeline: WriteDocument,
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._postmortem = postmortem
        self._timeline = timeline

    async def deliver_postmortem(self, effect: Effect) -> Done:
        """`deliver_postmortem`: the draft as the journal is now, and what is still to write."""
        return await self._deliver(effect, "postmortem")

    async def deliver_timeline(self, effect: Effect) -> Done:
        """`deliver_timeline`."""
        return await self._deliver(effect, "timeline")

    async def _deliver(self, effect: Effect, kind: Literal["postmortem", "timeline"]) -> Done:
        incident, room = the_incident(effect), effect.room
        name = f"{kind}-{incident.ref}.md"
        title = f"{kind.capitalize()} of {incident.ref} (no. {effect.job.id})"
        file_id = await self._find(room, name, title) if effect.again else None
        if file_id is None:
            if effect.again and effect.job.attempt <= LOOKS:
                raise Later("Slack may still be sharing the file", SHARING)
            journal = await self._memory.journal(incident.ref)
            if kind == "postmortem":
                text = self._postmortem(incident, journal)
                comment = postmortem_comment(incident, journal)
            else:
                text = self._timeline(incident, journal)
                comment = timeline_comment(incident)
            file_id = await self._share(room, name, title, text.encode(), comment)
        then = RecordDelivery(actor=BOT, file_id=file_id, name=name)
        return Done({"file": file_id, "name": name}, then if kind == "postmortem" else None)

    async def _share(self, room: str, name: str, title: str, content: bytes, words: str) -> str:
        """Announce the file, send its bytes, show it in the room; its id."""
        place = await self._gateway.call(
            "files.getUploadURLExternal", filename=name, length=len(content)
        )
        await self._gateway.upload(place["upload_url"], content)
        await self._gateway.call(
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": title}],
            channel_id=room,
            initial_comment=words,
        )
        return str(place["file_id"])

    async def _find(self, room: str, name: str, title: str) -> str | None:
        bot = (await self._gateway.identity()).bot_user_id
        async for message in history(self._gateway, room):
            if message.get("user") != bot:
                continue
            for file in message.get("files") or ():
                if file.get("name") == name and file.get("title") == title:
                    return str(file["id"])
        return None
