"""A fresh store for each test, the service's place, and no waiting between tries."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.store import Store
from tests.jobs.kit import FakeService


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store."""
    opened = await Store.open(f"sqlite:///{tmp_path}/bot.db")
    yield opened
    await opened.close()


@pytest.fixture
def service(store: Store) -> FakeService:
    """The service's place."""
    return FakeService(store)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off is right but takes no time."""
    monkeypatch.setattr("incident_bot.jobs.trying.back_off", lambda *_: 0.0)
