"""The war room is archived, or opened again, by a person in Slack."""

import json

import pytest

from incident_bot.domain import commands as c
from tests.slack.desk_kit import (
    ELSEWHERE,
    ROOM,
    FakeService,
    command_body,
    incident,
    make_app,
    send,
)


def event_body(kind: str, channel: str) -> str:
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": "Ev1",
            "event": {"type": kind, "channel": channel, "user": "U1"},
        }
    )


async def happens(service: FakeService, kind: str, channel: str = ROOM) -> list[c.Command]:
    answered = await send(make_app(service), event_body(kind, channel))
    assert answered.status == 200
    return service.commands


@pytest.mark.parametrize("kind", ["channel_archive", "group_archive"])
async def test_archived(kind: str) -> None:
    (command,) = await happens(FakeService(incident()), kind)
    assert isinstance(command, c.RecordArchive) and command.channel_id == ROOM


@pytest.mark.parametrize("kind", ["channel_unarchive", "group_unarchive"])
async def test_opened_again(kind: str) -> None:
    (command,) = await happens(FakeService(incident(room_archived=True)), kind)
    assert isinstance(command, c.RecordUnarchive)


async def test_what_is_known_and_other_channels_change_nothing() -> None:
    assert await happens(FakeService(incident(room_archived=True)), "channel_archive") == []
    assert await happens(FakeService(incident()), "channel_unarchive") == []
    assert await happens(FakeService(incident()), "channel_archive", ELSEWHERE) == []


async def test_whoever_types_in_it_shows_that_it_is_open() -> None:
    service = FakeService(incident(room_archived=True))
    await send(make_app(service), command_body("log Seen again"))
    first, second = service.commands
    assert isinstance(first, c.RecordUnarchive) and isinstance(second, c.LogEntry)
