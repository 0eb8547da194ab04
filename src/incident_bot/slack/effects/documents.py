"""Bring the postmortem draft or the timeline into the room, as a file.

Files take no metadata, so the title carries the job's number: by it a file is known again. Slack
shares a file some time after it has answered, so one that is not there yet may still come: it is
waited for after each time that it may have been sent, whichever try and process did that.
"""

import asyncio
import time
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
        self._may_come_until: dict[int, float] = {}  # monotonic, by the job's number

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
            if effect.again:
                self._wait_for_it(effect.job.id)
            journal = await self._memory.journal(incident.ref)
            if kind == "postmortem":
                text = await asyncio.to_thread(self._postmortem, incident, journal)
                comment = postmortem_comment(incident, journal)
            else:
                text = await asyncio.to_thread(self._timeline, incident, journal)
                comment = timeline_comment(incident)
            file_id = await self._share(effect, name, title, text.encode(), comment)
        self._may_come_until.pop(effect.job.id, None)
        then = RecordDelivery(actor=BOT, file_id=file_id, name=name)
        return Done({"file": file_id, "name": name}, then if kind == "postmortem" else None)

    def _wait_for_it(self, job_id: int) -> None:
        """Later while the file of an earlier try may still show. What another process sent is
        waited for from our first look on."""
        now = time.monotonic()
        left = self._may_come_until.setdefault(job_id, now + SHARING) - now
        if left > 0:
            raise Later("Slack may still be sharing the file", left, paused=True)

    async def _share(
        self, effect: Effect, name: str, title: str, content: bytes, words: str
    ) -> str:
        """Announce the file, send its bytes, show it in the room; its id."""
        place = await self._gateway.call(
            "files.getUploadURLExternal", filename=name, length=len(content)
        )
        await self._gateway.upload(place["upload_url"], content)
        self._may_come_until[effect.job.id] = time.monotonic() + SHARING
        await self._gateway.call(
            "files.completeUploadExternal",
            files=[{"id": place["file_id"], "title": title}],
            channel_id=effect.room,
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
