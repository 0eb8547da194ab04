"""The queue: order, leases, fences, and what becomes of jobs that fail."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import text

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.store import JobState, Store, StoreUnavailable, queue
from tests.databases import ONLY_SQLITE
from tests.store.stories import claim, enqueue, finish, job


class Time:
    """Real time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        """As `time.time`."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    """Takes the place of the clock of the queue."""
    clock = Time()
    monkeypatch.setattr("incident_bot.store.queue.time", clock)
    monkeypatch.setattr("incident_bot.store.enqueue.time", clock)
    yield clock


async def test_urgent_jobs_overtake_and_others_go_in_order(store: Store) -> None:
    await enqueue(store, job("a"), job("b"), job("c", urgent=True))
    assert [(await claim(store)).key for _ in range(3)] == ["c", "a", "b"]
    assert await store.queue.claim("w1") is None


async def test_a_key_is_enqueued_once_for_ever(store: Store) -> None:
    await enqueue(store, job("a", args={"n": 1}))
    assert await finish(store, await claim(store))
    await enqueue(store, job("a", args={"n": 2}), job("b"), job("b"))
    assert await store.queue.pending() == ["b"]


async def test_what_a_newer_version_asks_for_is_left_to_it(store: Store) -> None:
    """During a rolling upgrade, or after a way back: it waits, and holds nobody else up."""
    await enqueue(store, job("new", lane="topic"), job("behind", lane="topic"), job("other"))
    async with store.unit() as unit:
        await unit._connection.execute(text("UPDATE job SET kind = 'newer' WHERE key = 'new'"))
    assert (await claim(store)).key == "other"
    assert await store.queue.claim("w1") is None
    assert await store.queue.next_due() != 0.0
    assert await store.queue.pending() == ["new", "behind", "other"]


async def test_a_claimed_job_tells_what_it_is(store: Store) -> None:
    await enqueue(store, NewJob(JobKind.SET_TOPIC, "t/1", args={"seq": 1}, lane="t"))
    claimed = await claim(store)
    assert (claimed.kind, claimed.args, claimed.lane) == (JobKind.SET_TOPIC, {"seq": 1}, "t")
    assert (claimed.attempt, claimed.fence, claimed.started_before) == (1, 1, False)
    assert claimed.ref is None


async def test_a_result_can_be_read(store: Store) -> None:
    await enqueue(store, job("a"), job("b"))
    assert await store.result("a") is None
    await finish(store, await claim(store), channel="C1", ts="1.2")
    await finish(store, await claim(store))
    assert await store.result("a") == {"channel": "C1", "ts": "1.2"}
    posted = await store.posted("a")
    assert posted is not None
    assert (posted.channel, posted.ts) == ("C1", "1.2")
    assert await store.result("b") == {}
    assert await store.posted("b") is None


async def test_only_the_head_of_a_lane_is_handed_out(store: Store, clock: Time) -> None:
    await enqueue(store, job("t/1", lane="t"), job("t/2", lane="t", urgent=True), job("x"))
    head = await claim(store)
    assert head.key == "t/1"
    assert (await claim(store)).key == "x"
    assert await store.queue.claim("w2") is None

    await store.queue.retry(head, 10, "slow")  # in back-off it still holds its lane
    assert await store.queue.claim("w2") is None
    assert await store.queue.next_due() == pytest.approx(10)

    clock.now += 11
    again = await claim(store)
    assert (again.key, again.attempt, again.started_before) == ("t/1", 2, True)
    await finish(store, again)
    assert (await claim(store)).key == "t/2"


async def test_a_dead_head_makes_way(store: Store) -> None:
    await enqueue(store, job("t/1", lane="t"), job("t/2", lane="t"))
    await store.queue.bury(await claim(store), "gone")
    assert (await claim(store)).key == "t/2"


async def test_what_must_come_first_comes_first(store: Store) -> None:
    await enqueue(store, job("invite", after=("room", "people"), urgent=True), job("room"))
    room = await claim(store)
    assert room.key == "room"
    await finish(store, room)
    assert await store.queue.claim("w1") is None
    assert await store.queue.next_due() is None

    await enqueue(store, job("people"))
    await finish(store, await claim(store))
    assert (await claim(store)).key == "invite"


async def test_what_waits_for_a_dead_job_dies_too(store: Store) -> None:
    note = NewJob(JobKind.PAGERDUTY_NOTE, "note", after=("room",))
    await enqueue(
        store, job("room"), job("summary", after=("room",)), job("pin", after=("summary",)), note
    )
    await store.queue.bury(await claim(store), "no channel")

    assert await store.queue.state_of("room") == (JobState.DEAD, "no channel")
    assert await store.queue.state_of("summary") == (JobState.DEAD, "the thing before it failed")
    assert await store.queue.state_of("pin") == (JobState.DEAD, "the thing before it failed")
    assert await store.queue.state_of("nothing") is None
    assert (await claim(store)).key == "note"  # worth doing all the same

    await enqueue(store, job("late", after=("summary",)))
    assert await store.queue.state_of("late") == (JobState.DEAD, "the thing before it failed")
    assert await store.queue.bury_orphans() == 0


async def test_a_unit_can_bury(store: Store) -> None:
    await enqueue(store, job("room"), job("summary", after=("room",)))
    room = await claim(store)
    async with store.unit() as unit:
        assert await unit.bury(room, "no")
    async with store.unit() as unit:
        assert not await unit.bury(room, "no")
    assert await store.queue.pending() == []
    assert (await store.counts()).jobs == {"waiting": 0, "running": 0, "done": 0, "dead": 2}


async def test_a_stale_worker_can_do_nothing(store: Store, clock: Time) -> None:
    await enqueue(store, job("a"))
    old = await claim(store, "w1")
    assert await store.queue.claim("w2") is None

    clock.now += 15.1
    new = await claim(store, "w2")
    assert (new.key, new.fence, new.started_before) == ("a", 2, True)

    assert not await store.queue.heartbeat(old)
    assert not await store.queue.retry(old, 0, "late")
    assert not await store.queue.bury(old, "late")
    assert not await finish(store, old)
    assert await finish(store, new)
    assert not await finish(store, new)


async def test_a_heartbeat_keeps_the_lease(store: Store, clock: Time) -> None:
    await enqueue(store, job("a"))
    kept = await claim(store)
    for _ in range(3):
        clock.now += 10
        assert await store.queue.heartbeat(kept)
        assert await store.queue.claim("w2") is None
    clock.now += 16
    assert (await claim(store, "w2")).fence == 2


async def test_a_lease_that_ran_out_is_taken_over_in_its_lane(store: Store, clock: Time) -> None:
    await enqueue(store, job("t/1", lane="t"), job("t/2", lane="t"))
    await claim(store, "w1")
    clock.now += 16
    assert (await claim(store, "w2")).key == "t/1"
    assert await store.queue.claim("w2") is None


async def test_a_pause_does_not_count_as_a_try(store: Store, clock: Time) -> None:
    await enqueue(store, job("a"))
    await store.queue.retry(await claim(store), 30, "rate limit", paused=True)
    assert await store.queue.next_due() == pytest.approx(30)
    assert await store.queue.claim("w1") is None
    clock.now += 30
    again = await claim(store)
    assert (again.attempt, again.started_before) == (1, True)


@ONLY_SQLITE  # nobody else can be alive there; on PostgreSQL others may be at work
async def test_a_new_process_takes_over_at_once(store: Store, url: str) -> None:
    await enqueue(store, job("a"))
    await claim(store)
    await store.close()

    second = await Store.open(url)
    assert (await claim(second, "w2")).started_before
    await second.close()


async def test_a_reader_cannot_claim(store: Store, url: str) -> None:
    reader = await Store.open_readonly(url)
    with pytest.raises(StoreUnavailable, match="reading only"):
        await reader.queue.claim("w1")
    await reader.close()


_STEP = st.tuples(
    st.sampled_from(["finish", "retry", "pause", "vanish", "stale finish"]), st.integers(0, 20)
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    shape=st.lists(
        st.tuples(st.sampled_from([None, "x", "y"]), st.integers(0, 3), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    steps=st.lists(_STEP, max_size=30),
)
async def test_each_job_is_done_exactly_once(
    store: Store, shape: list[tuple[str | None, int, bool]], steps: list[tuple[str, int]]
) -> None:
    """Whatever fails in whatever order: every job is done once, lanes and `after` in order."""
    clock = Time()
    async with store._writing().transaction() as connection:
        for table in ("job_after", "job"):  # of the example before
            await connection.execute(text(f"DELETE FROM {table}"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("incident_bot.store.queue.time", clock)
        patch.setattr("incident_bot.store.enqueue.time", clock)
        new = [
            job(str(n), lane=lane, urgent=urgent, after=(str(n - back),) if 0 < back <= n else ())
            for n, (lane, back, urgent) in enumerate(shape)
        ]
        await enqueue(store, *new)
        done: list[str] = []
        held: list[queue.Job] = []
        left = iter(steps)
        for _ in range(500):
            if len(done) == len(new):
                break
            what, seconds = next(left, ("finish", 20))
            clock.now += seconds
            if what == "stale finish" and held:
                if await finish(store, held[0]):
                    done.append(held[0].key)
                held.pop(0)
                continue
            claimed = await store.queue.claim("w")
            if claimed is None:
                continue
            match what:
                case "finish":
                    assert await finish(store, claimed)
                    done.append(claimed.key)
                case "retry" | "pause":
                    await store.queue.retry(claimed, seconds, "x", paused=what == "pause")
                case _:
                    held.append(claimed)

    assert sorted(done) == sorted(each.key for each in new)
    for each in new:
        for first in each.after:
            assert done.index(first) < done.index(each.key)
    for lane in ("x", "y"):
        order = [int(key) for key in done if shape[int(key)][0] == lane]
        assert order == sorted(order)
