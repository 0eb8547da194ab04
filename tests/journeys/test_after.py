"""After the resolution: questions one by one, one draft in the place of another, approved."""

from collections.abc import Mapping
from typing import Any

import pytest

from incident_bot.standin import Channel, Message, User
from tests.journeys.running import Stage
from tests.journeys.shown import nothing_left

pytestmark = pytest.mark.journey
ANSWERS = (
    "note summary Checkout failed for one in ten",
    "impact user Affected users: 1,500",
    "why root The pool is too small",
    "note poorly The runbook was old",
    "note lucky It was night",
    "note technical Two connections for each worker",
)


async def resolved(stage: Stage, words: str = "sev2 Checkout is slow") -> Channel:
    """Bob declares, leads, resolves; the room is asked."""
    await stage.types(stage.bob, f"declare {words}", stage.incidents)
    await stage.until(lambda: stage.rooms and stage.rooms[-1].pins, "a room")
    room = stage.rooms[-1]
    await stage.types(stage.bob, "role ic me", room)
    await stage.types(stage.bob, "resolve Restarted it", room)
    await stage.until(lambda: asking(room) is not None, "the room asked")
    return room


def asking(room: Channel) -> Message | None:
    """The message that asks."""
    found = (m for m in reversed(room.messages) if "in the draft of" in m.text)
    return next(found, None) or next(
        (m for m in room.messages if "Everything is in" in m.text), None
    )


async def asked(stage: Stage, room: Channel, word: str) -> Message:
    """Wait until the room is asked for that."""
    await stage.until(lambda: word in said(room), f"asked: {word}")
    message = asking(room)
    assert message is not None
    return message


def said(room: Channel) -> str:
    message = asking(room)
    return message.text if message else ""


def drafts(stage: Stage) -> list[str]:
    """The drafts that somebody in the room can still open, as text."""
    files = [f for f in stage.files("postmortem-") if not f.deleted]
    return [f.content.decode() for f in files]


async def press(stage: Stage, user: User, room: Channel, message: Message, action: str) -> None:
    answered = await stage.slack.click(user, room, message.ts, action)
    assert answered.status == 200


async def fill(stage: Stage, user: User, values: Mapping[str, Any]) -> Any:
    await stage.until(lambda: modal(stage, user), "a form")
    return await stage.slack.submit(user, stage.slack.modal(user), dict(values))


def modal(stage: Stage, user: User) -> Any:
    try:
        return stage.slack.modal(user)
    except LookupError:
        return None


async def test_questions_by_click_by_line_and_by_typing(stage: Stage) -> None:
    room = await resolved(stage)
    message = await asked(stage, room, "What happened")
    assert message.text.startswith(f"<@{stage.bob.id}>, nine things are still missing")
    assert len(drafts(stage)) == 1

    await stage.types(stage.alice, ANSWERS[0], room)  # typed, by somebody else
    await asked(stage, room, "When did the impact start?")
    await press(stage, stage.bob, room, message, "answer_time:1")
    await stage.until(lambda: "Impact started at" in stage.texts(room), "told")
    await asked(stage, room, "Whom did it hit")
    for line in ANSWERS[1:3]:
        await stage.types(stage.bob, line, room)
    await asked(stage, room, "What went well?")
    await press(stage, stage.bob, room, message, "answer_question")
    await fill(stage, stage.bob, {"answer": "The alert & the <pager> came at once"})
    await asked(stage, room, "What went poorly?")
    await press(stage, stage.bob, room, message, "skip_question")
    await asked(stage, room, "Where did we get lucky?")
    for line in ANSWERS[4:]:
        await stage.types(stage.bob, line, room)
    await asked(stage, room, "so that it does not come again")
    await press(stage, stage.bob, room, message, "answer_question")
    await fill(stage, stage.bob, {"answer": "prevention P0 Enlarge the pool due 2031-01-01"})

    await asked(stage, room, "Everything is in")
    await nothing_left(stage)
    (draft,) = drafts(stage)
    assert "came at once" in draft
    assert "Enlarge the pool" in draft and "Two connections" in draft
    assert "Left out: what went poorly" in said(room)
    assert "Draft 1 of the postmortem of INC-1 stood here" in stage.texts(room)

    await press(stage, stage.alice, room, message, "approve_draft")
    await fill(stage, stage.alice, {"capacity": "Engineering Manager"})
    words = "approved the postmortem of INC-1 as Engineering Manager"
    await stage.until(lambda: words in stage.texts(room), "approved")
    await stage.until(lambda: "is approved" in stage.texts(room), "the message says so")
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_a_wrong_answer_stays_in_the_form(stage: Stage) -> None:
    room = await resolved(stage)
    message = await asked(stage, room, "What happened")
    await press(stage, stage.bob, room, message, "skip_question")
    await asked(stage, room, "When did the impact start?")
    await press(stage, stage.bob, room, message, "answer_question")
    answered = await fill(stage, stage.bob, {"answer": "some time ago"})
    assert "some time ago" in answered.body["errors"]["answer"]
    await fill(stage, stage.bob, {"answer": "-5m"})
    await asked(stage, room, "Whom did it hit")


