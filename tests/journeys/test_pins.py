"""Messages of the room on the timeline, over the real wire, also after the bot was away."""

from pathlib import Path

import pytest

from incident_bot.standin import Channel, User
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


async def a_room(stage: Stage) -> Channel:
    await stage.types(stage.alice, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    room.members.extend([stage.bob.id, stage.charlie.id])
    return room


async def timeline(stage: Stage) -> str:
    code, printed = await stage.bot.cli("timeline", "INC-1")
    assert code == 0, printed
    return printed


async def until_timeline(stage: Stage, *, has: str = "", lacks: str = "") -> str:
    """The timeline, once it has the one and lacks the other."""
    for _ in range(200):
        printed = await timeline(stage)
        if has in printed and not (lacks and lacks in printed):
            return printed
    raise AssertionError(f"never {has!r} without {lacks!r}:\n{printed}\n{stage.bot.log()[-4000:]}")


async def pin(stage: Stage, user: User, room: Channel, ts: str, *, on: bool = True) -> None:
    answer = await stage.slack.react(user, room, ts, "pushpin", on=on)
    assert answer is not None and answer.status == 200, answer


async def test_two_people_pin_a_message_edit_it_and_take_the_pins_away(stage: Stage) -> None:
    room = await a_room(stage)
    message = await stage.slack.message(stage.bob, room, "Pool exausted\n50 of 50 in use")
    await pin(stage, stage.alice, room, message.ts)
    await pin(stage, stage.charlie, room, message.ts)
    printed = await until_timeline(stage, has="Pool exausted")
    assert printed.count("Pool exausted") == 1
    assert "Bob Johnson (@bob) - Pool exausted" in printed  # who wrote it, not who pinned it
    await stage.slack.edit(stage.bob, room, message.ts, "Pool exhausted\n50 of 50 in use")
    await until_timeline(stage, has="Pool exhausted", lacks="Pool exausted")
    await pin(stage, stage.alice, room, message.ts, on=False)
    reply = await stage.slack.message(stage.alice, room, "Restarted it", thread_ts=message.ts)
    await pin(stage, stage.alice, room, reply.ts)
    assert "Pool exhausted" in await until_timeline(stage, has="Restarted it")
    await pin(stage, stage.charlie, room, message.ts, on=False)
    await until_timeline(stage, lacks="Pool exhausted")
    await stage.slack.erase(room, reply.ts)
    await until_timeline(stage, lacks="Restarted it")
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_a_file_is_kept_and_exported_and_blanked_with_its_message(
    stage: Stage, tmp_path: Path
) -> None:
    room = await a_room(stage)
    message = await stage.slack.upload(stage.bob, room, "errors.png", PNG, "The error rate")
    await pin(stage, stage.alice, room, message.ts)
    out = tmp_path / "out" / "timeline.md"
    for _ in range(200):
        code, printed = await stage.bot.cli("timeline", "INC-1", "--out", str(out))
        assert code == 0, printed
        if "1 file" in printed:
            break
    assert "![errors.png](timeline-files/errors.png)" in out.read_text()
    assert (out.parent / "timeline-files" / "errors.png").read_bytes() == PNG
    printed = await timeline(stage)
    number = next(n for n in range(1, 99) if f"**#{n} " in printed.split("The error rate")[0][-60:])
    answer = await stage.types(stage.alice, f"redact {number} a customer's name", room)
    assert "blanked" in answer
    printed = await until_timeline(stage, lacks="The error rate")
    assert "errors.png" not in printed
    code, printed = await stage.bot.cli("timeline", "INC-1", "--out", str(tmp_path / "again.md"))
    assert code == 0, printed
    assert not (tmp_path / "again-files").exists()
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_what_happened_while_the_bot_was_away_is_caught_up(stage: Stage) -> None:
    room = await a_room(stage)
    kept, gone, changed = [
        await stage.slack.message(stage.bob, room, text) for text in ("kept", "gone", "chnged")
    ]
    for message in (kept, gone, changed):
        await pin(stage, stage.alice, room, message.ts)
    await until_timeline(stage, has="chnged")
    await until_timeline(stage, has="gone")
    await stage.bot.kill()
    stage.slack.subscribed.clear()  # nobody hears of it
    late = await stage.slack.message(stage.charlie, room, "pinned while away")
    reply = await stage.slack.message(stage.bob, room, "so was a reply", thread_ts=kept.ts)
    for message in (late, reply):
        await stage.slack.react(stage.alice, room, message.ts, "pushpin")
    await stage.slack.react(stage.alice, room, gone.ts, "pushpin", on=False)
    await stage.slack.edit(stage.bob, room, changed.ts, "changed")
    await stage.bot.start()
    printed = await until_timeline(stage, has="pinned while away", lacks="chnged")
    printed = await until_timeline(stage, has="so was a reply", lacks="gone")
    assert "kept" in printed and "- changed" in printed


async def test_killed_right_after_the_reaction_nothing_is_lost_or_doubled(stage: Stage) -> None:
    room = await a_room(stage)
    message = await stage.slack.message(stage.bob, room, "Pool exhausted")
    stage.slack.faults.add("reactions.get", delay=30.0)
    await pin(stage, stage.alice, room, message.ts)  # acknowledged, so it is committed
    await stage.bot.kill()
    stage.slack.faults.clear()
    await stage.bot.start()
    printed = await until_timeline(stage, has="Pool exhausted")
    assert printed.count("Pool exhausted") == 1


async def test_the_same_event_twice_is_one_look(stage: Stage) -> None:
    room = await a_room(stage)
    message = await stage.slack.message(stage.bob, room, "Pool exhausted")
    item = {"type": "message", "channel": room.id, "ts": message.ts}
    event = {"type": "reaction_added", "user": stage.alice.id, "reaction": "pushpin", "item": item}
    await stage.slack.react(stage.alice, room, message.ts, "pushpin")
    await until_timeline(stage, has="Pool exhausted")
    looks = len([c for c in stage.slack.calls if c.method == "reactions.get"])
    for number in (None, 1, 2):
        answer = await stage.slack.event(event, event_id="EvTwice", retry_num=number)
        assert answer.status == 200
    await stage.until(
        lambda: len([c for c in stage.slack.calls if c.method == "reactions.get"]) > looks,
        "looked at once more",
    )
    await stage.types(stage.alice, "log the end", room)
    assert len([c for c in stage.slack.calls if c.method == "reactions.get"]) == looks + 1
    assert (await timeline(stage)).count("Pool exhausted") == 1


async def test_the_shortcut_puts_a_message_on_and_says_the_number_to_one(stage: Stage) -> None:
    room = await a_room(stage)
    message = await stage.slack.message(stage.bob, room, "Failed over\nto the replica")
    before = len(room.messages)
    answer = await stage.slack.shortcut(stage.alice, "add_to_timeline", room, message.ts)
    assert answer.status == 200
    await stage.until(lambda: stage.slack.responses, "answered")
    said = stage.slack.responses[-1]
    assert said["response_type"] == "ephemeral" and "Failed over" in said["text"]
    assert len(room.messages) == before
    printed = await timeline(stage)
    assert "Bob Johnson (@bob) - Failed over" in printed and "- to the replica" in printed
    await stage.slack.edit(stage.bob, room, message.ts, "Failed over by hand")
    await until_timeline(stage, has="Failed over by hand")
    elsewhere = await stage.slack.message(stage.bob, stage.incidents, "Not there")
    await stage.slack.shortcut(stage.alice, "add_to_timeline", stage.incidents, elsewhere.ts)
    await stage.until(lambda: "no war room" in stage.slack.responses[-1]["text"], "refused")


async def test_in_a_private_room_it_works_and_nothing_leaves_it(stage: Stage) -> None:
    await stage.types(stage.alice, "declare --private Stolen keys", stage.incidents)
    await stage.until(lambda: stage.rooms and stage.rooms[-1].pins, "the room")
    room = stage.rooms[-1]
    assert room.is_private
    message = await stage.slack.message(stage.alice, room, "The keys of eu-west are out")
    await pin(stage, stage.alice, room, message.ts)
    for _ in range(200):
        code, printed = await stage.bot.cli("timeline", "INC-1", "--private")
        if "The keys of eu-west" in printed:
            break
    assert code == 0 and "The keys of eu-west" in printed
    for channel in stage.slack.channels.values():
        if channel.id != room.id:
            assert "keys" not in stage.texts(channel)
    assert "eu-west" not in stage.bot.log()


@pytest.mark.parametrize("mode", ["socket"])
async def test_what_happened_without_a_connection_is_caught_up(stage: Stage) -> None:
    room = await a_room(stage)
    message = await stage.slack.message(stage.bob, room, "Pool exhausted")
    stage.slack.subscribed.clear()  # nobody hears of it
    await stage.slack.react(stage.alice, room, message.ts, "pushpin")
    await stage.slack.socket.disconnect("link_disabled")
    await stage.until(lambda: not stage.slack.socket.links, "no connection")
    stage.slack.socket.enabled = True
    await until_timeline(stage, has="Pool exhausted")
