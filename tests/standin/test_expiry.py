"""Trigger ids and response URLs: used up, out of date, made up."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from tests.standin.test_slack_chat import modal
from tests.standin.test_slack_conversations import refused


@pytest.fixture
def now(slack: SlackStandIn) -> list[float]:
    """The clock of whatever expires; a test sets it forward."""
    at = [1000.0]
    slack.desk.monotonic = lambda: at[0]
    return at


async def said(url: str, body: Any) -> tuple[int, str]:
    """What a response_url answers, as (status, text)."""
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("method", ["views.open", "views.push"])
async def test_a_trigger_is_good_once_and_for_three_seconds(
    method: str, slack: SlackStandIn, client: AsyncWebClient, now: list[float]
) -> None:
    alice = slack.add_user("alice")
    await client.views_open(trigger_id=slack.new_trigger(alice), view=modal())

    def use(trigger: str) -> Any:
        return client.api_call(method, json={"trigger_id": trigger, "view": modal()})

    trigger, late = slack.new_trigger(alice), slack.new_trigger(alice)
    now[0] += 3.0
    await use(trigger)
    assert await refused(use(trigger)) == "exchanged_trigger_id"
    now[0] += 0.1
    assert await refused(use(late)) == "expired_trigger_id"
    assert await refused(use("1.2.3")) == "invalid_trigger_id"
    assert await refused(client.api_call(method, json={"view": modal()})) == "invalid_arguments"


async def test_a_refused_view_leaves_the_trigger_as_it_was(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    trigger = slack.new_trigger(slack.add_user("alice"))
    bad = client.views_open(trigger_id=trigger, view=modal(title=None))
    assert await refused(bad) == "invalid_arguments"
    await client.views_open(trigger_id=trigger, view=modal())


async def test_a_response_url_ends_after_five_uses_or_half_an_hour(
    slack: SlackStandIn, now: list[float]
) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("room", members=[alice])
    often, late = slack.new_response_url(alice, room), slack.new_response_url(alice, room)
    for _ in range(5):
        assert await said(often, {"text": "x"}) == (200, "ok")
    assert await said(often, {"text": "x"}) == (404, "used_url")
    now[0] += 1800
    assert await said(late, {"text": "x"}) == (200, "ok")
    now[0] += 0.1
    assert await said(late, {"text": "x"}) == (404, "expired_url")
    assert await said(f"{slack.home_url}response/R1", {"text": "x"}) == (404, "no_such_url")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (["x"], "invalid_payload"),
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"blocks": "x"}, "invalid_blocks"),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        (
            {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
async def test_what_a_response_url_does_not_take(slack: SlackStandIn, body: Any, code: str) -> None:
    alice = slack.add_user("alice")
    url = slack.new_response_url(alice, slack.add_channel("room", members=[alice]))
    assert await said(url, body) == (400, code)
    assert slack.responses == [] and slack.ephemerals == []
