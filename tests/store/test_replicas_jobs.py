"""Jobs of several replicas on one PostgreSQL: each is done once, in order, whoever dies."""

import asyncio

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry
from incident_bot.domain.people import Person, by
from incident_bot.effects import Done
from incident_bot.service import Service, Unavailable
from incident_bot.store import JobState, Store, StoreUnavailable
from tests.databases import sql
from tests.postgres import Server
from tests.store.stories import REPLICAS, T0, change, claim, enqueue, finish, job, opened

pytestmark = pytest.mark.postgres

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


async def test_every_job_is_claimed_by_one_and_lanes_stay_in_order(stores: list[Store]) -> None:
    lanes = {f"{lane}/{n}": lane for n in range(10) for lane in ("x", "y", "z")}
    await enqueue(stores[0], *(job(key, lane=lane) for key, lane in lanes.items()))
    done: list[str] = []

    async def runner(store: Store, name: str) -> None:
        while len(done) < len(lanes):
            claimed = await store.queue.claim(name)
            if claimed is None:
                await asyncio.sleep(0.005)
                continue
            done.append(claimed.key)
            async with store.unit() as unit:
                assert await unit.finish(claimed, {})

    await asyncio.gather(*(runner(s, f"w{n}{m}") for n, s in enumerate(stores) for m in range(3)))
    assert sorted(done) == sorted(lanes)
    for lane in ("x", "y", "z"):
        assert [key for key in done if lanes[key] == lane] == [f"{lane}/{n}" for n in range(10)]


async def test_a_job_that_comes_into_view_late_does_not_block_its_lane(
    stores: list[Store], postgresql_url: str
) -> None:
    """Ids are given out before the commit: an earlier one may appear while a later one runs."""
    seen, later = asyncio.Event(), asyncio.Event()

    async def slow_commit() -> None:
        async with stores[0].unit() as unit:
            await unit.enqueue([job("t/1", lane="t")])
            seen.set()
            await later.wait()

    slow = asyncio.create_task(slow_commit())
    await seen.wait()
    await enqueue(stores[1], job("t/2", lane="t"), job("x"))
    second = await claim(stores[1], "w1")
    assert second.key == "t/2"
    later.set()
    await slow

    assert (await claim(stores[2], "w2")).key == "x", "the lane is taken, the rest is not"
    assert await stores[2].queue.claim("w2") is None
    # Who had it died, and its lease is over: what was begun comes first.
    sql(postgresql_url, "UPDATE job SET due_at = 0 WHERE key = 't/2'")
    again = await claim(stores[2], "w2")
    assert (again.key, again.fence) == ("t/2", 2)
    assert not await finish(stores[1], second)
    assert await finish(stores[2], again)
    assert (await claim(stores[2], "w2")).key == "t/1"


async def test_what_a_dead_replica_had_is_taken_over_after_its_lease(
    stores: list[Store], postgresql: Server, postgresql_url: str
) -> None:
    """It dies in the middle of the transaction that would have finished the job."""
    await enqueue(stores[0], job("t/1", lane="t"), job("t/2", lane="t"), job("x"))
    held = await claim(stores[0], "dies")
    with pytest.raises(StoreUnavailable):
        async with stores[0].unit() as unit:
            assert await unit.finish(held, {})
            assert postgresql.cut(postgresql_url) > 0

    assert (await claim(stores[1], "lives")).key == "x"
    assert await stores[1].queue.claim("lives") is None, "the lease still holds"
    sql(postgresql_url, "UPDATE job SET due_at = 0 WHERE key = 't/1'")  # the lease is over
    taken = await claim(stores[1], "lives")
    assert (taken.key, taken.fence, taken.started_before) == ("t/1", 2, True)
    assert not await stores[0].queue.heartbeat(held), "the dead one comes back"
    assert not await finish(stores[0], held)
    assert await finish(stores[1], taken)
    assert (await claim(stores[1], "lives")).key == "t/2"


async def test_finishing_and_redacting_at_once_end_both(
    services: list[Service], stores: list[Store]
) -> None:
    """They take the same rows in another order: one waits, and is done again."""
    ref = (await services[0].handle(c.Declare(actor=ALICE, title="hunter22"))).incident
    assert ref is not None
    for n in range(6):
        command = c.LogEntry(actor=ALICE, headline=f"hunter22 number {n}")
        await services[0].handle(command, ref=ref.ref)
    claimed = []
    while (each := await stores[0].queue.claim("w")) is not None:
        claimed.append(each)
    assert claimed

    async def finish(n: int) -> None:
        room = c.RecordRoom(actor=ALICE, channel_id="C1", name="incident-1")
        then = room if claimed[n].kind is JobKind.CREATE_ROOM else None
        await services[n % REPLICAS].finish(claimed[n], Done({"text": "hunter22"}, then))

    async def redact(n: int) -> None:
        await services[n % REPLICAS].handle(c.Redact(actor=ALICE, number=n + 2), ref=ref.ref)

    await asyncio.gather(*(finish(n) for n in range(len(claimed))), *(redact(n) for n in range(6)))
    for each in claimed:
        assert (await stores[0].queue.state_of(each.key) or ("",))[0] == JobState.DONE
    assert await stores[0].verify(ref.ref) is None


async def test_a_redaction_keeps_a_result_that_is_being_written(stores: list[Store]) -> None:
    say = job("INC-1/say/2", args={"sentence": ["Logged: ", "hunter22"]})
    ref = await opened(stores[0], e.Logged(headline="hunter22"), jobs=(say,))
    held = await claim(stores[0])
    finished = asyncio.Event()

    async def finishes() -> None:
        async with stores[0].unit() as unit:
            assert await unit.finish(held, {"channel": "C1", "ts": "1.2", "text": "hunter22"})
            finished.set()
            await asyncio.sleep(0.1)  # the redaction comes to the job, and waits for the row

    async def redacts() -> None:
        await finished.wait()
        entry = NewEntry(e.Redacted(targets=(2,)), T0)
        await change(stores[1], ref, Decision(entries=(entry,), redact=(2,)))

    await asyncio.gather(finishes(), redacts())
    result = await stores[0].result(held.key)
    assert result == {"channel": "C1", "ts": "1.2", "text": e.REDACTED}


async def test_a_locked_row_is_not_waited_for_without_end(
    services: list[Service], stores: list[Store], postgresql_url: str
) -> None:
    ref = await opened(stores[0])
    async with stores[0].unit() as unit:
        await unit.incident(ref)
        command = c.LogEntry(actor=ALICE, headline="x")
        with pytest.raises(Unavailable, match="lock timeout"):
            await services[1].handle(command, ref=ref)
    await services[1].handle(command, ref=ref)
    assert len(sql(postgresql_url, "SELECT 1 FROM entry")) == 2
