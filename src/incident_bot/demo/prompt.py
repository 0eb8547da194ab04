"""After the story (`--keep`): everything stays up, and a newcomer may type to the bot."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta

import aiohttp

from incident_bot.demo.bot import DemoError
from incident_bot.demo.player import Player
from incident_bot.demo.story import Story, readable, words
from incident_bot.demo.world import World

HELP = """\
  log We saw it again         types `/incident log We saw it again` in the war room
  #incidents declare sev3 Checkout is slow for everybody      types it in #incidents
  as bob                      you are bob from now on (who: lists everybody)
  room                        shows the last messages of the war room
  quit                        ends it, as Ctrl-C does"""


def introduce(world: World, story: Story, bot_url: str, database_url: str) -> None:
    """Where everything is, for other tools too."""
    story.note("\nEverything keeps running until Ctrl-C:")
    story.table(
        {
            "bot": bot_url,
            "its health": f"{bot_url}/readyz",
            **world.settings(),
        }
    )
    story.note("The timeline from another shell:")
    story.note(f"  DATABASE_URL={database_url} {sys.executable} -m incident_bot.cli timeline INC-1")


async def lines() -> AsyncGenerator[str, None]:
    """Lines typed at the terminal, until its end. The event loop goes on meanwhile."""
    loop, file = asyncio.get_running_loop(), sys.stdin.fileno()
    typed: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        typed.put_nowait(os.read(file, 65536))

    loop.add_reader(file, read)
    try:
        rest = b""
        while chunk := await typed.get():
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace").strip()
    finally:
        loop.remove_reader(file)


class Prompt:
    """Reads lines and does what they say; the story's time goes on from its last step."""

    def __init__(
        self,
        world: World,
        story: Story,
        player: Player,
        set_clock: Callable[[datetime], Awaitable[None]],
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self.world = world
        self.story = story
        self.player = player
        self._set_clock = set_clock
        self._settled = settled
        self._who = world.scenario.people[0].handle
        self._began = asyncio.get_running_loop().time()

    def ask(self) -> None:
        """Show who is typing."""
        print(f"/incident as {self._who}> ", end="", flush=True)

    async def run(self, typed: AsyncGenerator[str, None]) -> None:
        """Until the lines end or one says `quit`."""
        self.story.note("\nType what somebody should type after /incident (help shows more):")
        self.story.note(HELP)
        self.ask()
        async with contextlib.aclosing(typed):
            async for line in typed:
                if line in ("quit", "exit"):
                    return
                try:
                    await self.line(line)
                except (DemoError, aiohttp.ClientError, TimeoutError) as error:
                    self.story.seen(str(error) or repr(error), style="red")
                self.ask()

    async def line(self, line: str) -> None:
        """One line."""
        first, _, rest = line.removeprefix("/incident").strip().partition(" ")
        match first:
            case "":
                return
            case "?":
                self.story.note(HELP)
            case "who":
                for person in self.world.scenario.people:
                    self.story.note(f"  {person.handle:<10} {person.name}  {person.does}")
            case "as":
                self._become(rest.strip().removeprefix("@"))
            case "room":
                self._show_room()
            case _:
                await self._type(first, rest)

    def _become(self, handle: str) -> None:
        if handle in self.world.users:
            self._who = handle
        else:
            self.story.note(f"  there are: {', '.join(self.world.users)}")

    def _show_room(self) -> None:
        room = self.world.room
        for message in room.messages[-10:] if room else []:
            self.story.seen(readable(words(message), self.world.names()))

    async def _type(self, first: str, rest: str) -> None:
        text = f"{first} {rest}".strip()
        channel = self.world.room or self.world.announcements
        if first.startswith("#"):
            text = rest.strip()
            try:
                channel = self.world.slack.channel(first)
            except KeyError:
                self.story.note(f"  there is no channel {first}")
                return
        elapsed = asyncio.get_running_loop().time() - self._began
        await self._set_clock(self.world.scenario.steps[-1].at + timedelta(seconds=elapsed))
        user = self.world.users[self._who]
        if user.id not in channel.members and not channel.is_private:
            await self.world.slack.join(user, channel)
        answer = await self.world.slack.command(user, text, channel)
        said = self.player.plain(answer)
        for row in said.splitlines() or ["(no words)"]:
            self.story.seen(
                row, style="green" if answer.response_type == "in_channel" else "yellow"
            )
        if answer.problem:
            self.story.seen(answer.problem, style="red")
        await self._settled()
