"""Handing over, joining, and a topic that a person wrote: over the real wire, as people live it."""

import asyncio

import pytest

from incident_bot.standin import Channel, Message, User
from tests.journeys.running import Stage

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["http"])]


async def led_by_alice(stage: Stage) -> Channel:
    """Alice declares, and takes the command."""
    await stage.types(stage.alice, "declare sev2 Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    await stage.until(lambda: stage.alice.id in room.members, "Alice invited")
    await stage.types(stage.alice, "role ic me", room)
    await told(stage, stage.alice, "You are *Incident Commander*")
    return room


def private(stage: Stage, user: User) -> list[Message]:
    return stage.slack.desk.direct(user.id).messages


async def told(stage: Stage, user: User, words: str) -> Message:
    """The last message that this person got in private, once it says so."""
    await stage.until(
        lambda: any(words in m.text for m in private(stage, user)), f"{user.name} told {words}"
    )
    return next(m for m in reversed(private(stage, user)) if words in m.text)


async def answers(stage: Stage, user: User, message: Message, action: str) -> str:
    """Somebody presses a button of a private message; what they are shown."""
    before = len(stage.slack.ephemerals)
    place = stage.slack.desk.direct(user.id)
    await stage.slack.click(user, place, message.ts, action)
    await stage.until(lambda: len(stage.slack.ephemerals) > before, "answered")
    return str(stage.slack.ephemerals[-1]["text"])


async def test_bob_is_asked_and_accepts(stage: Stage) -> None:
    """Bob, who was not in the room, gets a brief; Alice stays IC until he says yes."""
    room = await led_by_alice(stage)
    await stage.types(stage.alice, "log Pool exhausted", room)
    answer = await stage.types(stage.alice, "handover @bob", room)
    assert f"Until then <@{stage.alice.id}> stays Incident Commander" in answer
    brief = await told(stage, stage.bob, "asks you to take over")
    assert "Pool exhausted" in str(brief.blocks) and f"<#{room.id}>" in brief.text
    await stage.until(lambda: stage.bob.id in room.members, "Bob invited")
    assert "IC: Alice Smith" in room.topic

    said = await answers(stage, stage.bob, brief, "accept_handover")
    assert said == "You are now Incident Commander of INC-1."
    await stage.until(lambda: "IC: Bob Johnson" in room.topic, "Bob in the topic")
    await stage.until(lambda: "handed over by" in stage.texts(room), "the room told")
    await told(stage, stage.bob, "You are *Incident Commander*")
    assert len(private(stage, stage.bob)) == 1, "one thing, one message"
    timeline = await stage.types(stage.alice, "timeline", room)
    assert "Bob Johnson is Incident Commander (handed over by Alice Smith)" in timeline

    await stage.types(stage.bob, "role ic @alice", room)
    await stage.until(lambda: "IC: Alice Smith" in room.topic, "Alice again")
    assert len(private(stage, stage.alice)) == 1, "she knows what an IC does"


async def test_bob_declines_and_charlie_is_asked_instead(stage: Stage) -> None:
    """A refusal, a replaced offer, and an answer that comes too late."""
    room = await led_by_alice(stage)
    await stage.types(stage.alice, "handover @bob", room)
    brief = await told(stage, stage.bob, "asks you to take over")
    said = await answers(stage, stage.bob, brief, "decline_handover")
    assert "the room is told" in said
    await stage.until(lambda: "cannot take over" in stage.texts(room), "the room told")
    await told(stage, stage.bob, "No answer is needed any more")

    await stage.types(stage.alice, "handover ic @bob", room)
    await stage.until(lambda: len(private(stage, stage.bob)) == 2, "Bob asked again")
    second = private(stage, stage.bob)[-1]
    late = dict(second)
    answer = await stage.types(stage.alice, "handover @charlie", room)
    assert f"<@{stage.bob.id}> is not asked any more" in answer
    third = await told(stage, stage.charlie, "asks you to take over")
    await stage.until(lambda: "No answer is needed" in second.text, "the old one closed")
    second["blocks"] = late["blocks"]  # his Slack had not shown the change yet
    said = await answers(stage, stage.bob, second, "accept_handover")
    assert "not open any more" in said
    await answers(stage, stage.charlie, third, "accept_handover")
    await stage.until(lambda: "IC: Charlie Brown" in room.topic, "Charlie leads")


async def test_killed_between_asking_and_answering(stage: Stage) -> None:
    """The bot dies in the middle of the message, and again before the answer: one brief, one IC."""
    room = await led_by_alice(stage)
    stage.slack.delay = 0.3
    await stage.types(stage.alice, "handover @bob", room)
    await stage.until(
        lambda: any(c.method == "conversations.open" for c in stage.slack.calls[-4:]), "begun"
    )
    await stage.bot.kill()
    stage.slack.delay = 0.0
    await stage.bot.start()
    brief = await told(stage, stage.bob, "asks you to take over")
    await stage.bot.kill()
    await stage.bot.start()
    await answers(stage, stage.bob, brief, "accept_handover")
    await stage.until(lambda: "IC: Bob Johnson" in room.topic, "Bob leads")
    await told(stage, stage.bob, "You are *Incident Commander*")
    assert len(private(stage, stage.bob)) == 1
    assert len(private(stage, stage.alice)) == 1, "known before the restart"
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_who_cannot_be_written_to_is_named_in_the_room(stage: Stage) -> None:
    room = await led_by_alice(stage)
    stage.slack.faults.add("conversations.open", error="user_disabled")
    await stage.types(stage.alice, "handover @bob", room)
    await stage.until(
        lambda: "I cannot send Bob Johnson a direct message" in stage.texts(room), "told"
    )
    assert "`/incident role ic me`" in stage.texts(room)


async def test_a_topic_that_a_person_wrote_stays_until_somebody_wants_ours(stage: Stage) -> None:
    room = await led_by_alice(stage)
    await stage.until(lambda: "IC: Alice" in room.topic, "the topic")
    await stage.slack.set_topic(stage.bob, room, "Bridge: room 4", event=False)
    for text in ("severity sev1", "status mitigated"):
        await stage.types(stage.alice, text, room)
    await stage.until(lambda: "wrote a topic for this room" in stage.texts(room), "told")
    await asyncio.sleep(0.5)
    asked = [m for m in room.messages if "wrote a topic for this room" in m.text]
    assert room.topic == "Bridge: room 4" and len(asked) == 1
    assert f"<@{stage.bob.id}>" in asked[0].text
    await stage.slack.click(stage.charlie, room, asked[0].ts, "restore_topic")
    await stage.until(lambda: room.topic.startswith("Sev1 · mitigated"), "ours again")
    await stage.types(stage.alice, "severity sev3", room)
    await stage.until(lambda: room.topic.startswith("Sev3"), "kept current again")


async def test_join_from_the_announcement(stage: Stage) -> None:
    """The presser is invited and gets the link; of a private incident there is nothing to press."""
    room = await led_by_alice(stage)
    (announced,) = stage.incidents.messages
    await stage.slack.click(stage.charlie, stage.incidents, announced.ts, "join")
    await stage.until(lambda: stage.charlie.id in room.members, "Charlie invited")
    shown = stage.slack.ephemerals[-1]
    assert shown["for_user"] == stage.charlie.id and f"<#{room.id}>" in shown["text"]
    invitations = [c for c in stage.slack.calls if c.method == "conversations.invite"]
    await stage.slack.click(stage.charlie, stage.incidents, announced.ts, "join")
    await stage.until(lambda: stage.slack.ephemerals[-1] is not shown, "answered again")
    assert f"<#{room.id}>" in stage.slack.ephemerals[-1]["text"]
    again = [c for c in stage.slack.calls if c.method == "conversations.invite"]
    assert len(again) == len(invitations)
