"""Updates for stakeholders, each a reply under the announcement. Never of a private incident."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incident_bot.domain.people import Person
from incident_bot.effects import Done, Effect, Later
from incident_bot.slack.effects.needs import Memory
from incident_bot.slack.effects.posting import edit, post_once
from incident_bot.slack.effects.summary import the_incident
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.views.summary import Message
from incident_bot.slack.views.update import update, withdrawn

POST = "post the update under the announcement"
EDIT = "put the update under the announcement right"
_NO_THREAD = frozenset(
    {"cannot_reply_to_message", "thread_not_found", "message_not_found", "is_archived"}
)
"""Somebody removed the announcement, or archived its channel."""


class Updates:
    """The handlers of `post_update` and `edit_update`."""

    def __init__(self, gateway: Gateway, memory: Memory) -> None:
        self._gateway = gateway
        self._memory = memory

    async def post(self, effect: Effect) -> Done:
        """`post_update`: result {} when the incident was not announced."""
        incident = the_incident(effect)
        announced = await self._memory.result(f"{incident.ref}/announce")
        if announced is None:
            raise Later("the incident is not announced yet")
        if incident.private or "ts" not in announced:
            return Done()
        text, blocks = _shown(effect.args, effect.args)
        channel, thread = str(announced["channel"]), str(announced["ts"])
        try:
            posted = await post_once(
                self._gateway,
                channel,
                effect.job.key,
                text,
                blocks,
                again=effect.again,
                thread=thread,
            )
        except SlackRefused as refused:
            if refused.code not in _NO_THREAD:
                raise
            return Done(result={"gone": refused.code})
        about = {name: effect.args.get(name) for name in ("by", "next")}
        return Done(result={**posted, **about})

    async def edit(self, effect: Effect) -> Done:
        """`edit_update`: without a text, it is withdrawn. Nothing for one that was not posted."""
        posted = await self._memory.result(str(effect.args["posted"]))
        if the_incident(effect).private or posted is None or "ts" not in posted:
            return Done()
        if "text" in effect.args:
            text, blocks = _shown(effect.args, posted, corrected=True)
        else:
            text, blocks = withdrawn()
        gone = await edit(self._gateway, posted, text, blocks)
        return Done(result={"gone": gone} if gone else {})


def _shown(
    said: Mapping[str, Any], about: Mapping[str, Any], *, corrected: bool = False
) -> Message:
    by, following = about.get("by"), about.get("next")
    return update(
        str(said["text"]),
        str(said["details"]),
        datetime.fromisoformat(said["at"]),
        Person.model_validate(by) if by else None,
        datetime.fromisoformat(following) if following else None,
        corrected=corrected,
    )
