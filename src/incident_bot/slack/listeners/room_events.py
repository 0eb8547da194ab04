"""The war room is archived by a person, or opened again: what is said there, or not, follows."""

from incident_bot.domain.commands import RecordArchive, RecordUnarchive
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT
from incident_bot.slack.listeners.payload import word
from incident_bot.slack.listeners.spec import Happened


async def archived(happened: Happened) -> None:
    """`channel_archive`, `group_archive`."""
    incident = await _of(happened)
    if incident is not None and incident.room is not None and not incident.room_archived:
        command = RecordArchive(actor=BOT, channel_id=incident.room.channel_id)
        await happened.service.handle(command, ref=incident.ref, delivery=happened.delivery)


async def unarchived(happened: Happened) -> None:
    """`channel_unarchive`, `group_unarchive`."""
    incident = await _of(happened)
    if incident is not None and incident.room is not None and incident.room_archived:
        command = RecordUnarchive(actor=BOT, channel_id=incident.room.channel_id)
        await happened.service.handle(command, ref=incident.ref, delivery=happened.delivery)


async def _of(happened: Happened) -> Incident | None:
    channel = word(happened.event.get("channel"))
    return await happened.service.store.in_channel(channel) if channel else None
