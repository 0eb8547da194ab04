"""The draft in the room: one at a time, and what is left of the older ones."""

import pytest

from incident_bot.domain.decision import JobKind
from incident_bot.domain.interview import questions
from incident_bot.domain.papers import Draft, Papers
from incident_bot.domain.words import NoteKind, Status
from incident_bot.effects import GiveUp
from incident_bot.slack.gateway import SlackUnknown
from tests.slack.stage import a_stage

DRAFT, RETIRE = JobKind.DELIVER_POSTMORTEM, JobKind.RETIRE_DRAFT
ASK, UPDATE = JobKind.ASK_QUESTION, JobKind.UPDATE_QUESTION
KEY = "INC-1/interview/3"


@pytest.fixture
async def stage():
    async with a_stage() as stage:
        yield await stage.with_room(status=Status.RESOLVED, papers=Papers(interview=3))


async def delivered(stage):
    done = await stage.perform(DRAFT, "INC-1/postmortem/3/1", {"seq": 3})
    draft = Draft(file_id=done.then.file_id, number=1, seq=done.then.seq)
    papers = stage.incident.papers.model_copy(update={"draft": draft})
    stage.incident = stage.incident.model_copy(update={"papers": papers})
    return draft


def wrote(stage, **changes):
    papers = stage.incident.papers.model_copy(update=changes)
    stage.incident = stage.incident.model_copy(update={"papers": papers})


async def test_an_older_draft_is_deleted_and_says_so(stage):
    draft = await delivered(stage)
    args = {"file": draft.file_id, "number": 1}
    for again in (False, True):  # killed behind it: what is gone stays gone
        await stage.perform(RETIRE, args=args, again=again)
    assert stage.slack.files[draft.file_id].deleted
    (message,) = stage.room.messages
    assert message.text.startswith("Draft 1 of the postmortem of INC-1 stood here")


async def test_a_draft_that_somebody_deleted_needs_no_word(stage):
    draft = await delivered(stage)
    stage.room.messages.clear()
    await stage.perform(RETIRE, args={"file": draft.file_id, "number": 1})
    assert stage.slack.files[draft.file_id].deleted


async def test_a_draft_that_may_not_be_deleted_is_told_of(stage):
    draft = await delivered(stage)
    stage.slack.faults.add("files.delete", error="cant_delete_file")
    with pytest.raises(GiveUp, match="take the older postmortem draft away"):
        await stage.perform(RETIRE, args={"file": draft.file_id, "number": 1})


async def test_a_draft_is_brought_again_only_when_it_shows_more(stage):
    draft = await delivered(stage)
    args = {"seq": 3, "newer": True}
    done = await stage.perform(DRAFT, "INC-1/postmortem/4/1", args, job_id=8)
    assert done.then is None
    wrote(stage, written=draft.seq + 1)
    done = await stage.perform(DRAFT, "INC-1/postmortem/4/2", args, job_id=9)
    assert done.then.file_id != draft.file_id
    assert "Draft 2 of the postmortem" in stage.room.messages[-1].text


async def test_the_question_is_asked_once_and_edited_in_place(stage):
    stage.slack.faults.add("chat.postMessage", drop="after")
    with pytest.raises(SlackUnknown):
        await stage.perform(ASK, KEY, {"of": 3})
    await stage.perform(ASK, KEY, {"of": 3}, again=True, attempt=2)
    (message,) = stage.room.messages
    assert "What happened" in message.text
    wrote(stage, notes={NoteKind.SUMMARY: 1})
    for _ in range(2):  # the second would look the same
        await stage.perform(UPDATE, f"{KEY}/5", {"of": 3, "seq": 5})
    assert "When did the impact start?" in message.text
    assert len(stage.calls("chat.update")) == 1
    assert len(questions(stage.incident)) == 8


async def test_a_room_that_was_not_asked_is_not_told_of_changes(stage):
    await stage.perform(UPDATE, f"{KEY}/5", {"of": 3, "seq": 5})
    assert stage.room.messages == []


async def test_what_goes_on_is_not_asked_about(stage):
    wrote(stage, interview=0)
    await stage.perform(ASK, KEY, {"of": 3})
    assert stage.room.messages == []
