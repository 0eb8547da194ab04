"""A fresh store for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.store import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A plain URL for a database that does not exist yet."""
    return f"sqlite:///{tmp_path}/bot.db"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store."""
    opened = await Store.open(url)
    yield opened
    await opened.close()
