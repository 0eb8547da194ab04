"""`incident-bot demo`: the real bot lives through a whole incident on this machine, in seconds.

A local Slack and PagerDuty stand in for the real ones; the bot runs as its own process and is
spoken to over signed HTTP only, as in production.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path, PurePosixPath

from incident_bot.demo import prompt
from incident_bot.demo.bot import Bot, DemoError, free_port
from incident_bot.demo.player import Player
from incident_bot.demo.scenario import Scenario, ScenarioError, load
from incident_bot.demo.story import Story
from incident_bot.demo.world import World

__all__ = ["DemoError", "ScenarioError", "run_demo"]


async def run_demo(
    scenario: Path | None = None,
    out: Path = Path("incident-bot-demo"),
    keep: bool = False,
    verbose: bool = False,
) -> int:
    """Play a scenario (None: the built-in one) and write the documents it ends with to `out`.

    `keep` leaves everything running at the end and reads what to type to the bot. `verbose`
    shows the bot's own log. The answer is an exit code: 0 good, 1 a step failed or was refused,
    2 the scenario or `out` cannot be used, 130 (143, 129) ended by SIGINT (SIGTERM, SIGHUP).
    The bot's process is always ended.
    """
    story = Story()
    try:
        played = load(scenario)
        story = Story(played.zone)
        with _stopped_by_signals() as stopped:
            try:
                await _play(played, out, story, keep=keep, verbose=verbose)
            except asyncio.CancelledError:
                if not stopped:
                    raise
                story.note("\nStopped.")
                return 128 + stopped[0]
    except ScenarioError as error:
        story.failed(str(error))
        return 2
    except DemoError as error:
        story.failed(str(error))
        return 1
    except BrokenPipeError:  # `incident-bot demo | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        story.failed(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))
        return 2
    return 0


async def _play(scenario: Scenario, out: Path, story: Story, *, keep: bool, verbose: bool) -> None:
    begun = time.monotonic()
    _make_folder(out)
    story.title(f"Incident Bot demo: {scenario.title}")
    story.note("The bot is real; Slack and PagerDuty are stand-ins on this machine.")
    async with AsyncExitStack() as stack:
        port = free_port()
        bot_url = f"http://127.0.0.1:{port}"
        world = await stack.enter_async_context(World(scenario, bot_url, story.seen))
        bot = await stack.enter_async_context(Bot(port, world.settings(), verbose=verbose))
        ready = time.monotonic() - begun
        player = Player(world, story, bot.set_clock, bot.settled)
        try:
            await player.play()
        except DemoError as error:
            problem = bot.problem()
            if problem and problem not in str(error):
                raise DemoError(f"{error}\n{problem}") from None
            raise
        written = _write(world, out)
        entries = await _entries(bot.database_url)
        _summary(story, world, player, written, entries, (ready, time.monotonic() - begun))
        if keep:
            prompt.introduce(world, story, bot.url, bot.database_url)
            if sys.stdin.isatty():
                asking = prompt.Prompt(world, story, player, bot.set_clock, bot.settled)
                await asking.run(prompt.lines())
            else:
                await asyncio.Event().wait()


def _make_folder(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)


def _write(world: World, out: Path) -> list[Path]:
    """The documents as they were delivered into the room, the last version of each."""
    latest = {PurePosixPath(file.name).name: file.content for file in world.documents()}
    written = []
    for name, content in latest.items():
        path = out / name
        path.write_bytes(content)
        written.append(path)
    return written


async def _entries(database_url: str) -> str:
    """How many entries all journals have, in words; read beside the running bot."""
    from incident_bot import store  # late: the story should begin at once

    try:
        reader = await store.Store.open_readonly(database_url)
    except (store.StoreMissing, store.StoreUnavailable) as error:
        return f"cannot be read: {error}"
    try:
        return f"{sum([len(await reader.journal(ref)) for ref in await reader.refs()])} entries"
    finally:
        await reader.close()


def _summary(
    story: Story,
    world: World,
    player: Player,
    written: list[Path],
    entries: str,
    seconds: tuple[float, float],
) -> None:
    room = world.room
    rows = {}
    if room is not None:
        people = [world.names()[m] for m in room.members if m != world.slack.bot.id]
        rows["war room"] = f"#{room.name}, {len(people)} people ({', '.join(people)})"
    rows["journal"] = entries
    failed = [
        f"{call.method}: {call.error or call.status}"
        for call in world.calls
        if not call.ok and not (call.error or "").startswith("already_")  # done is done
    ]
    calls = f"{len(world.slack.calls)} to Slack, {len(world.pagerduty.calls)} to PagerDuty"
    rows["calls of the bot"] = calls + (f" (refused: {', '.join(failed)})" if failed else "")
    if player.measured.seconds is not None:
        rows["alert to invitation"] = f"{player.measured.seconds * 1000:.0f} ms"
    rows["took"] = f"{seconds[1]:.1f} s, {seconds[0]:.1f} s of it to start the bot"
    for path in written:
        kind = path.name.partition("-")[0]
        rows[kind] = f"{path} ({path.stat().st_size:,} bytes)"
    if not written:
        rows["documents"] = "none (no step exported one)"
    story.title("\nDone.")
    story.table(rows)


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[list[int]]:
    """Cancel the running task on SIGINT, SIGTERM and SIGHUP; the list then holds the signal."""
    stopped: list[int] = []
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def stop(number: int) -> None:
        if not stopped:  # a second Ctrl-C must not break the cleaning up
            stopped.append(number)
            task.cancel()

    added = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(RuntimeError, ValueError):  # not in the main thread
            loop.add_signal_handler(number, stop, int(number))
            added.append(number)
    try:
        yield stopped
    finally:
        for number in added:
            loop.remove_signal_handler(number)
