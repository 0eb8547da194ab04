"""The stories of the crash tests, ready to be played on each kind of database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests import postgres
from tests.crash.lives import fork_server, ports
from tests.crash.stage import Database, Postgresql, Sqlite, Stages
from tests.crash.stories import STORIES, Story
from tests.crash.trials import Point, Trials

SIDE_BY_SIDE = 6
"""How many runs at a time in one pytest process: they mostly wait."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--crash-points 17,18`: only these points of each story."""
    parser.addoption(
        "--crash-points", default="", help="numbers of crash points, such as 17,18; or: all"
    )


@pytest.fixture
def wanted(request: pytest.FixtureRequest) -> Callable[[list[Point], list[Point]], list[Point]]:
    """Chooses from all points those of `--crash-points`, else those that are usual."""
    named = str(request.config.getoption("crash_points", ""))

    def choose(points: list[Point], usual: list[Point]) -> list[Point]:
        if named == "all":
            return points
        numbers = {int(number) for number in named.split(",") if number}
        return [point for point in points if point.number in numbers] if numbers else usual

    return choose


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: the test runs once on each."""
    return str(request.param)


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> Database:
    """Where the bots keep what they know."""
    if kind == "sqlite":
        return Sqlite()
    server = request.getfixturevalue("postgresql")
    assert isinstance(server, postgres.Server)
    return Postgresql(server)


@pytest.fixture
async def stages(database: Database, tmp_path: Path) -> AsyncIterator[Stages]:
    """Makes stages; the fork server ends with the test."""
    async with fork_server() as server:
        yield Stages(server, database, tmp_path, ports())


@pytest.fixture(
    params=[
        *(pytest.param(story, id=story.name.replace(" ", "-")) for story in STORIES[:-1]),
        pytest.param(STORIES[-1], id=STORIES[-1].name, marks=pytest.mark.soak),
    ]
)
def story(request: pytest.FixtureRequest) -> Story:
    """Each of the stories."""
    assert isinstance(request.param, Story)
    return request.param


@pytest.fixture
async def trials(stages: Stages, story: Story, kind: str, request: pytest.FixtureRequest) -> Trials:
    """The story, its crash points found."""
    url = request.getfixturevalue(f"{kind}_url")
    trials = Trials(stages, story, await stages.world(url, story.before), SIDE_BY_SIDE)
    await trials.find_points()
    return trials
