"""Fetch the files of messages on the timeline, so that exports have them."""

import asyncio
import hashlib

from incident_bot.domain import entries as e
from incident_bot.domain.commands import RecordFile
from incident_bot.domain.journal import versions
from incident_bot.domain.messages import MessageFile
from incident_bot.domain.people import BOT
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway

FETCH = "fetch the files of messages on the timeline"


class Files:
    """The handler of `fetch_file`."""

    def __init__(self, gateway: Gateway, memory: Memory, policy: Policy) -> None:
        self._gateway = gateway
        self._memory = memory
        self._rules = policy.files

    async def fetch(self, effect: Effect) -> Done:
        """`fetch_file`: its bytes, unless it is too large, gone, or nowhere that Slack has it."""
        number, file_id = int(effect.args["of"]), str(effect.args["file_id"])
        journal = await self._memory.journal(the_incident(effect).ref)
        file = _wanted(versions(journal, number), file_id)
        if file is None or file.url is None or not self._gateway.may_fetch(file.url):
            return Done({"kept": False})
        content = await self._gateway.download(
            file.url, self._rules.max_bytes, html=file.mimetype.startswith("text/html")
        )
        if content is None:
            return Done({"kept": False})
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        record = RecordFile(actor=BOT, of=number, file=file, sha256=digest, content=content)
        return Done({"kept": True, "size": len(content)}, record)


def _wanted(found: list[e.Entry], file_id: str) -> MessageFile | None:
    """The file as the line in force has it; None when it was retracted or blanked meanwhile."""
    body = found[-1].body if found else None
    if not isinstance(body, e.Logged) or body.message is None:
        return None
    return next((file for file in body.message.files if file.file_id == file_id), None)
