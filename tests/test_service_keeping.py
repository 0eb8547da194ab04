"""Deliveries that ask for nothing are kept together, and each is answered for itself."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from incident_bot.domain.policy import Policy
from incident_bot.service import Service, Unavailable
from incident_bot.store import Delivery, Store, StoreUnavailable


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


def webhook(main: str, *also: str) -> Delivery:
    return Delivery("pagerduty", main, also=also, raw=b"{}", kind="service.updated")


async def kept(store: Store, name: str) -> bool:
    async with store.unit() as unit:
        return await unit.seen(webhook(name)) is not None


async def test_of_many_at_once_each_is_kept_once(store: Store) -> None:
    service = Service(store, Policy())
    names = [f"wh-{number % 10}" for number in range(40)]
    answers = await asyncio.gather(*(service.keep(webhook(name), "nothing") for name in names))
    assert sum(answers) == 10
    assert all([await kept(store, name) for name in names])


async def test_one_that_is_known_by_its_second_id_leaves_nothing(store: Store) -> None:
    service = Service(store, Policy())
    assert await service.keep(webhook("wh-1", "event-1"), "nothing")
    both = (webhook("wh-2", "event-1"), webhook("wh-3", "event-3"))
    assert await asyncio.gather(*(service.keep(each, "nothing") for each in both)) == [False, True]
    assert not await kept(store, "wh-2")
    assert await kept(store, "event-3")


async def test_a_database_that_is_away_is_told_to_each(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(store, Policy())

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "record", away)
        both = [service.keep(webhook(name), "nothing") for name in ("wh-1", "wh-2")]
        answers = await asyncio.gather(*both, return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    assert await service.keep(webhook("wh-1"), "nothing"), "it goes on afterwards"


async def test_who_gives_up_keeps_nobody_else_waiting(store: Store) -> None:
    service = Service(store, Policy())
    impatient = asyncio.create_task(service.keep(webhook("wh-1"), "nothing"))
    patient = asyncio.create_task(service.keep(webhook("wh-2"), "nothing"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient
    with pytest.raises(asyncio.CancelledError):
        await impatient
