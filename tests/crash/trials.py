"""Plays a story once for each crash point and compares how it ends."""

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from incident_bot.standin import Call
from tests.crash.lives import End, Life
from tests.crash.picture import Picture, differences, picture
from tests.crash.stage import Stage, Stages, World
from tests.crash.stories import Story

DURING = re.compile(r"during (?P<call>.+) #(?P<time>\d+)")
LAST_WORDS = 0.5
"""Seconds in which a process that is to die after its last deed does so."""

Spoil = Callable[[Stage], None]
"""Makes something go wrong outside, before the story begins."""


@dataclass(frozen=True)
class Point:
    """A crash point as it was found in an uninterrupted run: the `number`-th of that story.

    `ordinal` counts only those that the process itself passes. Parallel work passes them in
    another order each time, so a point is found again by its name first.
    """

    number: int
    name: str
    ordinal: int

    def __str__(self) -> str:
        return f"{self.number} ({self.name})"

    @property
    def kind(self) -> str:
        """The name without which time it was: `before chat.postMessage`."""
        return self.name.rpartition(" #")[0]


def points_of(life: Life) -> list[Point]:
    """All points of an uninterrupted life. Between "before" and "after" of a call there is
    "during": the other side has done it, and the process dies before the answer comes."""
    points: list[Point] = []
    for ordinal, name in enumerate(life.passed, 1):
        points.append(Point(len(points) + 1, name, ordinal))
        moment, _, call = name.partition(" ")
        if moment == "before" and not call.startswith(("commit", "the file")):
            points.append(Point(len(points) + 1, f"during {call}", ordinal))
    return points


@dataclass
class Outcome:
    """How a run ended. `wrong`: the differences in words, or why it did not end at all."""

    label: str
    deaths: int
    wrong: list[str]
    log: str = ""


@dataclass
class Trials:
    """The runs of one story in one world, on one kind of database."""

    stages: Stages
    story: Story
    world: World
    side_by_side: int
    expected: Picture = field(default_factory=Counter)
    points: list[Point] = field(default_factory=list)

    async def find_points(self) -> None:
        """Plays the story twice without a crash: what shall come out, and the crash points."""
        pictures = []
        for _ in range(2):
            async with self.stages.stage(self.world) as stage:
                await self.story.play(stage)
                pictures.append(await picture(stage))
                assert stage.bot.deaths == 0
                self.points = points_of(stage.bot.lives[0])
        self.expected = pictures[0]
        unsteady = differences(*pictures)
        assert not unsteady, "two uninterrupted runs differ:\n" + "\n".join(unsteady)

    async def die_at(self, points: Iterable[Point], spoil: Spoil | None = None) -> list[Outcome]:
        """One run for each point, with `spoil` in each."""
        return await self._all([self._at(point, spoil or _none) for point in points])

    async def die_twice(self, pairs: Iterable[tuple[Point, int]]) -> list[Outcome]:
        """One run for each pair: a point, and the how manyth of the second life is its end."""
        runs = [
            self._run(
                f"killed at {first}, then at {second}", [_end(first), End(number=second)], _none
            )
            for first, second in pairs
        ]
        return await self._all(runs)

    async def spoil(
        self, spoils: Sequence[tuple[str, Spoil]], points: Sequence[Point | None]
    ) -> list[Outcome]:
        """One run for each: something goes wrong outside and, given a point, the process dies."""
        runs = [
            self._run(
                f"{label}{f', and killed at {point}' if point else ''}",
                [_end(point)] if point else [],
                spoil,
            )
            for (label, spoil), point in zip(spoils, points, strict=True)
        ]
        return await self._all(runs)

    async def _all(self, runs: Iterable[Coroutine[Any, Any, Outcome]]) -> list[Outcome]:
        turn = asyncio.Semaphore(self.side_by_side)

        async def one(run: Coroutine[Any, Any, Outcome]) -> Outcome:
            async with turn:
                return await run

        async with asyncio.TaskGroup() as together:  # one that breaks ends the others
            tasks = [together.create_task(one(run)) for run in runs]
        return [task.result() for task in tasks]

    async def _at(self, point: Point, spoil: Spoil) -> Outcome:
        label = f"killed at {point}"
        if during := DURING.fullmatch(point.name):
            kill = _kill_during(during["call"], int(during["time"]))

            def both(stage: Stage) -> None:
                spoil(stage)
                kill(stage)

            return await self._run(label, [], both, must_die=True)
        outcome = await self._run(label, [_end(point)], spoil, must_die=True)
        if outcome.deaths or outcome.wrong:
            return outcome
        # This time there was no such point: the same moment by its number.
        return await self._run(label, [End(number=point.ordinal)], spoil, must_die=True)

    async def _run(
        self, label: str, ends: list[End], spoil: Spoil, *, must_die: bool = False
    ) -> Outcome:
        async with self.stages.stage(self.world, ends) as stage:
            try:
                spoil(stage)
                await self.story.play(stage)
                if must_die and not stage.bot.deaths:
                    await _last_words(stage)
                await stage.settled()
                await asyncio.sleep(stage.linger)
                await stage.settled()  # what a start looks after may come a moment later
                wrong = differences(self.expected, await picture(stage))
            except (AssertionError, TimeoutError) as error:
                wrong = [f"{type(error).__name__}: {error}"]
            if "Traceback" in stage.bot.log():
                wrong.append("there is a traceback in the log")
            return Outcome(label, stage.bot.deaths, wrong, stage.bot.log() if wrong else "")


async def _last_words(stage: Stage) -> None:
    await asyncio.wait({stage.bot.lives[-1].ended}, timeout=LAST_WORDS)


def _end(point: Point) -> End:
    return End(at=point.name)


def _none(stage: Stage) -> None:
    """Nothing goes wrong outside."""


def _kill_during(method: str, time: int) -> Spoil:
    """Kills the process when the other side has done what it was asked for the `time`-th time,
    before its answer goes out."""

    def spoil(stage: Stage) -> None:
        seen = 0

        def heard(call: Call) -> None:
            nonlocal seen
            seen += call.method == method
            if call.method == method and seen == time and not stage.bot.deaths:
                os.kill(stage.bot.lives[-1].pid.result(), signal.SIGKILL)

        stage.slack.on_call = stage.pagerduty.on_call = heard

    return spoil


def told(outcomes: Sequence[Outcome]) -> str:
    """What went wrong, in words: of each run its crash point and the differences."""
    lines = []
    for outcome in outcomes:
        if outcome.wrong:
            lines += [f"{outcome.label}:", *(f"    {w}" for w in outcome.wrong)]
    return "\n".join(lines)
