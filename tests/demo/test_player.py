"""The player does what a scenario says, tells it, and stops at the first refusal."""

import io

import pytest
from rich.console import Console

from incident_bot.demo import player as playing
from incident_bot.demo.bot import DemoError
from incident_bot.demo.player import Player, Refused, document_of, is_only_asking
from incident_bot.demo.story import Story
from incident_bot.demo.world import World
from tests.demo.conftest import SmallBot, scenario_of

Playing = tuple[SmallBot, str]


async def play(small_bot: Playing, *steps: str) -> tuple[World, str, Player]:
    """Play the steps after an alert; what was there at the end, and what was told."""
    bot, url = small_bot
    told = io.StringIO()
    story = Story(console=Console(file=told, width=200, highlight=False))
    scenario = scenario_of(*steps)
    async with World(scenario, url, story.seen) as world:
        bot.world = world
        player = Player(world, story, bot.set_clock, bot.settled)
        await player.play()
        return world, told.getvalue(), player


async def test_an_alert_opens_a_room_and_the_story_says_so(small_bot: Playing) -> None:
    _, told, player = await play(small_bot, '{at: "09:02", acknowledge: ana}')
    assert "09:00  PagerDuty   alert: Checkout is down (high urgency)" in told
    assert "> Slack: war room #incident-2025-03-01-checkout opened" in told
    assert "> Slack: invited @ana" in told
    assert "09:02  @ana        acknowledges the alert in PagerDuty" in told
    assert player.measured.seconds is not None
    assert small_bot[0].heard == ["incident.triggered", "incident.acknowledged"]


async def test_each_step_has_its_own_time(small_bot: Playing) -> None:
    await play(small_bot, '{at: "09:02", say: {by: ana, text: log one}}', "{acknowledge: ana}")
    assert [f"{now:%H:%M}" for now in small_bot[0].clock] == ["09:00", "09:02", "09:02"]


async def test_who_speaks_in_the_room_joins_it_first(small_bot: Playing) -> None:
    world, told, _ = await play(small_bot, "{say: {by: bo, text: log I am here}}")
    assert told.index("@bo         joins the war room") < told.index("/incident log I am here")
    assert "> heard <log I am here>" in told
    assert world.room is not None
    assert world.users["bo"].id in world.room.members


async def test_a_note_in_pagerduty_and_its_resolution_are_webhooks(small_bot: Playing) -> None:
    await play(
        small_bot, "{annotate: {by: bo, text: hm}}", "{resolved_in_pagerduty: bo, expect: says}"
    )
    assert small_bot[0].heard[1:] == ["incident.annotated", "incident.resolved"]


async def test_a_button_is_found_by_its_action_or_its_label(small_bot: Playing) -> None:
    _, told, _ = await play(
        small_bot,
        '{click: {by: bo, button: "claim_role:ops"}}',
        "{click: {by: ana, button: Take Ops}, expect: is Ops}",
    )
    assert "@bo         clicks [Take Ops]" in told
    assert "> Slack: in the room: @ana is Ops" in told


async def test_an_export_waits_for_its_own_file(small_bot: Playing) -> None:
    world, told, _ = await play(
        small_bot,
        "{say: {by: ana, text: export}}",
        "{say: {by: ana, text: export postmortem}}",
    )
    assert [file.content for file in world.documents("postmortem-")] == [
        b"# After export\n",
        b"# After export postmortem\n",
    ]
    assert "> Slack: file in the room: postmortem-INC-1.md" in told


async def test_a_command_may_be_typed_in_another_channel(small_bot: Playing) -> None:
    world, _, _ = await play(small_bot, "{say: {by: bo, text: help, channel: incidents}}")
    assert world.room is not None
    assert world.users["bo"].id not in world.room.members


@pytest.mark.parametrize(
    ("step", "complaints"),
    [
        (
            '{at: "09:05", say: {by: ana, text: refuse this}}',
            [
                "step 2 (2025-03-01 09:05 UTC, say by @ana)",
                "/incident refuse this",
                "The bot refused: heard <refuse this>",
            ],
        ),
        ("{say: {by: ana, text: break it}}", ["http_status 500", "oh dear"]),
        (
            "{say: {by: ana, text: log it}, expect: seen}",
            ["expected 'seen' in the answer: heard <log it>"],
        ),
    ],
)
async def test_a_refused_step_stops_the_story(
    small_bot: Playing, step: str, complaints: list[str]
) -> None:
    with pytest.raises(Refused) as caught:
        await play(small_bot, step, "{say: {by: ana, text: log more}}")
    for complaint in complaints:
        assert complaint in str(caught.value)
    assert "log more" not in small_bot[0].heard


async def test_an_expected_refusal_is_part_of_the_story(small_bot: Playing) -> None:
    _, told, _ = await play(small_bot, "{say: {by: ana, text: refuse me}, expect: heard}")
    assert "> heard <refuse me>" in told


async def test_a_webhook_that_is_not_accepted_stops_the_story(small_bot: Playing) -> None:
    small_bot[0].status = 401
    with pytest.raises(Refused, match=r"step 1 .*incident.triggered was answered 401: what the"):
        await play(small_bot)


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ("{click: {by: ana, button: Launch}}", "no button 'Launch' in the war room within"),
        ("{say: {by: ana, text: log, channel: nowhere}}", "there is no channel #nowhere"),
    ],
)
async def test_what_is_not_there_is_named(
    small_bot: Playing, monkeypatch: pytest.MonkeyPatch, step: str, complaint: str
) -> None:
    monkeypatch.setattr(playing, "WAIT_SECONDS", 0.3)
    with pytest.raises(DemoError, match=complaint):
        await play(small_bot, step)


async def test_an_alert_that_opens_nothing_stops_the_story(
    small_bot: Playing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "WAIT_SECONDS", 0.3)
    small_bot[0].opens = False
    with pytest.raises(DemoError, match=r"step 1 .*: no room was opened within 0.3 s"):
        await play(small_bot)


@pytest.mark.parametrize("text", ["help role", "list all", "timeline 2", "role", "export"])
def test_questions_may_be_answered_to_one_person(text: str) -> None:
    assert is_only_asking(text)


@pytest.mark.parametrize("text", ["log x", "role ic", "status mitigated", "declare sev1 X"])
def test_what_changes_the_incident_is_answered_to_all(text: str) -> None:
    assert not is_only_asking(text)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("export", "postmortem"),
        ("export timeline", "timeline"),
        ("resolve Rolled back", "postmortem"),
        ("status resolved", "postmortem"),
        ("status mitigated", None),
        ("log x", None),
    ],
)
def test_which_documents_a_command_brings(text: str, document: str | None) -> None:
    assert document_of(text) == document
