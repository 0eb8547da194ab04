"""A deadline may fall anywhere: what was committed is told, what was not is not there."""

import asyncio

from incident_bot.domain import entries as e
from incident_bot.store import Store
from tests.store.stories import T0, WHO, decision, opened


async def test_a_deadline_never_lies_about_what_was_recorded(store: Store) -> None:
    ref = await opened(store)

    async def record(line: str) -> str:
        async with store.unit() as unit:
            before = await unit.incident(ref)
            assert before is not None
            await unit.apply(before, decision(e.Logged(headline=line)), WHO, T0)
        return line

    told = set()
    for n in range(120):
        try:
            async with asyncio.timeout(n * 0.0002):
                told.add(await record(f"line {n}"))
        except TimeoutError:
            continue
    recorded = {
        entry.body.headline
        for entry in await store.journal(ref)
        if isinstance(entry.body, e.Logged)
    }
    assert told == recorded
    assert await store.verify(ref) is None
