"""The runner with handlers of our own: what it does with each outcome."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.effects import Done, Effect, GiveUp, Later
from incident_bot.jobs import runner as runner_module
from incident_bot.jobs.backoff import MAX_ATTEMPTS, back_off
from incident_bot.jobs.pools import Pool, Pools
from incident_bot.jobs.runner import OUTCOMES, Runner
from incident_bot.jobs.trying import NO_HANDLER
from incident_bot.store import JobState, Offer, Store, StoreUnavailable
from incident_bot.store.enqueue import enqueue as enqueue_jobs
from tests.jobs.kit import SOON, FakeService, always, running, so_many, until
from tests.jobs.test_pools import Room
from tests.store.stories import claim, enqueue, job, opened


async def test_jobs_are_done_and_their_results_kept(store: Store, service: FakeService) -> None:
    seen: list[Effect] = []

    async def handler(effect: Effect) -> Done:
        seen.append(effect)
        return Done({"key": effect.job.key})

    ref = await opened(store, jobs=(job("INC-1/a", args={"n": 1}),))
    await enqueue(store, job("b"))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)

    first = next(effect for effect in seen if effect.job.key == "INC-1/a")
    assert first.incident == await store.incident(ref)
    assert (first.args, first.again) == ({"n": 1}, False)
    assert next(effect for effect in seen if effect.job.key == "b").incident is None
    assert await store.result("b") == {"key": "b"}
    assert sorted(service.finished) == ["INC-1/a", "b"]


async def test_a_commit_wakes_it(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_bot.jobs.runner.POLL_SECONDS", 3600.0)

    async def handler(_effect: Effect) -> Done:
        return Done()

    async with running(Runner(store, service, always(handler))) as runner:
        await asyncio.sleep(0.05)  # it has looked, found nothing, and waits an hour
        await enqueue(store, job("a"), job("b", after=("a",)))
        runner.wake()
        await until(lambda: service.finished == ["a", "b"])


async def test_without_a_wake_it_looks_by_itself(store: Store, service: FakeService) -> None:
    async def handler(_effect: Effect) -> Done:
        return Done()

    async with running(Runner(store, service, always(handler))):
        await asyncio.sleep(0.05)
        await enqueue(store, job("a"))
        await until(lambda: service.finished == ["a"])


async def test_later_is_tried_again_and_known_as_such(store: Store, service: FakeService) -> None:
    tries: list[tuple[int, bool]] = []

    async def handler(effect: Effect) -> Done:
        tries.append((effect.job.attempt, effect.again))
        if len(tries) == 1:
            raise Later("slow down", seconds=0.0, paused=True)
        if len(tries) == 2:
            raise Later("not yet")
        return Done()

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert tries == [(1, False), (1, True), (2, True)]


async def test_a_crash_is_tried_again(store: Store, service: FakeService) -> None:
    tries: list[bool] = []

    async def handler(effect: Effect) -> Done:
        tries.append(effect.again)
        if len(tries) == 1:
            raise KeyError("a bug")
        return Done()

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert tries == [False, True]
    assert service.finished == ["a"]


async def test_giving_up_tells_people(store: Store, service: FakeService) -> None:
    async def handler(_effect: Effect) -> Done:
        raise GiveUp("The channel is archived. Unarchive it.")

    await enqueue(store, job("a"), job("b", after=("a",)))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert service.said == [("a", "The channel is archived. Unarchive it.")]
    assert await store.queue.state_of("b") == (JobState.DEAD, "the thing before it failed")


async def test_too_many_tries_are_enough(store: Store, service: FakeService) -> None:
    tries = Counter[str]()

    async def handler(effect: Effect) -> Done:
        tries[effect.job.key] += 1
        raise Later("Slack is away")

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert tries["a"] == MAX_ATTEMPTS
    assert service.said[0][0] == "a"
    assert "12 times" in service.said[0][1]
    assert "Slack is away" in service.said[0][1]


async def test_a_job_that_kills_the_process_ends_too(store: Store, service: FakeService) -> None:
    await enqueue(store, job("a"))
    for _ in range(MAX_ATTEMPTS):
        await claim(store)
        await store.queue.release_all()

    async def handler(_effect: Effect) -> Done:
        raise AssertionError("never again")

    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert [key for key, _ in service.said] == ["a"]


async def test_a_kind_without_a_handler_is_told(store: Store, service: FakeService) -> None:
    await enqueue(store, NewJob(JobKind.SET_TOPIC, "t"))
    async with running(Runner(store, service, {})) as runner:
        assert await runner.settle(SOON)
    assert service.said == [("t", NO_HANDLER)]


async def test_an_outcome_that_was_not_kept_is_tried_again(
    store: Store, service: FakeService
) -> None:
    service.broken = 2
    again: list[bool] = []

    async def handler(effect: Effect) -> Done:
        again.append(effect.again)
        return Done()

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert again == [False, True, True]
    assert service.finished == ["a"]


async def test_a_database_that_is_away_for_a_moment_is_no_fault_of_the_bot(
    store: Store, service: FakeService
) -> None:
    """No traceback, and words that a person may read if it is the last try."""
    tries: list[int] = []

    async def handler(effect: Effect) -> Done:
        tries.append(effect.job.attempt)
        if len(tries) == 1:
            raise StoreUnavailable("the database did not answer: it took too long")
        return Done()

    await enqueue(store, job("a"))
    with capture_logs() as lines:
        async with running(Runner(store, service, always(handler))) as runner:
            assert await runner.settle(SOON)
    assert tries == [1, 2]
    assert [line["error"] for line in lines if "again" in line["event"]] == [
        "the database did not answer: it took too long"
    ]
    assert not [line for line in lines if line["log_level"] == "error"]


async def test_a_try_that_hangs_is_broken_off(store: Store, service: FakeService) -> None:
    tries: list[bool] = []

    async def handler(effect: Effect) -> Done:
        tries.append(effect.again)
        if len(tries) == 1:
            await asyncio.Event().wait()
        return Done()

    await enqueue(store, job("a"))
    async with running(Runner(store, service, always(handler), try_seconds=0.05)) as runner:
        assert await runner.settle(SOON)
    assert tries == [False, True]


async def test_a_stop_gives_back_what_hangs(store: Store, service: FakeService) -> None:
    begun = asyncio.Event()

    async def handler(_effect: Effect) -> Done:
        begun.set()
        await asyncio.Event().wait()
        return Done()

    await enqueue(store, job("a"), job("b"))
    runner = Runner(store, service, always(handler), pools=so_many(1))
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(begun.wait(), SOON)
    assert not await runner.drain(0.01)
    await asyncio.wait_for(task, SOON)

    assert service.finished == []
    assert await store.queue.pending() == ["a", "b"]
    again = await claim(store, "another")
    assert (again.key, again.attempt, again.started_before) == ("a", 1, True)


async def test_a_stop_lets_what_is_under_way_end(store: Store, service: FakeService) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def handler(_effect: Effect) -> Done:
        begun.set()
        await go.wait()
        return Done()

    await enqueue(store, job("a"), job("b"))
    runner = Runner(store, service, always(handler), pools=so_many(1))
    task = asyncio.create_task(runner.run())
    await asyncio.wait_for(begun.wait(), SOON)
    runner.stop()
    go.set()
    assert await runner.drain(SOON)
    await asyncio.wait_for(task, SOON)
    assert service.finished == ["a"]


async def test_an_idle_runner_stops(store: Store, service: FakeService) -> None:
    runner = Runner(store, service, {})
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(0.02)
    runner.stop()
    await asyncio.wait_for(task, SOON)
    assert await runner.drain(SOON)


async def test_what_became_of_each_try_is_heard_and_told_once(
    store: Store, service: FakeService
) -> None:
    """A line for what was done, one at ERROR with what to do for what is dead."""
    heard: list[tuple[JobKind, str]] = []
    slow: list[str] = []

    async def handler(effect: Effect) -> Done:
        match effect.job.key:
            case "limited" if not slow:
                slow.append("limited")
                raise Later("a rate limit", 0.0, paused=True)
            case "refused":
                raise GiveUp("It is archived. Unarchive it.")
        return Done()

    keys = ("fine", "limited", "refused")
    await enqueue(store, *(job(key) for key in keys))
    with capture_logs() as lines:
        runner = Runner(
            store,
            service,
            always(handler),
            heard=lambda kind, outcome, seconds: heard.append((kind, outcome)),
        )
        async with running(runner):
            assert await runner.settle(SOON)
    outcomes = Counter(outcome for _, outcome in heard)
    assert outcomes == {"done": 2, "paused": 1, "dead": 1}
    assert set(outcomes) <= set(OUTCOMES)
    done = [line for line in lines if line["event"] == "job done"]
    assert len(done) == 2 and {line["log_level"] for line in done} == {"info"}
    [dead] = [line for line in lines if line["event"] == "job dead"]
    assert dead["log_level"] == "error" and dead["error"] == "It is archived. Unarchive it."
    assert "by hand" in dead["todo"]


async def test_no_more_than_so_many_at_once(store: Store, service: FakeService) -> None:
    now = most = 0
    full = asyncio.Event()

    async def handler(_effect: Effect) -> Done:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if most == 3:
            full.set()
        await full.wait()
        await asyncio.sleep(0.01)  # a fourth would be begun now
        now -= 1
        return Done()

    await enqueue(store, *(job(str(n)) for n in range(12)))
    async with running(Runner(store, service, always(handler), pools=so_many(3))) as runner:
        assert await runner.settle(SOON)
    assert most == 3
    assert len(service.finished) == 12


async def test_settle_says_when_it_took_too_long(store: Store, service: FakeService) -> None:
    await enqueue(store, job("a"))
    assert not await Runner(store, service, {}).settle(0.05)


def test_back_off_grows_to_a_minute_with_jitter() -> None:
    assert 0.25 <= back_off(1) <= 0.5
    assert 2.0 <= back_off(4) <= 4.0
    assert 30 <= back_off(12) <= 60
    assert len({back_off(12) for _ in range(10)}) > 1


async def test_nothing_is_taken_before_the_invitation_has_begun(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_bot.jobs.runner.HEAD_START", SOON)
    begun: list[str] = []

    async def invite(effect: Effect) -> Done:
        await asyncio.sleep(0.03)  # as long as looking people up may take
        begun.append("invite")
        effect.begins()
        return Done()

    async def say(effect: Effect) -> Done:
        begun.append("say")
        return Done()

    await enqueue(store, NewJob(JobKind.SAY, "a"), NewJob(JobKind.INVITE, "b", urgent=True))
    handlers = {JobKind.INVITE: invite, JobKind.SAY: say}
    async with running(Runner(store, service, handlers)):
        await until(lambda: len(begun) == 2)
    assert begun == ["invite", "say"]


async def test_an_invitation_that_waits_for_somebody_costs_the_next_no_head_start(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until one has had its people in time again."""
    waited: list[float] = []
    either = runner_module._either

    async def counted(task: "asyncio.Task[None]", begun: asyncio.Event, seconds: float) -> bool:
        waited.append(seconds)
        return await either(task, begun, seconds)

    monkeypatch.setattr(runner_module, "_either", counted)
    monkeypatch.setattr(runner_module, "HEAD_START", 0.01)
    answers = asyncio.Event()

    async def invite(effect: Effect) -> Done:
        await answers.wait()
        effect.begins()
        return Done()

    await enqueue(store, *(NewJob(JobKind.INVITE, f"i{n}") for n in range(5)))
    async with running(Runner(store, service, {JobKind.INVITE: invite})) as runner:
        await until(lambda: len(runner._running) == 5)
        assert len(waited) == 1
        answers.set()
        await until(lambda: len(service.finished) == 5)
        await enqueue(store, NewJob(JobKind.INVITE, "later"))
        assert await runner.settle(SOON)
    assert len(waited) == 2


