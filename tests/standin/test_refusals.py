"""The stand-in says no where Slack does, and in Slack's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from incident_bot.standin.slack.args import Args
from incident_bot.standin.slack.arguments import METHODS
from incident_bot.standin.slack.refusals import GENERAL, OWN, TOKENS
from incident_bot.standin.slack.tiers import POSTS_PER_MINUTE, Tiers
from tests.standin.test_slack_conversations import refused

RECORDED = Path(__file__).parents[2].parent / "shared" / "slack" / "methods.json"


def test_every_method_has_its_own_refusals() -> None:
    assert set(OWN) == set(METHODS)


@pytest.mark.skipif(not RECORDED.exists(), reason="Slack's method descriptions are not at hand")
def test_every_code_is_documented_for_its_method() -> None:
    recorded = json.loads(RECORDED.read_text())
    invented = {
        name: sorted(codes - set(recorded[name]["errors"]))
        for name, codes in OWN.items()
        if codes - set(recorded[name]["errors"])
    }
    assert invented == {}
    for name in METHODS:
        assert set(recorded[name]["errors"]) >= GENERAL, name
    assert set(recorded["auth.test"]["errors"]) >= TOKENS  # not listed with each, yet said by each


async def test_a_fault_must_be_one_that_slack_has(slack: SlackStandIn) -> None:
    with pytest.raises(ValueError, match=r"pins\.add is not documented to answer name_taken"):
        slack.faults.add("pins.add", error="name_taken")
    slack.faults.add("pins.add", error="too_many_pins")
    slack.faults.add("pins.add", error="something_new", invented=True)


async def test_tokens(slack: SlackStandIn, client: AsyncWebClient) -> None:
    for token, method, code in (
        ("xoxb-other", "auth.test", "invalid_auth"),
        (slack.app_token, "auth.test", "not_allowed_token_type"),
        (slack.bot_token, "apps.connections.open", "not_allowed_token_type"),
    ):
        bearer = AsyncWebClient(token=token, base_url=slack.url)
        assert await refused(bearer.api_call(method)) == code
    assert await refused(AsyncWebClient(base_url=slack.url).auth_test()) == "not_authed"
    await client.auth_test()
    slack.revoke()
    assert await refused(client.auth_test()) == "token_revoked"
    slack.revoke("account_inactive")
    assert await refused(client.auth_test()) == "account_inactive"


@pytest.mark.parametrize(
    ("query", "headers", "body", "code"),
    [
        ("?token={token}", {}, b"", "not_authed"),
        ("", {"Content-Type": "text/plain"}, b"token={token}", "invalid_post_type"),
        ("", {"Content-Type": "application/json"}, b"{", "invalid_json"),
        ("", {"Content-Type": "application/json"}, b"[]", "json_not_object"),
        ("", {"Content-Type": "application/json"}, b'{"token": "{token}"}', None),
        ("", {"Content-Type": "application/x-www-form-urlencoded"}, b"token={token}", None),
    ],
)
async def test_how_a_call_may_come(
    slack: SlackStandIn, query: str, headers: dict[str, str], body: bytes, code: str | None
) -> None:
    token = slack.bot_token
    url = f"{slack.url}auth.test{query.replace('{token}', token)}"
    sent = body.replace(b"{token}", token.encode())
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=sent, headers=headers) as response,
    ):
        assert (await response.json()).get("error") == code


def test_a_fault_of_no_method_would_never_be_met(slack: SlackStandIn) -> None:
    with pytest.raises(ValueError, match=r"no method chat\.postMesage"):
        slack.faults.add("chat.postMesage", status=503)


def section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, **more}


def options(count: int, length: int = 5) -> list[dict[str, Any]]:
    return [
        {"text": {"type": "plain_text", "text": "o" * length}, "value": f"{n}"}
        for n in range(count)
    ]


LIMITS: dict[str, tuple[int, Any]] = {
    "blocks": (50, lambda n: [{"type": "divider"}] * n),
    "section text": (3000, lambda n: [section(n)]),
    "header": (
        150,
        lambda n: [{"type": "header", "text": {"type": "plain_text", "text": "x" * n}}],
    ),
    "fields": (
        10,
        lambda n: [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * n}],
    ),
    "field": (
        2000,
        lambda n: [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * n}]}],
    ),
    "context elements": (
        10,
        lambda n: [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * n}],
    ),
    "actions": (
        25,
        lambda n: [{"type": "actions", "elements": [button(action_id=f"a{i}") for i in range(n)]}],
    ),
    "button text": (
        75,
        lambda n: [
            {
                "type": "actions",
                "elements": [button(text={"type": "plain_text", "text": "x" * n})],
            }
        ],
    ),
    "button value": (
        2000,
        lambda n: [{"type": "actions", "elements": [button(value="x" * n)]}],
    ),
    "action_id": (
        255,
        lambda n: [{"type": "actions", "elements": [button(action_id="x" * n)]}],
    ),
    "block_id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "select options": (
        100,
        lambda n: [
            {"type": "actions", "elements": [{"type": "static_select", "options": options(n)}]}
        ],
    ),
    "option text": (
        75,
        lambda n: [
            {"type": "actions", "elements": [{"type": "static_select", "options": options(1, n)}]}
        ],
    ),
    "overflow options": (
        5,
        lambda n: [{"type": "actions", "elements": [{"type": "overflow", "options": options(n)}]}],
    ),
    "checkboxes": (
        10,
        lambda n: [
            {"type": "actions", "elements": [{"type": "checkboxes", "options": options(n)}]}
        ],
    ),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "table rows": (
        100,
        lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n}],
    ),
    "table cells": (
        20,
        lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n]}],
    ),
}


@pytest.mark.parametrize("what", LIMITS)
async def test_blocks_up_to_the_limit_and_no_further(
    what: str, slack: SlackStandIn, client: AsyncWebClient
) -> None:
    most, blocks = LIMITS[what]
    room = slack.add_channel("room", members=[slack.bot])
    await client.chat_postMessage(channel=room.id, text="x", blocks=blocks(most))
    over = client.chat_postMessage(channel=room.id, text="x", blocks=blocks(most + 1))
    assert await refused(over) == "invalid_blocks"


async def test_texts_up_to_the_limit_and_no_further(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("room", members=[slack.bot])
    sent = await client.chat_postMessage(channel=room.id, text="x")
    await client.chat_update(channel=room.id, ts=sent["ts"], text="x" * 4000)
    over = client.chat_update(channel=room.id, ts=sent["ts"], text="x" * 4001)
    assert await refused(over) == "msg_too_long"
    for change in (client.conversations_setTopic, client.conversations_setPurpose):
        name = "topic" if change == client.conversations_setTopic else "purpose"
        await change(channel=room.id, **{name: "x" * 250})
        assert await refused(change(channel=room.id, **{name: "x" * 251})) == "too_long"
    await client.conversations_create(name="x" * 80)
    assert await refused(client.conversations_create(name="y" * 81)) == "invalid_name_maxlength"


@pytest.mark.parametrize(
    ("method", "allowed"),
    [
        ("apps.connections.open", 1),
        ("conversations.create", 20),
        ("conversations.invite", 50),
        ("users.info", 100),
    ],
)
def test_a_tier_lets_so_many_pass_in_a_minute(method: str, allowed: int) -> None:
    now = [1000.0]
    tiers = Tiers(lambda: now[0])
    for _ in range(allowed):
        assert tiers.wait(method, Args()) == 0
        now[0] += 0.1
    seconds = tiers.wait(method, Args())
    assert 60 - 0.1 * allowed <= seconds <= 61
    now[0] += seconds
    assert tiers.wait(method, Args()) == 0


def test_messages_go_a_second_into_a_channel_and_several_hundred_a_minute() -> None:
    now = [1000.0]
    tiers = Tiers(lambda: now[0])
    assert tiers.wait("chat.postMessage", Args(channel="C1")) == 0
    assert tiers.wait("chat.postMessage", Args(channel="C1")) >= 1
    assert tiers.wait("chat.postMessage", Args(channel="C2")) == 0
    for number in range(POSTS_PER_MINUTE - 2):
        assert tiers.wait("chat.postMessage", Args(channel=f"D{number}")) == 0
    now[0] += 2.0
    assert tiers.wait("chat.postMessage", Args(channel="C1")) > 50


def test_a_special_tier_has_no_fixed_figure() -> None:
    tiers = Tiers(lambda: 0.0)
    assert [tiers.wait("auth.test", Args()) for _ in range(500)] == [0] * 500
