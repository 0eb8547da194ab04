"""Faults and rate limits, as a client meets them."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import Call, SlackStandIn
from tests.standin.test_slack_conversations import refused


async def test_a_rate_limit_passes(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.faults.add("conversations.create", status=429, retry_after=1, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await client.conversations_create(name="inc-1")
        assert caught.value.response.status_code == 429
        assert caught.value.response.headers["Retry-After"] == "1"
    await client.conversations_create(name="inc-1")
    assert [c.status for c in slack.calls] == [429, 429, 200]


async def test_dropped_before_nothing_happened(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.faults.add("conversations.create", drop="before")
    with pytest.raises(aiohttp.ClientError):
        await client.conversations_create(name="inc-1")
    assert slack.channels == {}


async def test_dropped_after_it_has_happened(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.faults.add("conversations.create", drop="after")
    with pytest.raises(aiohttp.ClientError):
        await client.conversations_create(name="inc-1")
    assert slack.channel("inc-1").creator == slack.bot.id
    assert slack.calls[0].ok is False


async def test_errors_of_all_methods_until_cleared(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    slack.faults.add(error="service_unavailable", times=None)
    for _ in range(3):
        assert await refused(client.auth_test()) == "service_unavailable"
    slack.faults.clear()
    await client.auth_test()


async def test_a_fault_may_concern_one_channel(slack: SlackStandIn, client: AsyncWebClient) -> None:
    one, two = slack.add_channel("one"), slack.add_channel("two")
    slack.faults.add("chat.postMessage", status=503, when=lambda a: a["channel"] == two.id)
    await client.chat_postMessage(channel=one.id, text="x")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=two.id, text="x")


async def test_the_tiers_can_be_enforced(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.enforce_tiers = True
    now = [1000.0]
    slack.desk.monotonic = lambda: now[0]
    one, two = slack.add_channel("one"), slack.add_channel("two")
    for channel in (one, two):
        await client.chat_postMessage(channel=channel.id, text="x")
    assert await refused(client.chat_postMessage(channel=one.id, text="x")) == "ratelimited"
    for number in range(20):
        await client.conversations_create(name=f"c{number}")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_create(name="c20")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "61"
    now[0] += 61
    await client.conversations_create(name="c20")
    await client.chat_postMessage(channel=one.id, text="x")


async def test_calls_are_told_as_they_end() -> None:
    seen: list[Call] = []
    async with SlackStandIn(on_call=seen.append) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.url)
        await client.conversations_create(name="inc-1")
    assert [(c.method, c.args["name"], c.ok) for c in seen] == [
        ("conversations.create", "inc-1", True)
    ]


async def test_scopes_can_be_enforced(slack: SlackStandIn, client: AsyncWebClient) -> None:
    slack.scopes = {"channels:manage", "users:read"}
    alice = slack.add_user("alice")
    await client.conversations_create(name="open")
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_create(name="closed", is_private=True)
    assert caught.value.response.data == {
        "ok": False,
        "error": "missing_scope",
        "needed": "groups:write",
        "provided": "channels:manage,users:read",
    }
    assert await refused(client.users_conversations(types="private_channel")) == "missing_scope"
    assert await refused(client.users_lookupByEmail(email=alice.email)) == "missing_scope"
    assert "email" not in (await client.users_info(user=alice.id))["user"]["profile"]