async def test_what_a_limit_sent_back_goes_by_severity_when_there_is_room(
    store: Store, service: FakeService
) -> None:
    """Not by the moment at which each was sent back."""
    room = Room({JobKind.SAY: "post"}, {"post": 3})
    order: list[str] = []

    async def limited(effect: Effect) -> Done:
        if room.left["post"] < 10:
            room.left["post"] = 0
            raise Later("a rate limit", 3600.0, paused=True)
        order.append(effect.job.key)
        return Done()

    for severity in (3, 1, 2):
        async with store.unit() as unit:
            new = NewJob(JobKind.SAY, f"sev{severity}")
            await enqueue_jobs(unit._connection, None, (new,), severity)
    pools = Pools((Pool(1, frozenset({JobKind.SAY})),), room)
    room.left["post"] = 1
    async with running(Runner(store, service, always(limited), pools=pools)) as runner:
        await until(lambda: room.left["post"] == 0 and not runner._running)
        room.left["post"] = 10
        runner.wake()
        await until(lambda: len(order) == 3)
    assert order == ["sev1", "sev2", "sev3"]


async def test_a_job_begun_while_a_delivery_is_handled_does_not_log_as_that(store: Store) -> None:
    """What is claimed with a delivery's commit is a job of its own from then on."""
    seen: list[Mapping[str, Any]] = []

    async def handler(effect: Effect) -> Done:
        seen.append(structlog.contextvars.get_contextvars())
        return Done()

    runner = Runner(store, FakeService(store), always(handler))
    await enqueue(store, job("a"))
    claimed = await store.queue.claim(runner.name)
    assert claimed is not None
    with structlog.contextvars.bound_contextvars(delivery="t-1", source="slack"):
        runner.begin(claimed, Offer(runner.name, [JobKind.SAY]), None)
    await runner.drain(SOON)
    (said,) = seen
    assert said["job"] == "a"
    assert "delivery" not in said and "source" not in said
