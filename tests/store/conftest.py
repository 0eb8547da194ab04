"""A fresh store for each test, on each kind of database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.store import Store
from tests.store.stories import REPLICAS


@pytest.fixture
def url(database_url: str) -> str:
    """A plain URL for an empty database."""
    return database_url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An open store."""
    opened = await Store.open(url)
    yield opened
    await opened.close()


@pytest.fixture
async def stores(postgresql_url: str) -> AsyncIterator[list[Store]]:
    """Several stores on one database, with their connections made."""
    found = [await Store.open(postgresql_url) for _ in range(REPLICAS)]
    await asyncio.gather(*(store.ping() for store in found))
    yield found
    await asyncio.gather(*(store.close() for store in found))


@pytest.fixture
def services(stores: list[Store]) -> list[Service]:
    """A service on each store."""
    return [Service(store, Policy()) for store in stores]
