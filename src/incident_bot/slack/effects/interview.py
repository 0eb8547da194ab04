"""The message that asks for what the draft lacks: posted once, then edited in place."""

import zlib

from incident_bot.domain.decisions.interview import interview_key
from incident_bot.effects import Done, Effect
from incident_bot.slack.effects.latest import Latest
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.posting import edit, post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.views.interview import interview

ASK = "ask what the postmortem still lacks"
UPDATE = "bring the questions about the postmortem up to date"


class Interview:
    """The handlers of `ask_question` and `update_question`."""

    def __init__(self, gateway: Gateway, memory: Memory) -> None:
        self._gateway = gateway
        self._memory = memory
        self._shown = Latest()

    async def ask(self, effect: Effect) -> Done:
        """`ask_question`: not in an incident that went on meanwhile, nor without a room."""
        incident, ended = the_incident(effect), int(effect.args["of"])
        if incident.papers.interview != ended or incident.room is None:
            return Done()
        text, blocks = interview(incident, ended)
        key, again = effect.job.key, effect.again
        posted = await post_once(self._gateway, effect.room, key, text, blocks, again=again)
        if not again:  # one found again shows what was true when it was posted
            self._shown.saw(key, incident.last_seq, _look(blocks))
        return Done(result=posted)

    async def update(self, effect: Effect) -> Done:
        """`update_question`: nothing to do where nobody was asked, or when it would look the
        same."""
        incident, ended = the_incident(effect), int(effect.args["of"])
        key = interview_key(incident.ref, ended)
        posted = await self._memory.result(key)
        if not posted:
            return Done()
        text, blocks = interview(incident, ended)
        if self._shown.looks(key) == _look(blocks):
            return Done()
        if gone := await edit(self._gateway, posted, text, blocks):
            return Done(result={"gone": gone})
        self._shown.saw(key, incident.last_seq, _look(blocks))
        return Done()


def _look(blocks: list[dict[str, object]]) -> int:
    return zlib.crc32(repr(blocks).encode())
