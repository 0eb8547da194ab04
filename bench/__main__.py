"""`python -m bench`: every figure, in one run, as a table. Exit code 1 when a bar is missed."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import commands, opening, running, webhooks
from bench.figure import Figure
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests import postgres
from tests.journeys.running import Stage

PARTS: dict[str, Callable[[Stage], Awaitable[list[Figure]]]] = {
    "opening": opening.measure,
    "running": running.measure,
    "webhooks": webhooks.measure,
    "commands": commands.measure,
}


async def _measure(part: str, database_url: str | None) -> list[Figure]:
    """A bot of its own for each part, so that none works off another's jobs."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            SlackStandIn() as slack,
            PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
        ):
            stage = Stage(slack, pagerduty, Path(folder), database_url)
            await stage.bot.start()
            try:
                return await PARTS[part](stage)
            finally:
                await stage.bot.stop()


@contextmanager
def _databases(kind: str) -> Iterator[Callable[[], str | None]]:
    if kind == "sqlite":
        yield lambda: None
        return
    with postgres.serve() as server:
        yield server.create


def main() -> int:
    """The exit code: 0 when every bar is reached."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=list(PARTS), action="append", help="this part alone")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    wanted = parser.parse_args()
    print(f"{wanted.database}; times of this machine, ratios of this run\n")
    missed = 0
    with _databases(wanted.database) as database:
        for part in wanted.only or PARTS:
            for figure in asyncio.run(_measure(part, database())):
                missed += not figure.reached
                mark = "     " if figure.reached else "MISS "
                print(f"{mark}{figure.what:48} {figure.measured:58} bar {figure.bar}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
