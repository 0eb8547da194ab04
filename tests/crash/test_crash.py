"""Kill it anywhere: after a restart everything is as if nothing had happened.

A *crash point* is a moment in which the bot's process is killed (SIGKILL): before an outgoing call
(the request is never sent), during it (the other side has done it, the answer never comes), after
it (the answer is there, nothing was done with it), and before and after every commit that changes
something. They are not listed anywhere: an uninterrupted run of the story counts and names them,
at the seams of the libraries (seams.py), and then run N dies at the N-th.

Each run has a process of its own (child.py), a copy of the database, and Slack and PagerDuty over
HTTP as they stood before the story. What the outside asked for and got no answer to, it asks for
again as PagerDuty and people do (stage.py). In the end all that can be seen in Slack, in PagerDuty
and in the database (picture.py) is what the uninterrupted run left: one channel, each person
invited once, each message, pin, bookmark, file and note once, no dead job, the chain whole.

One run alone, by the number that a failure names, and every point on one database:

    pytest tests/crash -k "anywhere and sqlite and opening" --crash-points 17
    pytest tests/crash -k "anywhere and postgresql" --crash-points all

Each time are tried, on SQLite: every point of every call, and every commit; of those that mark
nothing but a job (claimed, done) each fourth. On PostgreSQL: of the calls that change something
and of the commits one of each name. `make soak` tries them all, with many more double kills. On
PostgreSQL the lease of a dead process (15 s) is not waited for, but in one test of the soak: its
rows are given the time that they would have then.
"""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from incident_bot.standin import Channel, Message
from tests.crash.stage import Postgresql, Stage
from tests.crash.stories import EXPORT
from tests.crash.trials import Outcome, Point, Spoil, Trials, told

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

Wanted = Callable[[list[Point], list[Point]], list[Point]]

ONLY_A_JOB = ("before commit of ~job", "after commit of ~job")
READS = (
    "GET ",
    "auth.",
    "users.",
    "usergroups.",
    "conversations.list",
    "conversations.info",
    "conversations.history",
    "bookmarks.list",
)
TOLD_LATER = ("users.info",)
"""Whose lost answer is no reason to wait: a person is then known by their id."""


def all_well(outcomes: Sequence[Outcome]) -> None:
    """Every run ended as the uninterrupted one."""
    assert not any(outcome.wrong for outcome in outcomes), told(outcomes)


def nearly_all_died(outcomes: Sequence[Outcome]) -> None:
    """Parallel work may take another way, and then a point is not met; but not often."""
    alive = [outcome.label for outcome in outcomes if not outcome.deaths]
    assert len(alive) <= len(outcomes) // 20, f"not killed at {alive}"


def usual(points: Sequence[Point], kind: str) -> list[Point]:
    """The points that are tried each time."""
    if kind == "sqlite":
        telling = [point for point in points if not _before_or_after_a_read(point)]
        jobs = [point for point in telling if point.kind in ONLY_A_JOB]
        return [point for point in telling if point not in jobs or point in jobs[::8]]
    kinds: dict[str, list[Point]] = {}
    for point in points:
        moment, _, what = point.kind.partition(" ")
        if what.startswith("commit") or (moment != "before" and not what.startswith(READS)):
            kinds.setdefault(point.kind, []).append(point)
    # Now an early and now a late one of the same name.
    return [same[number % len(same)] for number, same in enumerate(kinds.values())]


def _before_or_after_a_read(point: Point) -> bool:
    """A call that changes nothing outside: to die during it says as much."""
    moment, _, what = point.kind.partition(" ")
    return moment != "during" and what.startswith(READS)


