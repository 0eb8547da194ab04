"""A deadline may fall anywhere: what was committed is told, what was not is not there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, NewEntry
from incident_bot.store import Store
from incident_bot.store.drivers import Postgresql, Sqlite
from tests.databases import sql
from tests.store.stories import T0, WHO, change, decision, opened


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


def after(
    event: asyncio.Event, really: Callable[[Any], Awaitable[None]]
) -> Callable[[Any], Awaitable[None]]:
    """A way to begin that hangs until the event."""

    async def hanging(driver: Any) -> None:
        await event.wait()
        await really(driver)

    return hanging


async def test_a_deadline_does_not_wait_for_a_database_that_hangs(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the commit nothing can be recorded, so whoever waits is told at once."""
    ref = await opened(store)
    answers = asyncio.Event()
    for driver in (Postgresql, Sqlite):
        monkeypatch.setattr(driver, "begun", lambda _: False)
        monkeypatch.setattr(driver, "begin", after(answers, driver.begin))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await change(store, ref, decision(e.Logged(headline="never")))
    answers.set()
    monkeypatch.undo()
    await change(store, ref, decision(e.Logged(headline="after it")))
    lines = [x.body.headline for x in await store.journal(ref) if isinstance(x.body, e.Logged)]
    assert lines == ["after it"]


async def test_a_deadline_while_a_redaction_is_cleaned_up_does_not_hide_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is committed by then: "not recorded" would be a lie."""
    ref = await opened(store, e.Logged(headline="a password"))
    cleaning = asyncio.Event()

    async def slow() -> bool:
        cleaning.set()
        await asyncio.sleep(0.05)
        return True

    monkeypatch.setattr(store, "scrub", slow)
    redaction = asyncio.create_task(
        change(
            store,
            ref,
            Decision(entries=(NewEntry(e.Redacted(targets=(2,), text=""), T0),), redact=(2,)),
        )
    )
    await cleaning.wait()
    redaction.cancel()
    assert (await redaction).last_seq == 3


@pytest.mark.postgres
async def test_a_deadline_does_not_wait_for_a_lock_and_keeps_none(postgresql_url: str) -> None:
    """Whoever gives up leaves no transaction behind, and no connection that is never given back."""
    mine, theirs = await Store.open(postgresql_url), await Store.open(postgresql_url)
    ref = await opened(mine)

    async def gives_up(n: int) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await change(mine, ref, decision(e.Logged(headline=f"never {n}")))

    async with theirs.unit() as unit:
        await unit.incident(ref)
        for _ in range(3):  # more than there are connections
            await asyncio.gather(*(gives_up(n) for n in range(5)))
    await asyncio.gather(
        *(change(mine, ref, decision(e.Logged(headline="after it"))) for _ in range(20))
    )
    assert len(await mine.journal(ref)) == 21
    assert await mine.verify(ref) is None
    await mine.close()
    await theirs.close()
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'incident-bot'"
    assert sql(postgresql_url, left)[0][0] == 0
