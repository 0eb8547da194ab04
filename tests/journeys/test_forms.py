"""Forms against a running bot: from declaring to resolving, killed between commit and answer."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from incident_bot.standin import Channel, User
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey

JSON = dict[str, Any]


async def opens(stage: Stage, user: User, text: str, channel: Channel) -> JSON:
    """Type what opens a form, and have it."""
    assert await stage.types(user, text, channel) == ""
    return stage.slack.modal(user)


async def submits(stage: Stage, user: User, values: JSON) -> dict[str, str]:
    """Fill in and send the form on top; the errors shown, by field."""
    answer = await stage.slack.submit(user, stage.slack.modal(user), values)
    assert answer.problem is None and answer.status == 200, answer
    body = answer.body if isinstance(answer.body, dict) else {}
    return dict(body.get("errors") or {})


def told(room: Channel, words: str) -> list[str]:
    return [message["text"] for message in room.messages if words in message["text"]]


async def test_from_declaring_to_resolving_by_forms(stage: Stage) -> None:
    """Every form in one story; each that changes something is one message in the room."""
    await opens(stage, stage.bob, "declare", stage.incidents)
    errors = await submits(stage, stage.bob, {"title": "x" * 300})
    assert list(errors) == ["title"]
    assert await submits(stage, stage.bob, {"title": "Checkout is slow", "details": "EU"}) == {}
    notice = stage.slack.modal(stage.bob)["blocks"][0]["text"]["text"]
    assert notice.startswith("INC-1 declared (Sev3): Checkout is slow")
    room = await stage.room_complete()
    assert stage.bob.id in room.members
    await stage.until(lambda: told(room, "EU"), "what is known told in the room")

    await stage.types(stage.bob, "role", room)
    listed = stage.slack.ephemerals[-1]
    await stage.slack.click(stage.bob, room, listed["ts"], "open_roles")
    values = {"role:ic": stage.bob.id, "role:ops": stage.alice.id}
    assert await submits(stage, stage.bob, values) == {}
    await stage.until(lambda: stage.alice.id in room.members, "Alice invited with her role")
    await stage.until(lambda: told(room, "is now Incident Commander"), "the roles told")
    (both,) = told(room, "is now Incident Commander")
    assert "is now Operations lead" in both

    view = await opens(stage, stage.bob, "update", room)
    stage.slack.fill(view, {"text": "Half is back", "more": ["more"]})
    await stage.slack.click_in_view(stage.bob, view, "update_more", ["more"])
    values = {"severity": "Sev2", "status": "mitigated"}
    assert await submits(stage, stage.bob, values) == {}
    await stage.until(lambda: told(room, ": Half is back"), "the update told")
    await stage.until(lambda: "Sev2" in room.topic, "the severity in the topic")

    await stage.types(stage.bob, "log Rebooted it", room)
    await stage.types(stage.bob, "timeline", room)
    shown = stage.slack.ephemerals[-1]
    offered = shown["blocks"][-1]["elements"][-1]["options"]
    (line,) = [o["value"] for o in offered if "Rebooted it" in o["text"]["text"]]
    await stage.slack.click(stage.bob, room, shown["ts"], "timeline_line", line)
    assert await submits(stage, stage.bob, {"text": "Restarted the pods"}) == {}
    await stage.until(lambda: told(room, "Restarted the pods"), "the edit told")

    await stage.types(stage.bob, "action", room)
    await stage.slack.click(stage.bob, room, stage.slack.ephemerals[-1]["ts"], "open_action")
    assert await submits(stage, stage.bob, {"text": "Add an index"}) == {}

    answer = await stage.slack.command(stage.bob, "", room)
    assert answer.ts is not None
    await stage.slack.click(stage.bob, room, answer.ts, "open_resolve")
    values = {"done": "Rolled back", "started": "26:00", "root": "Pool exhausted"}
    errors = await submits(stage, stage.bob, values)
    assert list(errors) == ["started"]
    assert await submits(stage, stage.bob, {"started": "-2h"}) == {}
    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")
    draft = stage.files("postmortem-INC-1.md")[0].content.decode()
    for fact in ("Pool exhausted", "Add an index", "Restarted the pods", "Rolled back"):
        assert fact in draft
    assert "Rebooted it" not in draft
    assert (await stage.bot.cli("db", "check"))[0] == 0


@pytest.mark.parametrize("mode", ["http"])
async def test_killed_between_commit_and_answer_a_form_is_recorded_once(stage: Stage) -> None:
    """Slack shows that something went wrong; whoever sends it again learns that it is recorded."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    view = await opens(stage, stage.bob, "update", room)
    stage.slack.fill(view, {"text": "Half is back"})

    async def sends() -> None:
        with contextlib.suppress(aiohttp.ClientError, ValueError):
            await stage.slack.submit(stage.bob, view)

    sending = asyncio.create_task(sends())
    while "Half is back" not in (await stage.bot.cli("export", "INC-1"))[1]:
        assert not sending.done() or sending.exception() is None
    await stage.bot.kill()
    await sending
    await stage.bot.start()
    stage.slack.desk.views[view["id"]] = view
    stage.slack.desk.view_owners[view["id"]] = stage.bob.id
    assert await submits(stage, stage.bob, {}) == {}
    notice = stage.slack.modal(stage.bob)["blocks"][0]["text"]["text"]
    assert "recorded already" in notice and "Half is back" in notice
    await stage.until(lambda: told(room, ": Half is back"), "told after all")
    assert len(told(room, ": Half is back")) == 1
