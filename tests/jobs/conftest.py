"""A fresh store for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open store."""
    opened = await Store.open(f"sqlite:///{tmp_path}/bot.db")
    yield opened
    await opened.close()