async def test_killed_anywhere(trials: Trials, kind: str, wanted: Wanted) -> None:
    """Once; a few times again while it recovers; or an answer is lost, without a kill."""
    points = wanted(trials.points, usual(trials.points, kind))
    once = await trials.die_at(points)
    print(f"{trials.story.name}, {kind}: {len(trials.points)} points, killed at {len(once)}")
    all_well(once)
    nearly_all_died(once)
    if points != usual(trials.points, kind):
        return  # somebody looks for the cause of a failure
    all_well(await trials.die_twice(pairs(trials, 4 if kind == "sqlite" else 2)))
    if kind == "sqlite":
        all_well(await trials.spoil(lost(trials), [None] * len(lost(trials))))


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("story", [pytest.param(EXPORT, id="export")])
async def test_a_file_that_shows_late_is_waited_for(trials: Trials) -> None:
    """Slack has taken it, and it is not in the room yet when the next life looks for it; also
    when it was not the first try that Slack took."""
    sent = next(p.number for p in trials.points if p.name.startswith("during files.complete"))
    points = [point for point in trials.points if point.number >= sent]
    refused = fault("files.getUploadURLExternal", status=500, times=3)

    def both(stage: Stage) -> None:
        shows_late(stage)
        refused(stage)

    outcomes = [*await trials.die_at(points, shows_late), *await trials.die_at(points[:2], both)]
    all_well(outcomes)
    nearly_all_died(outcomes)


def shows_late(stage: Stage) -> None:
    """Slack shows a file two seconds after it has answered."""
    desk = stage.slack.desk
    store, stage.linger = desk.store, 2.5

    def later(channel: Channel, message: dict[str, Any]) -> Message:
        if not message.get("files"):
            return store(channel, message)
        asyncio.get_running_loop().call_later(2.0, store, channel, message)
        return Message(message)

    desk.store = later  # type: ignore[method-assign]


@pytest.mark.soak
async def test_killed_at_every_point_and_often_twice(trials: Trials) -> None:
    """All of them, on each database."""
    once = await trials.die_at(trials.points)
    print(f"{trials.story.name}: killed at {len(once)} points")
    all_well(once)
    nearly_all_died(once)
    all_well(await trials.die_twice(pairs(trials, 60)))


@pytest.mark.soak
async def test_killed_while_something_fails_outside(trials: Trials) -> None:
    """Each method once is done without an answer, or twice not done (500), and then it dies."""
    spoils = lost(trials)
    spoils += [(f"{m}, which fails", fault(m, status=500, times=2)) for m in calls(trials)]
    points = Random(trials.story.name).choices(passed_by_itself(trials), k=len(spoils))
    all_well(await trials.spoil(spoils, points))


@pytest.mark.soak
@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_the_lease_of_the_dead_runs_out_by_itself(
    trials: Trials, database: Postgresql
) -> None:
    """Nobody helps: the next process waits until the 15 seconds are over."""
    database.wait = True
    all_well(await trials.die_at(usual(trials.points, "postgresql")[::6]))


def passed_by_itself(trials: Trials) -> list[Point]:
    """Those at which the process ends itself: no other has to be watched."""
    return [point for point in trials.points if not point.name.startswith("during")]


def pairs(trials: Trials, number: int) -> list[tuple[Point, int]]:
    """Where it dies first, and the how manyth point of the second life is the end of that."""
    choice, last = Random(trials.story.name), trials.points[-1].ordinal
    passed = passed_by_itself(trials)
    firsts = choice.sample(passed, min(number, len(passed)))
    return [(first, choice.randint(1, last - first.ordinal + 8)) for first in firsts]


def calls(trials: Trials) -> list[str]:
    """The methods that the story calls, each once."""
    during = (p.kind.removeprefix("during ") for p in trials.points if "during" in p.name)
    return [method for method in dict.fromkeys(during) if method not in TOLD_LATER]


def lost(trials: Trials) -> list[tuple[str, Spoil]]:
    """Each method once does what it is asked for, and the answer does not arrive."""
    return [(f"{m}, whose answer is lost", fault(m, drop="after")) for m in calls(trials)]


def fault(method: str, **what: object) -> Spoil:
    """The first call of this method meets a fault."""

    def spoil(stage: Stage) -> None:
        faults = stage.pagerduty.faults if " /" in method else stage.slack.faults
        faults.add(method, **what)  # type: ignore[arg-type]  # any of its keywords

    return spoil
