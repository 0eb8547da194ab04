"""Bring the postmortem draft or the timeline into the room, as a file.

Files take no metadata, so the title carries the job's number: by it a file is known again. Slack
shares a file some time after it has answered, so one that is not there yet may still come: it is
waited for after each time that it may have been sent, whichever try and process did that.

A draft takes the place of the one before: once it is there, the older file is deleted, and its
message says that there is a newer one. So nobody reads an old draft for the newest.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Literal

from incident_bot.domain.commands import RecordDelivery
from incident_bot.domain.interview import is_outdated
from incident_bot.domain.people import BOT
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect, Later
from incident_bot.slack.effects.needs import Memory, WriteDocument
from incident_bot.slack.effects.posting import edit, history
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.views.delivery import (
    postmortem_comment,
    retired_comment,
    timeline_comment,
)

POSTMORTEM = "bring the postmortem draft into the room"
TIMELINE = "bring the timeline into the room"
RETIRE = "take the older postmortem draft away"
SHARING = 3.0  # seconds in which a file that Slack has taken shows in the room


_NO_FILE = frozenset({"file_deleted", "file_not_found"})


class Documents:
    """The handlers of `deliver_postmortem`, `deliver_timeline` and `retire_draft`."""

    def __init__(
        self,
        gateway: Gateway,
        memory: Memory,
        policy: Policy,
        *,
        postmortem: WriteDocument,
        timeline: WriteDocument,
    ) -> None:
        self._gateway = gateway
        self._memory = memory
        self._policy = policy
        self._postmortem = postmortem
        self._timeline = timeline
        self._may_come_until: dict[int, float] = {}  # monotonic, by the job's number

    async def deliver_postmortem(self, effect: Effect) -> Done:
        """`deliver_postmortem`: the draft as the journal is now, and what is still to write. One
        that is to be `newer` comes only if the draft in the room does not show all of it."""
        incident = the_incident(effect)
        if effect.args.get("newer") and not effect.again and not is_outdated(incident):
            return Done({"as_is": True})
        return await self._deliver(effect, "postmortem")

    async def deliver_timeline(self, effect: Effect) -> Done:
        """`deliver_timeline`."""
        return await self._deliver(effect, "timeline")

    async def _deliver(self, effect: Effect, kind: Literal["postmortem", "timeline"]) -> Done:
        incident, room = the_incident(effect), effect.room
        name = f"{kind}-{incident.ref}.md"
        title = f"{kind.capitalize()} of {incident.ref} (no. {effect.job.id})"
        found = await self._find(room, title) if effect.again else None
        if found is not None:
            file_id, shown = found, int(effect.args.get("seq") or 0)  # at least up to there
        else:
            if effect.again:
                self._wait_for_it(effect.job.id)
            journal = await self._memory.journal(incident.ref)
            shown = journal[-1].seq if journal else 0
            if kind == "postmortem":
                text = await asyncio.to_thread(self._postmortem, incident, journal)
                comment = postmortem_comment(incident, self._policy)
            else:
                text = await asyncio.to_thread(self._timeline, incident, journal)
                comment = timeline_comment(incident)
            file_id = await self._share(effect, name, title, text.encode(), comment)
        self._may_come_until.pop(effect.job.id, None)
        then = RecordDelivery(actor=BOT, file_id=file_id, name=name, seq=shown)
        return Done({"file": file_id, "name": name}, then if kind == "postmortem" else None)

    async def retire_draft(self, effect: Effect) -> Done:
        """`retire_draft`: the words first, for a deleted file is harder to find."""
        incident, room, file_id = the_incident(effect), effect.room, str(effect.args["file"])
        message = await self._message_with(room, file_id)
        if message is not None:
            words = retired_comment(incident, int(effect.args["number"]))
            await edit(self._gateway, {"channel": room, "ts": message["ts"]}, words, [])
        try:
            await self._gateway.call("files.delete", file=file_id)
        except SlackRefused as refused:
            if refused.code not in _NO_FILE:
                raise
        return Done({"file": file_id})

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

    async def _find(self, room: str, title: str) -> str | None:
        """Our file of this title."""
        bot = (await self._gateway.identity()).bot_user_id
        async for message in history(self._gateway, room):
            if message.get("user") != bot:
                continue
            for file in message.get("files") or ():
                if file.get("title") == title:
                    return str(file["id"])
        return None

    async def _message_with(self, room: str, file_id: str) -> Mapping[str, Any] | None:
        """The message that shows this file, or showed it."""
        async for message in history(self._gateway, room):
            if any(file.get("id") == file_id for file in message.get("files") or ()):
                return message
        return None