async def test_each_question_is_answered_once(stage: Stage) -> None:
    """Two presses on what somebody else was quicker with: told so, and nothing changes."""
    room = await resolved(stage)
    message = await asked(stage, room, "What happened")
    stale = dict(message)
    await press(stage, stage.bob, room, message, "skip_question")
    await asked(stage, room, "When did the impact start?")
    message.update(blocks=stale["blocks"])  # what Alice's client still shows
    await press(stage, stage.alice, room, message, "skip_question")
    await stage.until(lambda: "any more" in str(stage.slack.ephemerals), "told so")


async def test_killed_while_the_draft_is_brought_again(stage: Stage) -> None:
    """One message, one draft, whatever came of the call."""
    room = await resolved(stage)
    message = await asked(stage, room, "What happened")
    stage.slack.faults.add("files.completeUploadExternal", drop="after")
    await press(stage, stage.bob, room, message, "skip_question")
    await stage.types(stage.bob, "note well It was quick", room)
    await stage.types(stage.bob, "export", room)
    await stage.until(lambda: len(stage.files("postmortem-")) == 2, "shared, and no answer")
    await stage.bot.kill()
    await stage.bot.start()
    await nothing_left(stage)
    (draft,) = drafts(stage)
    assert "It was quick" in draft
    assert len(stage.files("postmortem-")) == 2
    assert sum("in the draft of" in m.text for m in room.messages) == 1
    assert "Draft 1 of the postmortem of INC-1 stood here" in stage.texts(room)


async def test_two_exports_at_once_leave_one_draft(stage: Stage) -> None:
    room = await resolved(stage)
    await stage.types(stage.bob, "export", room)
    await stage.types(stage.alice, "export", room)
    await stage.until(lambda: len(stage.files("postmortem-")) == 3, "brought")
    await nothing_left(stage)
    assert len(drafts(stage)) == 1
    assert "Draft 3 of the postmortem" in stage.texts(room)


async def test_what_is_blanked_leaves_no_draft_with_it(stage: Stage) -> None:
    room = await resolved(stage)
    told = await stage.types(stage.bob, "note well the password is hunter2", room)
    await stage.types(stage.bob, "export", room)
    await stage.until(lambda: any("hunter2" in d for d in drafts(stage)), "brought")
    number = told.partition("#")[2].partition(":")[0]
    await stage.types(stage.bob, f"redact {number}", room)
    await stage.until(lambda: len(stage.files("postmortem-")) == 3, "brought anew")
    await nothing_left(stage)
    assert not any("hunter2" in draft for draft in drafts(stage))


async def test_the_questions_rest_while_it_goes_on(stage: Stage) -> None:
    room = await resolved(stage)
    message = await asked(stage, room, "What happened")
    await stage.types(stage.bob, "reopen It came again", room)
    await stage.until(lambda: "the questions rest" in message.text, "quiet")
    await stage.types(stage.bob, "resolve Restarted it again", room)
    await stage.until(lambda: said(room) and asking(room) is not message, "asked anew")
    await nothing_left(stage)
    assert "INC-1 goes on" not in said(room)
    assert len(drafts(stage)) == 1


async def test_where_files_are_turned_off_the_room_is_asked_all_the_same(stage: Stage) -> None:
    stage.slack.faults.add("files.getUploadURLExternal", error="file_uploads_disabled", times=99)
    room = await resolved(stage)
    await asked(stage, room, "What happened")


async def test_a_private_incident_is_asked_about_in_its_room_only(stage: Stage) -> None:
    await stage.types(stage.bob, "declare --private A leak", stage.incidents)
    await stage.until(lambda: stage.rooms and stage.rooms[-1].pins, "a room")
    room = stage.rooms[-1]
    await stage.types(stage.bob, "resolve Closed", room)
    await stage.until(lambda: asking(room) is not None, "the room asked")
    await nothing_left(stage)
    for channel in stage.slack.channels.values():
        if channel is not room:
            assert "still missing" not in stage.texts(channel) and "leak" not in stage.texts(
                channel
            )
    assert all(file.channels == [room.id] for file in stage.files("postmortem-"))


async def test_an_action_item_is_done_by_typing_and_by_a_button(stage: Stage) -> None:
    room = await resolved(stage)
    for text in ("Enlarge the pool", "Alert earlier"):
        told = await stage.types(stage.bob, f"action P1 {text} @bob", room)
    number = int(told.partition("#")[2].partition(" ")[0])
    assert "is done (1 of 2)" in await stage.types(stage.bob, f"action done {number}", room)
    listed = await stage.types(stage.bob, "action", room)
    assert "1 of 2 done" in listed and "*done*" in listed
    shown = stage.slack.ephemerals[-1]
    ids = [el["action_id"] for b in shown.blocks if b["type"] == "actions" for el in b["elements"]]
    done = [action for action in ids if action.startswith("action_done")]
    assert len(done) == 1
    await stage.slack.click(stage.bob, room, shown.ts, done[0])
    await stage.until(lambda: "is done (2 of 2)" in stage.texts(room), "done by the button")
    await stage.until(lambda: "all 2 done" in str(room.messages[0].blocks), "in the summary")
    code, printed = await stage.bot.cli("export", "INC-1")
    assert code == 0 and "Alert earlier (done)" in printed
