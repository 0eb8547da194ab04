"""A side that does not answer: tried again by time and not by number, and everything in order."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from incident_bot.domain.commands import RecordInvitation, TellOutage
from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.domain.levels import Retries
from incident_bot.domain.people import BOT
from incident_bot.effects import Away, Done, Effect, Later
from incident_bot.jobs.backoff import MAX_ATTEMPTS
from incident_bot.jobs.outside import Outside
from incident_bot.jobs.runner import Runner
from incident_bot.jobs.telling import Telling
from incident_bot.store import JobState, Store
from tests.jobs.kit import SOON, FakeService, always, running, until
from tests.store.stories import enqueue, job, opened


async def test_what_is_not_answered_is_tried_far_more_often_than_what_fails(
    store: Store, service: FakeService
) -> None:
    tries: list[tuple[int, bool]] = []

    async def handler(effect: Effect) -> Done:
        tries.append((effect.job.attempt, effect.again))
        if len(tries) <= 3 * MAX_ATTEMPTS:
            raise Away("Slack did not answer", "slack")
        return Done()

    heard: list[str] = []
    await enqueue(store, job("a"))
    work = Runner(
        store,
        service,
        always(handler),
        heard=lambda kind, outcome, seconds: heard.append(outcome),
    )
    with capture_logs() as lines:
        async with running(work) as runner:
            assert await runner.settle(SOON)
    assert service.finished == ["a"] and service.said == []
    assert {attempt for attempt, _ in tries} == {1}, "such a try does not count"
    assert [again for _, again in tries] == [False] + [True] * 3 * MAX_ATTEMPTS
    assert Counter(heard) == {"away": 3 * MAX_ATTEMPTS, "done": 1}
    assert not [line for line in lines if line["log_level"] not in ("debug", "info")]


async def test_pauses_grow_and_begin_anew_when_the_other_side_was_there(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, float, float]] = []

    def back_off(attempt: int, first: float, longest: float) -> float:
        asked.append((attempt, first, longest))
        return 0.0

    monkeypatch.setattr("incident_bot.jobs.trying.back_off", back_off)
    outcomes = [
        Away("nothing", "slack"), Away("nothing", "slack"),
        Later("not yet"),
        Away("nothing", "slack"),
    ]  # fmt: skip

    async def handler(_effect: Effect) -> Done:
        if outcomes:
            raise outcomes.pop(0)
        return Done()

    await enqueue(store, job("a"))
    times = Retries(first=timedelta(seconds=2), longest=timedelta(seconds=9))
    async with running(Runner(store, service, always(handler), retries=times)) as runner:
        assert await runner.settle(SOON)
    assert asked == [(1, 2.0, 9.0), (2, 2.0, 9.0), (1, 2.0, 9.0), (1, 2.0, 9.0)]


async def test_what_is_too_old_is_given_up_and_told(store: Store, service: FakeService) -> None:
    async def handler(_effect: Effect) -> Done:
        raise Away("PagerDuty answered 503", "pagerduty")

    await enqueue(store, job("a"))
    times = Retries(give_up_after=timedelta(0))
    async with running(Runner(store, service, always(handler), retries=times)) as runner:
        assert await runner.settle(SOON)
    [(key, sentence)] = service.said
    assert key == "a" and "PagerDuty answered 503" in sentence and "by hand" in sentence


async def test_it_waits_for_its_side_and_is_due_at_once_when_that_is_back(
    store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_bot.jobs.trying.back_off", lambda *_: 3600.0)
    away = {"slack", "pagerduty"}
    order: list[str] = []

    async def handler(effect: Effect) -> Done:
        if (side := effect.args["side"]) in away:
            raise Away("nothing", side)
        order.append(effect.job.key)
        return Done()

    jobs = [job(f"s{n}", args={"side": "slack"}) for n in range(3)]
    await enqueue(store, *jobs, job("p", args={"side": "pagerduty"}))
    async with running(Runner(store, service, always(handler))) as runner:
        await until(lambda: not runner._running and len(runner._tries._in_vain) == 4)
        away.remove("slack")
        assert await store.queue.hurry("slack") == 3
        runner.wake()
        await until(lambda: len(order) == 3)
    assert order == ["s0", "s1", "s2"]
    assert await store.queue.pending() == ["p"]


async def test_what_is_confirmed_before_all_of_it_is_recorded_at_once(
    store: Store, service: FakeService
) -> None:
    """People who are in the room do not wait for those whom only PagerDuty knows."""
    invited = RecordInvitation(actor=BOT, people=())
    tries: list[int] = []

    async def handler(_effect: Effect) -> Done:
        tries.append(1)
        if len(tries) == 1:
            raise Away("not everybody yet", "pagerduty", then=invited)
        return Done()

    ref = await opened(store, jobs=(job("INC-1/a"),))
    async with running(Runner(store, service, always(handler))) as runner:
        assert await runner.settle(SOON)
    assert service.handled == [(ref, invited)]


@pytest.mark.parametrize("kind", [JobKind.SAY, JobKind.CREATE_ROOM, JobKind.SET_TOPIC])
async def test_the_log_says_whether_the_room_hears_of_it(
    store: Store, service: FakeService, kind: JobKind
) -> None:
    await opened(store, jobs=(NewJob(kind, "INC-1/a"),))
    with capture_logs() as lines:
        async with running(Runner(store, service, {})) as runner:
            assert await runner.settle(SOON)
    [dead] = [line for line in lines if line["event"] == "job dead"]
    assert ("room was told" in dead["todo"]) == (kind is JobKind.SET_TOPIC)


async def test_one_side_that_hangs_leaves_the_other_side_its_places(
    store: Store, service: FakeService
) -> None:
    """More jobs of PagerDuty than there is room for, each of which takes for ever."""
    done: list[str] = []
    hanging = asyncio.Event()

    async def hangs(_effect: Effect) -> Done:
        await hanging.wait()
        return Done()

    async def slack(effect: Effect) -> Done:
        done.append(effect.job.key)
        return Done()

    pagerduty = {kind: hangs for kind in JobKind if kind.value.startswith("pagerduty_")}
    handlers = {**always(slack), **pagerduty, JobKind.LOOK_UP_PEOPLE: hangs}
    await enqueue(
        store,
        *(NewJob(JobKind.PAGERDUTY_RESOLVE, f"p{n}") for n in range(20)),
        *(NewJob(JobKind.LOOK_UP_PEOPLE, f"l{n}", urgent=True) for n in range(20)),
        *(NewJob(JobKind.SAY, f"s{n}") for n in range(20)),
        *(NewJob(JobKind.CREATE_ROOM, f"c{n}") for n in range(20)),
    )
    async with running(Runner(store, service, handlers)):
        await until(lambda: len(done) == 40)
        hung = [key for key in await store.queue.pending() if key[0] in "pl"]
        assert len(hung) == 40
        hanging.set()


class Silent:
    """Counts nothing."""

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """Nothing."""


async def test_each_room_that_waits_is_told_once_for_each_outage(store: Store) -> None:
    now = [0.0]

    async def hurry(_side: str) -> None:
        return None

    outside = Outside(Silent(), hurry, span=1.0, clock=lambda: now[0])
    told: list[tuple[str, TellOutage]] = []

    async def handle(command: TellOutage, ref: str) -> None:
        told.append((ref, command))

    telling = Telling(store, outside, handle, after=60.0)
    await opened(store, jobs=(job("INC-1/pd/P1/resolve/7"), job("INC-1/say/7")))
    await enqueue(store, job("alert/P2"))
    await telling.sweep()
    for now[0] in (0.0, 30.0):
        outside.call("pagerduty", "PUT /incidents/{id}", "unknown", 0.0)
    await telling.sweep()
    assert told == [], "not yet"
    now[0] = 61.0
    for _ in range(3):
        await telling.sweep()
    [(ref, command)] = told
    assert ref == "INC-1"
    assert command.waiting == ("INC-1/pd/P1/resolve/7", "INC-1/say/7")
    assert datetime.now(UTC) - command.since < timedelta(minutes=1)
    outside.call("pagerduty", "PUT /incidents/{id}", "ok", 0.0)
    await telling.sweep()
    assert await store.queue.state_of("alert/P2") == (JobState.WAITING, None)
    for now[0] in (100.0, 200.0):
        outside.call("pagerduty", "PUT /incidents/{id}", "unknown", 0.0)
    await telling.sweep()
    assert len(told) == 2, "the next one"
