"""The App Home over the real wire: opened, pressed in, turned, narrowed; private things stay so."""

import json
from typing import Any

import pytest

from incident_bot.standin import User
from tests.journeys.running import Stage
from tests.journeys.shown import nothing_left

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("mode", ["http"])]


def shown(stage: Stage, user: User) -> str:
    """The Home as this person has it, as one text."""
    try:
        return json.dumps(stage.slack.home(user), ensure_ascii=False)
    except KeyError:
        return ""


def published(stage: Stage) -> int:
    """How often Slack has taken one, and shows it."""
    return sum(call.method == "views.publish" and call.ok for call in stage.slack.calls)


async def opens(stage: Stage, user: User) -> str:
    """Open it, and wait for what is then published."""
    before = published(stage)
    await stage.slack.open_home(user)
    await stage.until(lambda: published(stage) > before, "the Home published")
    return shown(stage, user)


async def press(stage: Stage, user: User, action: str) -> None:
    before = published(stage)
    answered = await stage.slack.click_in_view(user, stage.slack.home(user), action)
    assert answered.status == 200
    await stage.until(lambda: published(stage) > before, "published again")


async def test_what_is_mine_is_there_and_goes_when_it_is_done(stage: Stage) -> None:
    await stage.types(stage.bob, "declare sev2 Checkout is slow", stage.incidents)
    await stage.until(lambda: stage.rooms and stage.rooms[0].pins, "a room")
    await stage.types(stage.bob, "role ic me", stage.rooms[0])
    told = await stage.types(stage.bob, "action P0 Enlarge the pool @bob", stage.rooms[0])
    number = told.partition("#")[2].partition(" ")[0]
    said = await opens(stage, stage.bob)
    assert "Checkout is slow" in said and "Incident Commander* of INC-1" in said
    assert "Enlarge the pool" in said
    assert "Enlarge the pool" not in await opens(stage, stage.alice)

    await press(stage, stage.bob, f"action_done:INC-1-{number}")
    assert "Enlarge the pool" not in shown(stage, stage.bob)
    await stage.until(lambda: "is done (1 of 1)" in stage.texts(stage.rooms[0]), "the room told")
    with pytest.raises(LookupError):
        stage.slack.modal(stage.bob)

    await stage.types(stage.bob, "resolve Restarted it", stage.rooms[0])
    await nothing_left(stage)
    said = await opens(stage, stage.bob)
    assert "No incident is open" in said and "waits for you to read" in said
    await press(stage, stage.bob, "approve_draft:INC-1")
    assert "waits for you to read" not in shown(stage, stage.bob)
    await stage.until(lambda: "as Incident Commander" in stage.texts(stage.rooms[0]), "told")


async def test_the_list_turns_and_is_narrowed(stage: Stage) -> None:
    for number in range(12):
        await stage.types(stage.bob, f"declare sev{2 + number % 2} Trouble no {number}x",
                          stage.incidents)  # fmt: skip
    await nothing_left(stage)
    await opens(stage, stage.alice)
    assert past(stage, stage.alice, "no 11x") and not past(stage, stage.alice, "no 1x")
    await press(stage, stage.alice, "home_page:next")
    assert past(stage, stage.alice, "no 1x") and not past(stage, stage.alice, "no 11x")
    home = stage.slack.home(stage.alice)
    await stage.slack.click_in_view(stage.alice, home, "home_find")
    await stage.until(lambda: stage.slack.modal(stage.alice), "the form")
    before = published(stage)
    form = stage.slack.modal(stage.alice)
    await stage.slack.submit(stage.alice, form, {"severity": ["sev3"], "text": "11x"})
    await stage.until(lambda: published(stage) > before, "published again")
    assert past(stage, stage.alice, "no 11x") and not past(stage, stage.alice, "no 1x")
    await press(stage, stage.alice, "home_page:all")
    assert past(stage, stage.alice, "no 10x")


def past(stage: Stage, user: User, words: str) -> bool:
    """True when the list of all incidents shows it."""
    blocks: list[Any] = stage.slack.home(user)["blocks"]
    headers = [n for n, block in enumerate(blocks) if block["type"] == "header"]
    return f"{words}" in json.dumps(blocks[headers[-1] :])


async def test_a_private_incident_is_in_the_homes_of_its_people_only(stage: Stage) -> None:
    await stage.types(stage.bob, "declare --private A leak", stage.incidents)
    await stage.until(lambda: stage.rooms and stage.rooms[-1].pins, "a room")
    await stage.types(stage.bob, "action P0 Change the key @bob", stage.rooms[-1])
    said = await opens(stage, stage.bob)
    assert "A leak" in said and "Change the key" in said
    said = await opens(stage, stage.charlie)
    assert "leak" not in said and "key" not in said and "INC-1" not in said


async def test_killed_before_it_was_published(stage: Stage) -> None:
    stage.slack.faults.add("views.publish", drop="before")
    await stage.slack.open_home(stage.alice)
    await stage.until(
        lambda: any(call.method == "views.publish" for call in stage.slack.calls), "tried"
    )
    await stage.bot.kill()
    await stage.bot.start()
    await stage.until(lambda: shown(stage, stage.alice), "published")
