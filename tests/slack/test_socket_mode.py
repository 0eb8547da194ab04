"""Envelopes: nothing is acknowledged before the work is done, and the answer finds its way."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog

from incident_bot.domain.decision import Reply
from incident_bot.service import Unavailable
from tests.slack.socket_kit import WAIT, Wired, a_wire


@pytest.fixture
async def wired() -> AsyncIterator[Wired]:
    async with a_wire() as made:
        yield made


async def test_a_click_is_answered(wired: Wired) -> None:
    wired.service.script = lambda command: Reply(("done",))
    wired.socket_mode.start()
    await wired.connected()
    button = {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {
                "type": "button",
                "action_id": "resolve",
                "value": "INC-1",
                "text": {"type": "plain_text", "text": "Resolve"},
            }
        ],
    }
    body = {"text": "Over?", "response_type": "in_channel", "blocks": [button]}
    ts = wired.slack.show(wired.room, wired.slack.bot.id, body)
    answer = await wired.slack.click(wired.alice, wired.room, ts, "resolve")
    assert answer.problem is None
    await wired.until(lambda: wired.slack.responses, "an answer in words")
    assert wired.counts == {("interactive", "answered"): 1}


async def test_an_unknown_command_is_told_so(wired: Wired) -> None:
    wired.socket_mode.start()
    await wired.connected()
    assert "answers to `/incident`" in await wired.typed("x", name="/other")


async def test_nothing_is_acknowledged_before_the_work_is_done(wired: Wired) -> None:
    wired.service.script = lambda command: 0.3
    wired.socket_mode.start()
    await wired.connected()
    typed = asyncio.create_task(wired.slack.command(wired.alice, "log x", wired.room))
    await wired.until(lambda: any(len(x.sent) > 1 for x in wired.slack.socket.links), "sent")
    assert wired.service.handled == [] and not typed.done()
    assert (await typed).problem is None and len(wired.service.handled) == 1


async def test_an_event_that_could_not_be_kept_comes_again(wired: Wired) -> None:
    tries: list[str] = []

    async def keep(event: dict[str, Any], request: Any) -> None:
        tries.append(request.headers.get("x-slack-retry-num", [""])[0])
        if len(tries) == 1:
            raise Unavailable("the store is away")

    wired.slack.socket.acknowledgement_seconds = 0.3
    wired.app.event("app_mention")(keep)
    wired.socket_mode.start()
    await wired.connected()
    answer = await wired.slack.event(
        {"type": "app_mention", "user": wired.alice.id, "channel": wired.room.id, "ts": "1"}
    )
    assert answer.problem is None
    assert tries == ["0", "1"]
    assert wired.counts == {("events_api", "refused"): 1, ("events_api", "answered"): 1}


async def test_an_event_that_nobody_listens_to_is_acknowledged(wired: Wired) -> None:
    wired.socket_mode.start()
    await wired.connected()
    answer = await wired.slack.event({"type": "something_new"})
    assert answer.problem is None and len(wired.counts) == 1


async def test_the_answer_goes_over_another_connection_when_its_own_ended(wired: Wired) -> None:
    wired.service.script = lambda command: 0.4
    wired.socket_mode.start()
    await wired.connected()
    wired.slack.socket.via = wired.slack.socket.links[0]
    typed = asyncio.create_task(wired.typed("log Pool is full"))
    await wired.until(lambda: len(wired.slack.socket.links[0].sent) > 1, "sent")
    wired.slack.socket.cut(wired.slack.socket.links[0])
    await typed
    assert len(wired.service.handled) == 1
    assert wired.counts == {("slash_commands", "answered"): 1}


async def test_without_any_connection_the_answer_waits_for_the_next(wired: Wired) -> None:
    wired.service.script = lambda command: 0.2
    wired.socket_mode.start()
    await wired.connected()
    typed = asyncio.create_task(wired.typed())
    await wired.until(lambda: any(len(x.sent) > 1 for x in wired.slack.socket.links), "sent")
    wired.slack.socket.cut()
    await typed
    assert wired.counts == {("slash_commands", "answered"): 1}


async def test_an_answer_that_no_connection_takes_is_counted(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incident_bot.slack.socket_mode.ANSWER_SECONDS", 0.3)
    wired.slack.socket.acknowledgement_seconds = 1.0
    wired.service.script = lambda command: 0.2
    wired.socket_mode.start()
    await wired.connected()
    typed = asyncio.create_task(wired.slack.command(wired.alice, "log x", wired.room))
    await wired.until(lambda: any(len(x.sent) > 1 for x in wired.slack.socket.links), "sent")
    wired.slack.socket.refusing = True
    wired.slack.socket.cut()
    assert (await typed).problem == "operation_timeout"
    assert wired.counts == {("slash_commands", "unanswered"): 1}
    assert "no connection to answer Slack over" in wired.warnings()


async def test_stopping_answers_what_is_in_hand_and_takes_nothing_new(wired: Wired) -> None:
    wired.service.script = lambda command: 0.3
    wired.socket_mode.start()
    await wired.connected()
    typed = asyncio.create_task(wired.typed())
    await wired.until(lambda: any(len(x.sent) > 1 for x in wired.slack.socket.links), "sent")
    stopping = asyncio.create_task(wired.socket_mode.stop())
    await wired.until(lambda: len(wired.slack.socket.links) == 1, "the idle one closed")
    wired.slack.socket.acknowledgement_seconds = 0.1
    late = await wired.slack.command(wired.alice, "log too late", wired.room)
    assert late.problem == "operation_timeout"
    await typed
    await stopping
    assert len(wired.service.handled) == 1
    assert wired.slack.socket.links == []
    assert wired.counts == {("slash_commands", "answered"): 1, ("slash_commands", "turned_away"): 1}


async def test_stopping_does_not_wait_for_ever(wired: Wired) -> None:
    wired.service.script = lambda command: 2.0
    wired.socket_mode.start()
    await wired.connected()
    typed = asyncio.create_task(wired.slack.command(wired.alice, "log x", wired.room))
    await wired.until(lambda: any(len(x.sent) > 1 for x in wired.slack.socket.links), "sent")
    await wired.socket_mode.stop(0.05)
    assert "stopped before Slack was answered" in wired.warnings()
    typed.cancel()


async def test_rubbish_from_the_server_breaks_nothing_and_is_not_logged(
    wired: Wired, caplog: pytest.LogCaptureFixture
) -> None:
    structlog.reset_defaults()
    wired.socket_mode.start()
    await wired.connected()
    with caplog.at_level(logging.DEBUG):
        for link in wired.slack.socket.links:
            await link.socket.send_str('{"secret-words": ')
            await link.socket.send_str("secret-words")
            await link.socket.send_json(
                {"type": "slash_commands", "envelope_id": "E", "payload": 3}
            )
            await link.socket.send_json({"type": "new", "envelope_id": "E2", "payload": {}})
        assert await wired.typed() == "LogEntry done"
    ours = [r for r in caplog.records if r.name.startswith(("incident_bot", "slack"))]
    assert "secret-words" not in str([r.getMessage() for r in ours])
    assert all(r.exc_info is None for r in ours)
    assert len(wired.slack.socket.links) == 2


async def test_the_answer_is_not_trusted_to_a_connection_that_slack_is_ending(
    wired: Wired,
) -> None:
    wired.service.script = lambda command: 0.2
    wired.socket_mode.start()
    await wired.connected()
    leaving = wired.slack.socket.links[0]
    await wired.slack.socket.disconnect("warning", leaving, close_after=WAIT)
    await wired.connected(3)
    wired.slack.socket.via = leaving
    sent = len(leaving.sent)
    typed = asyncio.create_task(wired.typed())
    await wired.until(lambda: len(leaving.sent) > sent, "sent")
    leaving.silent = True  # reads nothing any more
    await typed
