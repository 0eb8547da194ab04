"""The stories that are played: an opening, a resolution and an export.

What came before a story is played once, and every run of it begins with a copy of that. It makes
things hard to tell apart on purpose: a note of the same words, a file of the same name.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.crash.stage import Stage

WHAT_WAS_DONE = "Rolled back to v2.3.3"


async def nothing(stage: Stage) -> None:
    """Nothing has happened yet."""


async def first_start(stage: Stage) -> None:
    """The database is empty, and the first alert is one that is only announced."""
    service = next(s for s in stage.pagerduty.account.services.values() if s["name"] == "Search")
    await stage.webhook(stage.pagerduty.trigger(service, "Slow answers"))
    await stage.settled()


async def declaration(stage: Stage) -> None:
    """Somebody declares by hand what not everybody may see."""
    declared = "SELECT 1 FROM incident"
    where = stage.slack.channel("incidents")
    await stage.types(
        stage.person("bob"), "declare --private sev2 Customer data leaks", where, declared
    )
    await stage.settled()


async def opening(stage: Stage) -> None:
    """An alert with two assignees opens a room; one of them acknowledges in PagerDuty."""
    service = next(iter(stage.pagerduty.account.services.values()))
    alice, bob = stage.pagerduty_user("Alice"), stage.pagerduty_user("Bob")
    await stage.webhook(
        stage.pagerduty.trigger(service, "Errors above 10 %", assignees=[alice, bob])
    )
    await stage.settled()
    incident = next(iter(stage.pagerduty.incidents))
    await stage.webhook(stage.pagerduty.acknowledge(incident, alice))
    await stage.settled()


async def resolution(stage: Stage) -> None:
    """The commander resolves: PagerDuty is told, and the postmortem comes as a file."""
    resolved = "SELECT 1 FROM incident WHERE status = 'resolved'"
    await stage.types(stage.person("alice"), f"resolve {WHAT_WAS_DONE}", stage.rooms[0], resolved)
    await stage.settled()


async def resolved_too_early(stage: Stage) -> None:
    """It was resolved with the same words once; then the alert came back, and it was reopened."""
    await opening(stage)
    await resolution(stage)
    incident = next(iter(stage.pagerduty.incidents))
    await stage.webhook(stage.pagerduty.reopen(incident, stage.pagerduty_user("Bob")))
    await stage.settled()
    is_open = "SELECT 1 FROM incident WHERE status = 'open'"
    await stage.types(stage.person("alice"), "reopen", stage.rooms[0], is_open)
    await stage.settled()


async def export(stage: Stage) -> None:
    """Somebody wants the timeline as a file."""
    query = "SELECT COUNT(*) FROM job WHERE kind = 'deliver_timeline'"
    [[before]] = await stage.database.rows(stage.url, query)
    ordered = f"{query} HAVING COUNT(*) > {before}"
    await stage.types(stage.person("bob"), "export timeline", stage.rooms[0], ordered)
    await stage.settled()


async def exported_before(stage: Stage) -> None:
    """The room is open, and somebody had the timeline already."""
    await opening(stage)
    await export(stage)


@dataclass(frozen=True)
class Story:
    """`play` it after `before` was played; None: on a database without tables."""

    name: str
    play: Callable[[Stage], Awaitable[None]]
    before: Callable[[Stage], Awaitable[None]] | None = nothing


FIRST_START = Story("first start", first_start, None)
DECLARATION = Story("declaration", declaration)
OPENING = Story("opening", opening)
RESOLUTION = Story("resolution", resolution, resolved_too_early)
EXPORT = Story("export", export, exported_before)
STORIES = (OPENING, RESOLUTION, EXPORT, FIRST_START, DECLARATION)
