"""After the story, whoever sits there may go on typing."""

import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from rich.console import Console

from incident_bot.demo.player import Player
from incident_bot.demo.prompt import Prompt, introduce
from incident_bot.demo.story import Story
from incident_bot.demo.world import World
from tests.demo.conftest import SmallBot, scenario_of


async def typed(*lines: str) -> AsyncGenerator[str, None]:
    for line in lines:
        yield line


async def talk(small_bot: tuple[SmallBot, str], *lines: str) -> str:
    """Play an alert, then type these lines; what was told."""
    bot, url = small_bot
    told = io.StringIO()
    story = Story(console=Console(file=told, width=200, highlight=False))
    async with World(scenario_of(), url, story.seen) as world:
        bot.world = world
        player = Player(world, story, bot.set_clock, bot.settled)
        await player.play()
        await Prompt(world, story, player, bot.set_clock, bot.settled).run(typed(*lines))
        introduce(world, story, url, "sqlite:///demo.db")
    return told.getvalue()


async def test_a_line_is_a_command_of_the_first_person(small_bot: tuple[SmallBot, str]) -> None:
    told = await talk(small_bot, "log We saw it again", "/incident list", "")
    assert small_bot[0].heard[1:] == ["log We saw it again", "list"]
    assert "> heard <log We saw it again>" in told
    assert small_bot[0].clock[-1] >= datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


async def test_somebody_else_may_speak_and_elsewhere(small_bot: tuple[SmallBot, str]) -> None:
    bot = small_bot[0]
    told = await talk(
        small_bot, "as @bo", "who", "log bo", "#incidents help", "#x y", "as eva", "room", "?"
    )
    assert bot.heard[1:] == ["log bo", "help"]
    assert bot.world is not None
    assert bot.world.room is not None
    assert bot.world.users["bo"].id in bot.world.room.members
    assert "Bo Berg" in told
    assert "there is no channel #x" in told
    assert "there are: ana, bo" in told
    assert "> INC-1 Checkout is down" in told


async def test_a_broken_answer_is_shown_and_the_prompt_goes_on(
    small_bot: tuple[SmallBot, str],
) -> None:
    told = await talk(small_bot, "break it", "log still here", "quit", "log not this")
    assert "> http_status 500" in told
    assert small_bot[0].heard[-1] == "log still here"


async def test_the_introduction_names_what_other_tools_need(
    small_bot: tuple[SmallBot, str],
) -> None:
    told = await talk(small_bot)
    for name in ("SLACK_API_URL", "SLACK_SIGNING_SECRET", "PAGERDUTY_WEBHOOK_SECRETS"):
        assert name in told
    assert "DATABASE_URL=sqlite:///demo.db" in told
