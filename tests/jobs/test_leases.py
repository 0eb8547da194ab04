"""Who performs a job holds its lease; without it nobody may go on."""

import asyncio

import pytest
from structlog.testing import capture_logs

from incident_bot.effects import Done, Effect
from incident_bot.jobs import runner as runner_module
from incident_bot.jobs.runner import Runner
from incident_bot.store import Job, Store, StoreUnavailable
from tests.jobs.kit import SOON, FakeService, always, running, until
from tests.store.stories import enqueue, job


async def test_a_long_job_keeps_its_lease(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed: list[bool] = []
    heartbeat = store.queue.heartbeat

    async def watched(job: Job, lease: float) -> bool:
        renewed.append(await heartbeat(job, lease))
        return renewed[-1]

    monkeypatch.setattr(store.queue, "heartbeat", watched)

    async def handler(_effect: Effect) -> Done:
        await until(lambda: len(renewed) >= 3)
        return Done()

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler), lease=0.3)) as runner:
        assert await runner.settle(SOON)
    assert all(renewed[:3])
    assert service.finished == ["a"]


async def test_a_lost_lease_breaks_the_work_off(store: Store, service: FakeService) -> None:
    begun, broken = asyncio.Event(), asyncio.Event()

    async def handler(_effect: Effect) -> Done:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            broken.set()
        return Done()

    await enqueue(store, job("a"))
    runner = Runner(store, service, always(handler), lease=0.3)
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(begun.wait(), SOON)
    runner.stop()
    taken = None
    while taken is None:  # a heartbeat may come between
        await store.queue.release_all()
        taken = await store.queue.claim("thief")
    await asyncio.wait_for(broken.wait(), SOON)
    await asyncio.wait_for(task, SOON)
    await runner.drain(SOON)

    assert taken.fence == 2
    assert await store.queue.heartbeat(taken)  # and it stays the thief's


async def away(job: Job, lease: float) -> bool:
    """A database that is down."""
    raise StoreUnavailable("the database did not answer: connection refused")


async def silent(job: Job, lease: float) -> bool:
    """A database that is frozen."""
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize("database", [away, silent])
async def test_a_lease_that_cannot_be_renewed_is_not_outlived(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch, database: object
) -> None:
    """Another replica may reach the database, and would do the same thing at the same time."""
    tries: list[bool] = []

    async def handler(effect: Effect) -> Done:
        tries.append(effect.again)
        if len(tries) == 1:
            await asyncio.Event().wait()
        return Done()

    heard: list[str] = []
    monkeypatch.setattr(store.queue, "heartbeat", database)
    await enqueue(store, job("a"))
    work = Runner(
        store,
        service,
        always(handler),
        lease=0.2,
        heard=lambda kind, outcome, seconds: heard.append(outcome),
    )
    with capture_logs() as lines:
        async with running(work) as runner:
            assert await runner.settle(SOON)
    assert tries == [False, True]
    assert heard == ["lost", "done"]
    [told] = [line for line in lines if "the lease is over" in line["event"]]
    assert told["log_level"] == "warning"


async def test_a_stop_does_not_wait_for_a_database_that_is_frozen(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be given back is taken over when its lease is over."""
    monkeypatch.setattr(runner_module, "GIVE_BACK_SECONDS", 0.01)
    begun, thawed = asyncio.Event(), asyncio.Event()

    async def handler(_effect: Effect) -> Done:
        begun.set()
        await asyncio.Event().wait()
        return Done()

    retry = store.queue.retry

    async def frozen(job: Job, seconds: float, error: str, paused: bool = False) -> bool:
        await thawed.wait()
        return await retry(job, seconds, error, paused)

    monkeypatch.setattr(store.queue, "retry", frozen)
    await enqueue(store, job("a"))
    runner = Runner(store, service, always(handler))
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(begun.wait(), SOON)
    assert not await asyncio.wait_for(runner.drain(0.01), SOON)
    await asyncio.wait_for(task, SOON)
    thawed.set()
    await until(lambda: not runner._running)
