"""The clock ticks sweeps, and one that breaks does not stop it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from incident_bot.jobs.clock import Clock, ClockStopped, Sweep, standard_sweeps
from incident_bot.store import Delivery, Store, StoreUnavailable


async def test_a_sweep_at_start_runs_at_once() -> None:
    ran = asyncio.Event()

    async def sweep() -> None:
        ran.set()

    clock = Clock([Sweep("x", 3600.0, sweep, at_start=True)])
    clock.start()
    await asyncio.wait_for(ran.wait(), 20)
    clock.stop()
    clock.stop()


async def test_a_sweep_that_breaks_comes_again() -> None:
    times = 0
    twice = asyncio.Event()

    async def sweep() -> None:
        nonlocal times
        times += 1
        if times == 2:
            twice.set()
        raise RuntimeError("broken")

    clock = Clock([Sweep("x", 0.05, sweep)])
    clock.start()
    await asyncio.wait_for(twice.wait(), 20)
    clock.stop()


async def test_a_database_that_is_away_is_one_line_without_a_traceback() -> None:
    async def sweep() -> None:
        raise StoreUnavailable("the database did not answer: connection refused")

    with capture_logs() as lines:
        await Clock([]).tick(Sweep("x", 5.0, sweep))
    [line] = lines
    assert (line["log_level"], line["sweep"]) == ("warning", "x")
    assert "connection refused" in line["error"] and "exc_info" not in line


async def test_the_standard_sweeps(store: Store) -> None:
    woken: list[None] = []
    sweeps = {sweep.name: sweep for sweep in standard_sweeps(store, lambda: woken.append(None))}
    async with store.unit() as unit:
        await unit.remember(Delivery("s", "1", raw=b"x"), outcome="ok")

    for sweep in sweeps.values():
        await sweep.run()

    assert woken == [None]
    assert sorted(sweeps) == ["old deliveries", "stale leases", "what redaction left in the log"]


async def test_a_clock_that_ticks_is_watched_in_silence() -> None:
    clock = Clock([])
    clock.start()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(clock.watch(2.5), 3.5)
    clock.stop()


async def test_a_clock_that_stopped_is_told_even_while_a_sweep_hangs() -> None:
    hangs = asyncio.Event()
    clock = Clock([Sweep("x", 3600.0, hangs.wait, at_start=True)])
    clock.start()
    clock.stop()
    with pytest.raises(ClockStopped):
        await asyncio.wait_for(clock.watch(0.1), 20)
