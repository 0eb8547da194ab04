"""Connections: two of them, and what becomes of them when Slack ends them or is away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.slack.socket_kit import WAIT, Wired, a_wire


@pytest.fixture
async def wired() -> AsyncIterator[Wired]:
    async with a_wire() as made:
        yield made


async def test_two_connections_and_a_command_over_each(wired: Wired) -> None:
    assert wired.socket_mode.missing() == ["Slack's Socket Mode is not connected"]
    wired.socket_mode.start()
    await wired.connected()
    assert wired.socket_mode.missing() == []
    for _ in range(2):
        assert await wired.typed() == "LogEntry done"
    assert len(wired.service.handled) == 2
    await wired.until(lambda: all(x.ponged for x in wired.slack.socket.links), "Slack's pings")
    assert wired.counts == {("slash_commands", "answered"): 2}


async def test_what_is_on_this_machine_goes_through_no_proxy(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # it leads nowhere
    wired.socket_mode.start()
    await wired.connected()


async def test_connections_that_come_and_go_leave_nothing_behind(wired: Wired) -> None:
    wired.socket_mode.start()
    await wired.connected()
    tasks = len(asyncio.all_tasks())
    for number in range(9):
        link = wired.slack.socket.links[0]
        match number % 3:
            case 0:
                await link.socket.close()
            case 1:
                wired.slack.socket.cut(link)
            case _:
                await wired.slack.socket.disconnect("refresh_requested", link, close_after=0.01)
        await wired.until(lambda old=link: old not in wired.slack.socket.links, "gone")
        await wired.connected()
    await wired.until(lambda: len(asyncio.all_tasks()) <= tasks, f"{tasks} tasks again")


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_successor_is_there_before_a_connection_ends(wired: Wired, reason: Any) -> None:
    wired.socket_mode.start()
    await wired.connected()
    leaving = wired.slack.socket.links[0]
    await wired.slack.socket.disconnect(reason, leaving, close_after=WAIT)
    await wired.connected(3)
    assert leaving in wired.slack.socket.links  # still takes what Slack sends by it
    wired.slack.socket.via = leaving
    assert await wired.typed() == "LogEntry done"
    await leaving.socket.close()
    await wired.connected(2)
    assert await wired.typed() == "LogEntry done"
    assert wired.socket_mode.missing() == []


async def test_a_dead_connection_is_noticed_and_replaced(wired: Wired) -> None:
    wired.socket_mode.start()
    await wired.connected()
    dead = wired.slack.socket.links[0]
    dead.silent = True
    await wired.until(lambda: dead not in wired.slack.socket.links, "given up")
    await wired.connected()
    assert await wired.typed() == "LogEntry done"


async def test_slack_away_at_start_and_for_a_while(wired: Wired) -> None:
    wired.slack.socket.refusing = True
    wired.slack.faults.add("apps.connections.open", status=500, times=2)
    wired.slack.faults.add("apps.connections.open", status=429, retry_after=0.2, times=1)
    wired.socket_mode.start()
    await wired.until(lambda: len(wired.slack.calls) > 4, "tried again")
    [missing] = wired.socket_mode.missing()
    assert missing.startswith("Slack's Socket Mode is not connected: ")
    wired.slack.socket.refusing = False
    await wired.connected()
    assert wired.socket_mode.missing() == []
    wired.slack.socket.cut()
    wired.slack.socket.refusing = True
    await wired.until(lambda: not wired.socket_mode.links, "lost")
    assert wired.socket_mode.missing() == [], "PagerDuty's webhooks are still taken"
    wired.slack.socket.refusing = False
    await wired.connected()
    assert await wired.typed() == "LogEntry done"


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "token_revoked"])
async def test_a_refused_token_is_one_line_and_no_crash(wired: Wired, code: str) -> None:
    wired.slack.faults.add("apps.connections.open", error=code, times=8)
    wired.socket_mode.start()
    await wired.until(lambda: len(wired.slack.calls) >= 6, "tried again and again")
    assert len(wired.warnings()) == 1
    assert "SLACK_APP_TOKEN" in wired.warnings()[0]
    assert wired.slack.app_token not in str(wired.logs)
    await wired.connected()


async def test_socket_mode_switched_off_and_on_again(wired: Wired) -> None:
    wired.socket_mode.start()
    await wired.connected()
    await wired.slack.socket.disconnect("link_disabled")
    await wired.until(lambda: len(wired.slack.calls) > 6, "tried again")
    assert len(wired.warnings()) == 1, wired.logs
    assert "switched off" in wired.warnings()[0]
    wired.slack.socket.enabled = True
    await wired.connected()


async def test_no_room_for_a_second_connection_is_told_and_the_first_serves(wired: Wired) -> None:
    monkey = pytest.MonkeyPatch()
    monkey.setattr("incident_bot.standin.slack.socket_mode.MOST_LINKS", 1)
    try:
        wired.socket_mode.start()
        await wired.until(wired.warnings, "told")
        assert "10 connections" in wired.warnings()[0]
        assert await wired.typed() == "LogEntry done"
        assert wired.socket_mode.missing() == []
    finally:
        monkey.undo()
    await wired.connected()


async def test_what_nobody_thought_of_is_tried_again(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*args: Any, **more: Any) -> None:
        raise RuntimeError("Session is closed")

    with monkeypatch.context() as broken:
        broken.setattr("incident_bot.slack.socket_mode.Gateway.call", breaks)
        tasks = wired.socket_mode.start()
        await wired.until(wired.warnings, "told")
    await wired.connected()
    assert not any(task.done() for task in tasks)


async def test_what_was_missed_is_looked_for_when_no_connection_was_surely_there() -> None:
    """One of two that is refreshed leaves no gap; both at once may, though neither is gone yet."""
    async with a_wire() as wired:
        wired.socket_mode.start()
        await wired.connected()
        first = wired.slack.socket.links[0]
        await wired.slack.socket.disconnect("refresh_requested", first, close_after=0.1)
        await wired.until(lambda: first not in wired.slack.socket.links, "the first refreshed")
        await wired.connected()
        assert len(wired.caught_up) == 1  # before the first one, too, nothing could come
        await wired.slack.socket.disconnect("refresh_requested", close_after=1.0)
        await wired.until(lambda: len(wired.caught_up) > 1, "what was missed looked for")
