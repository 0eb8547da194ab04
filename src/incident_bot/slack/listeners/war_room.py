"""Buttons about the war room itself: into it, and whose topic it has."""

from dataclasses import replace

from incident_bot.domain.commands import JoinRoom, RestoreTopic
from incident_bot.slack.listeners import choosing
from incident_bot.slack.listeners.spec import Asked
from incident_bot.slack.views.answer import Answer, shown
from incident_bot.slack.views.sentence import mrkdwn


async def join(asked: Asked) -> Answer:
    """Whoever presses is invited and gets the link at once; never into a private room."""
    ref = asked.rest.strip()
    incident = await asked.service.store.incident(ref)
    if incident is None or incident.private:
        raise choosing.not_there(ref)
    asked = replace(asked, incident=incident)
    sentence, _, after = await asked.carry_out(JoinRoom(actor=asked.actor))
    room = (after or incident).room
    return shown(f"{mrkdwn(sentence)} <#{room.channel_id}>" if room else mrkdwn(sentence))


async def restore_topic(asked: Asked) -> Answer:
    """The status takes the place of a topic that a person wrote."""
    asked = await choosing.about(asked, asked.rest)
    return await asked.do(RestoreTopic(actor=asked.actor))
