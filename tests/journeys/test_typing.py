"""Typing in Slack: little is needed, slips are forgiven, and what was a slip is undone."""

from typing import Any

import pytest

from incident_bot.standin import Answer, Channel, User
from tests.journeys.running import Stage

pytestmark = pytest.mark.journey


def button(answer: Answer | dict[str, Any], name: str) -> dict[str, Any]:
    """The only button of this action in an answer or message."""
    body = answer.body if isinstance(answer, Answer) else answer
    assert isinstance(body, dict)
    found = [
        element
        for block in body.get("blocks", ())
        for element in block.get("elements", ())
        if element.get("action_id", "").partition(":")[0] == name
    ]
    assert len(found) == 1, (name, body)
    element: dict[str, Any] = found[0]
    return element


async def press(stage: Stage, user: User, answer: Answer, name: str) -> dict[str, Any]:
    """Press it; what the bot sent to the response_url."""
    element = button(answer, name)
    before = len(stage.slack.responses)
    assert answer.ts is not None
    pressed = await stage.slack.click(
        user, stage.incidents, answer.ts, element["action_id"], element["value"]
    )
    assert (pressed.status, pressed.problem) == (200, None), pressed
    await stage.until(lambda: len(stage.slack.responses) > before, f"answer to {name}")
    said: dict[str, Any] = stage.slack.responses[-1]
    return said


async def test_declared_at_once_and_undone(stage: Stage) -> None:
    """Three words open an incident; Undo cancels it and archives its room; then it is too late."""
    answer = await stage.slack.command(stage.bob, "Payment API is failing", stage.incidents)
    assert "INC-1 declared" in answer.text and "undo it within 10 minutes" in answer.text
    room = await stage.room_complete()
    said = await press(stage, stage.bob, answer, "undo_declare")
    assert said["text"].startswith("Undone: INC-1 is cancelled")
    assert said["replace_original"] is True
    await stage.until(lambda: room.is_archived, "the room archived")
    assert "took it back" in stage.texts(room)
    await stage.until(lambda: "cancelled" in stage.incidents.messages[-1].text, "announced so")
    refused = await stage.types(stage.bob, "list", stage.incidents)
    assert "No incident is open." in refused
    assert (await stage.bot.cli("db", "check"))[0] == 0


async def test_undo_is_for_whoever_declared_while_nobody_works_on_it(stage: Stage) -> None:
    """Work in it, and it stays."""
    answer = await stage.slack.command(stage.bob, "Payment API is failing", stage.incidents)
    room = await stage.room_complete()
    await stage.types(stage.bob, "log Pool exhausted", room)
    said = await press(stage, stage.bob, answer, "undo_declare")
    assert "There is work in INC-1 already" in said["text"]
    assert not room.is_archived


async def test_alone_in_a_room_and_elsewhere(stage: Stage) -> None:
    """The panel of where one is; its buttons work."""
    assert "No incident is open." in await stage.types(stage.alice, "", stage.incidents)
    await stage.types(stage.bob, "declare sev2 Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    panel = await stage.slack.command(stage.bob, "", room)
    assert "*INC-1* · Sev2 · open · Checkout is slow" in panel.text
    assert "`/incident role ic me`" in panel.text
    assert "Checkout is slow" in await stage.types(stage.alice, "", stage.incidents)
    await stage.types(stage.bob, "role ic @bob", room)
    await stage.types(stage.bob, "1", room)
    again = await stage.types(stage.bob, "", room)
    assert "Sev1" in again and f"IC: <@{stage.bob.id}>" in again


async def test_the_buttons_of_a_panel_open_their_forms(stage: Stage) -> None:
    """Elsewhere one to declare; in the room what fits."""
    elsewhere = await stage.slack.command(stage.alice, "", stage.incidents)
    await shows_a_form(stage, stage.alice, stage.incidents, elsewhere, "open_declare")
    await stage.types(stage.bob, "declare sev2 Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    panel = await stage.slack.command(stage.bob, "", room)
    for name in ("open_update", "open_action", "open_roles", "open_resolve"):
        await shows_a_form(stage, stage.bob, room, panel, name)


async def shows_a_form(
    stage: Stage, user: User, channel: Channel, answer: Answer, name: str
) -> None:
    """Pressed, the button opens a modal, for whoever pressed it."""

    def opened() -> list[str | None]:
        return [call.error for call in stage.slack.calls if call.method == "views.open"]

    assert answer.ts is not None
    before = len(opened())
    pressed = await stage.slack.click(user, channel, answer.ts, name)
    assert (pressed.status, pressed.problem) == (200, None), pressed
    await stage.until(lambda: len(opened()) > before, f"a form for {name}")
    assert opened()[-1] is None
    assert stage.slack.modal(user)["type"] == "modal"


async def test_a_slip_is_run_by_its_button_once(stage: Stage) -> None:
    """Pressed twice it is logged once."""
    await stage.types(stage.bob, "declare Checkout is slow", stage.incidents)
    room = await stage.room_complete()
    slip = await stage.slack.command(stage.bob, "INC-1 lgo Pool exhausted", stage.incidents)
    assert "Did you mean `/incident INC-1 log Pool exhausted`?" in slip.text
    first = await press(stage, stage.bob, slip, "run_typed")
    assert "Pool exhausted" in first["text"] and first["replace_original"] is True
    assert slip.ts is not None
    with pytest.raises(LookupError):  # the question is gone
        await stage.slack.click(stage.bob, stage.incidents, slip.ts, "run_typed:1")
    timeline = await stage.types(stage.bob, "timel", room)
    assert timeline.count("Pool exhausted") == 1


async def test_lists_in_pages(stage: Stage) -> None:
    """Twelve incidents, ten to a page, and filters that find one."""
    titles = [f"Trouble number {n}" for n in range(1, 12)]
    for title in titles:
        await stage.types(stage.bob, f"declare {title}", stage.incidents)
    await stage.types(stage.bob, "declare sev1 Checkout 100% down", stage.incidents)
    listed = await stage.slack.command(stage.alice, "list", stage.incidents)
    assert "*INC-12*" in listed.text and "*INC-2*" not in listed.text
    second = await press(stage, stage.alice, listed, "list_page")
    assert "*INC-2*" in second["text"] and "*INC-12*" not in second["text"]
    assert second["replace_original"] is True
    for typed in ("list sev1", "list all CHECKOUT", "list 100%"):
        found = await stage.types(stage.alice, typed, stage.incidents)
        assert "*INC-12*" in found and "*INC-1*" not in found, typed
