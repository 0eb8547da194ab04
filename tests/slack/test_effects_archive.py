"""The war room is archived, whatever happened to it before."""

from collections.abc import AsyncIterator

import pytest

from incident_bot.domain.commands import RecordArchive
from incident_bot.domain.decision import JobKind
from incident_bot.domain.words import Status
from incident_bot.effects import GiveUp
from tests.slack.stage import Stage, a_stage

ARCHIVE = JobKind.ARCHIVE_ROOM


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as made:
        yield await made.with_room(status=Status.CANCELLED)


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_it_is_archived_whatever_becomes_of_the_answer(stage: Stage, drop: str) -> None:
    stage.slack.faults.add("conversations.archive", drop=drop)
    done = await stage.perform_through(ARCHIVE)
    assert stage.room.is_archived
    assert done.result == {"archived": stage.room.id}


async def test_somebody_was_first(stage: Stage) -> None:
    stage.room.is_archived = True
    assert (await stage.perform(ARCHIVE)).result == {"archived": stage.room.id}


async def test_a_room_that_is_not_there_to_be_seen_is_not_called_archived(stage: Stage) -> None:
    stage.slack.faults.add("conversations.archive", error="channel_not_found")
    done = await stage.perform(ARCHIVE)
    assert (done.result, done.then) == ({"gone": "channel_not_found"}, None)


async def test_an_incident_that_goes_on_keeps_its_room(stage: Stage) -> None:
    stage.incident = stage.incident.model_copy(update={"status": Status.OPEN})
    assert (await stage.perform(ARCHIVE)).result == {}
    assert not stage.room.is_archived
    assert stage.calls("conversations.archive") == []


async def test_a_workspace_that_forbids_it_is_told_of_in_words(stage: Stage) -> None:
    stage.slack.faults.add("conversations.archive", error="restricted_action")
    with pytest.raises(GiveUp, match=r"I could not archive the war room\. The workspace"):
        await stage.perform(ARCHIVE)


@pytest.mark.parametrize("kind", [JobKind.UPDATE_SUMMARY, JobKind.SET_TOPIC])
async def test_what_comes_too_late_for_an_archived_room_is_no_failure(
    stage: Stage, kind: JobKind
) -> None:
    await stage.perform(JobKind.POST_SUMMARY, "INC-1/summary")
    await stage.perform(ARCHIVE)
    assert "gone" in (await stage.perform(kind, "INC-1/late", {"seq": 3})).result


async def test_the_archiving_is_recorded_with_it(stage: Stage) -> None:
    then = (await stage.perform(ARCHIVE)).then
    assert isinstance(then, RecordArchive) and then.channel_id == stage.room.id


async def test_what_is_asked_for_afterwards_has_nowhere_to_go(stage: Stage) -> None:
    """From elsewhere: an export, a word to the room."""
    await stage.perform(ARCHIVE)
    stage.incident = stage.incident.model_copy(update={"room_archived": True})
    say = {"sentence": ["Action #12 is done."], "buttons": []}
    assert "gone" in (await stage.perform(JobKind.SAY, "INC-1/say/9", say)).result


async def test_a_room_that_somebody_archived_meanwhile_is_told_of(stage: Stage) -> None:
    stage.room.is_archived = True
    with pytest.raises(GiveUp, match="archived"):
        await stage.perform(JobKind.SAY, "INC-1/say/9", {"sentence": ["x"], "buttons": []})
