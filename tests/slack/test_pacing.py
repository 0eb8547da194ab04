"""Slack's limits, kept by us: budgets with a clock of the test's own, and who goes first."""

import asyncio

import pytest
from hypothesis import given, strategies as st

from incident_bot.effects import Later
from incident_bot.slack.pacing import (
    KEPT_FOR_URGENT,
    MINUTE,
    PER_MINUTE,
    POST,
    POSTS,
    Budget,
    Pacer,
)
from incident_bot.slack.scopes import METHODS
from incident_bot.standin.slack.arguments import METHODS as STANDIN
from incident_bot.standin.slack.tiers import POSTS_PER_MINUTE


def test_every_method_that_is_called_has_its_limit() -> None:
    assert set(PER_MINUTE) == set(METHODS)


def test_the_limits_are_those_that_the_stand_in_enforces() -> None:
    for method, calls in PER_MINUTE.items():
        allowed = POSTS_PER_MINUTE if method == POST else STANDIN[method].per_minute
        assert calls is None or calls == allowed, method


def test_an_unused_budget_can_be_spent_at_once_and_comes_back_after_the_answer() -> None:
    budget = Budget(2, 60.0)
    assert budget.free(0.0) == 2
    budget.begin()
    budget.begin()
    assert (budget.free(0.0), budget.opens_at(0.0)) == (0, 60.0)  # at the earliest
    budget.end(5.0)
    assert budget.opens_at(5.0) == 65.0
    budget.end(9.0)
    assert (budget.free(64.9), budget.opens_at(64.9)) == (0, 65.0)
    assert (budget.free(65.0), budget.free(69.0)) == (1, 2)
    assert budget.idle(69.0)


def test_what_slack_turned_away_is_not_counted() -> None:
    budget = Budget(1, 60.0)
    budget.begin()
    budget.end(1.0, counted=False)
    assert budget.free(1.0) == 1


def test_decoration_leaves_something_for_what_people_wait_for() -> None:
    budget = Budget(5, 60.0, kept=2)
    for _ in range(3):
        budget.begin()
        budget.end(0.0)
    assert (budget.free(1.0), budget.free(1.0, urgent=True)) == (0, 2)
    assert (budget.opens_at(1.0), budget.opens_at(1.0, urgent=True)) == (60.0, 1.0)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 12)), max_size=60), st.integers(1, 5))
def test_the_other_side_never_counts_too_many(
    calls: list[tuple[float, float]], allowed: int
) -> None:
    """Whenever in the time that a call is under way the other side may count it."""
    budget, now = Budget(allowed, 10.0), 0.0
    under_way: list[float] = []
    seen: list[tuple[float, float]] = []  # begun and answered
    for pause, took in calls:
        now += pause
        for answered in sorted(a for a in under_way if a <= now):
            budget.end(answered)
            under_way.remove(answered)
        if budget.free(now):
            budget.begin()
            under_way.append(now + took)
            seen.append((now, now + took))
    for begun, _ in seen:
        # All that could still be in a window of ten seconds which ends when this one begins.
        assert sum(b <= begun and a > begun - 10.0 for b, a in seen) <= allowed


async def taken(pacer: Pacer, method: str, times: int, *, urgent: bool = False) -> None:
    for _ in range(times):
        pacer.over(await pacer.turn(method, urgent=urgent, patience=0.0))


async def test_a_call_without_room_is_told_when_there_is_some() -> None:
    now = [1000.0]
    pacer = Pacer(lambda: now[0])
    await taken(pacer, "pins.add", 20)
    assert pacer.free("pins.add") == 0
    with pytest.raises(Later) as later:
        await pacer.turn("pins.add", patience=3.0)
    assert later.value.paused and later.value.seconds == MINUTE
    now[0] += MINUTE
    assert pacer.free("pins.add") == 20
    await taken(pacer, "pins.add", 1)


async def test_a_pause_holds_everybody_back_and_shrinks_nothing() -> None:
    now = [0.0]
    pacer = Pacer(lambda: now[0])
    pacer.pause("pins.add", 30.0)
    pacer.pause("pins.add", 10.0)  # an older answer ends no longer pause
    with pytest.raises(Later) as later:
        await pacer.turn("pins.add", patience=3.0, urgent=True)
    assert later.value.seconds == 30.0
    assert (pacer.free("pins.add"), pacer.opens_in("pins.add")) == (0, 30.0)
    assert pacer.free("bookmarks.add") == 20
    now[0] = 30.0
    assert pacer.free("pins.add") == 20


async def test_messages_that_people_wait_for_find_room_when_decoration_has_used_its_own() -> None:
    pacer = Pacer(lambda: 0.0)
    await taken(pacer, POST, POSTS - KEPT_FOR_URGENT[POST])
    with pytest.raises(Later):
        await pacer.turn(POST, "C1", patience=0.0)
    await taken(pacer, POST, KEPT_FOR_URGENT[POST], urgent=True)
    with pytest.raises(Later):
        await pacer.turn(POST, "C1", urgent=True, patience=0.0)


async def test_a_full_channel_holds_up_no_other_channel() -> None:
    pacer = Pacer(lambda: 0.0)
    await pacer.turn(POST, "C1", patience=0.0)
    with pytest.raises(Later):
        await pacer.turn(POST, "C1", patience=0.0)
    await pacer.turn(POST, "C2", patience=0.0)


async def test_a_method_that_is_not_paced_waits_for_nothing() -> None:
    pacer = Pacer(lambda: 0.0)
    await taken(pacer, "auth.test", 200)
    assert pacer.free("auth.test") is None


async def test_urgent_goes_first_then_as_they_came() -> None:
    now = [0.0]
    pacer = Pacer(lambda: now[0])
    first = await pacer.turn(POST, "C1", patience=0.0)
    went: list[str] = []

    async def call(name: str, *, urgent: bool = False) -> None:
        turn = await pacer.turn(POST, "C1", urgent=urgent, patience=5.0)
        went.append(name)
        pacer.over(turn)
        now[0] += 1.0

    waiting = [asyncio.create_task(call(name)) for name in ("a", "b")]
    waiting.append(asyncio.create_task(call("urgent", urgent=True)))
    await asyncio.sleep(0)
    pacer.over(first, counted=False)
    async with asyncio.timeout(20):
        await asyncio.gather(*waiting)
    assert went == ["urgent", "a", "b"]


async def test_who_stops_waiting_takes_no_place_with_them() -> None:
    pacer = Pacer(lambda: 0.0)
    first = await pacer.turn(POST, "C1", patience=0.0)
    waiting = asyncio.create_task(pacer.turn(POST, "C1", patience=5.0))
    await asyncio.sleep(0)
    pacer.over(first, counted=False)  # granted at this moment, and broken off before it is used
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await pacer.turn(POST, "C1", patience=0.0)
    assert pacer.free(POST) == POSTS - KEPT_FOR_URGENT[POST] - 1


async def test_channels_that_are_quiet_are_forgotten() -> None:
    now = [0.0]
    pacer = Pacer(lambda: now[0])
    for number in range(1200):
        pacer.over(await pacer.turn(POST, f"C{number}", patience=0.0))
        now[0] += 2.0
    assert len(pacer._channels) < 600
