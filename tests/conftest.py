"""What every test has: hypothesis without a clock, and a database of each kind."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres

# No deadline: machines here are noisy. In CI a red run must mean that the change broke something;
# new examples are looked for wherever the tests run otherwise.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A real PostgreSQL server, one for this process; the test is skipped where there is none."""
    with postgres.serve() as server:
        yield server


@pytest.fixture
def new_postgresql(postgresql: postgres.Server) -> Iterator[Callable[[], str]]:
    """Makes a new empty PostgreSQL database at each call: its plain URL, for any process."""
    made: list[str] = []

    def make() -> str:
        made.append(postgresql.create())
        return made[-1]

    yield make
    for url in made:
        postgresql.drop(url)


@pytest.fixture
def postgresql_url(new_postgresql: Callable[[], str]) -> str:
    """The plain URL of an empty PostgreSQL database."""
    return new_postgresql()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The plain URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path}/bot.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The plain URL of an empty database: the test runs once on each kind."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes a new empty database at each call; the test runs once on each kind."""
    if request.param == "postgresql":
        make = request.getfixturevalue("new_postgresql")
        assert callable(make)
        return make
    count = iter(range(1_000_000))
    return lambda: f"sqlite:///{tmp_path}/bot-{next(count)}.db"
