"""What a response_url takes, what it does, and when it is worn out."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import Channel, SlackStandIn, User
from tests.standin.test_slack_chat import actions, button, section

JSON = dict[str, Any]


@pytest.fixture
def alice(slack: SlackStandIn) -> User:
    return slack.add_user("alice")


@pytest.fixture
def room(slack: SlackStandIn, alice: User) -> Channel:
    return slack.add_channel("room", members=[alice])


async def post(url: str, body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_thirty_minutes(slack: SlackStandIn, alice: User, room: Channel) -> None:
    now = [1000.0]
    slack.desk.monotonic = lambda: now[0]
    url = slack.new_response_url(alice, room)
    now[0] += 1800
    assert await post(url, {"text": "x"}) == (200, "ok")
    now[0] += 1
    assert await post(url, {"text": "x"}) == (404, "expired_url")


async def test_one_that_was_never_given(slack: SlackStandIn) -> None:
    assert await post(f"{slack.home_url}response/R1", {"text": "x"}) == (404, "no_such_url")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ([], "invalid_payload"),
        ("x", "invalid_payload"),
        ({}, "no_text"),
        ({"blocks": [section("x" * 3001)]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2700)] * 5}, "msg_blocks_too_long"),
    ],
)
async def test_a_body_that_is_refused_uses_nothing_up(
    slack: SlackStandIn, alice: User, room: Channel, body: Any, text: str
) -> None:
    url = slack.new_response_url(alice, room)
    for _ in range(6):
        assert await post(url, body) == (400, text)
    assert await post(url, {"text": "x"}) == (200, "ok")
    assert [shown["text"] for shown in slack.ephemerals] == ["x"]


async def test_an_original_is_replaced_as_a_whole_and_can_be_clicked(
    slack: SlackStandIn, client: AsyncWebClient, alice: User, room: Channel
) -> None:
    sent = await client.chat_postMessage(channel=room.id, text="x", blocks=[section("x")])
    url = slack.new_response_url(alice, room, sent["ts"])
    body = {"text": "y", "blocks": [actions(button("go"))], "replace_original": True}
    assert (await post(url, body))[0] == 200
    await slack.click(alice, room, sent["ts"], "go")
    assert (await post(url, {"text": "z", "replace_original": True}))[0] == 200
    message = room.message(sent["ts"])
    assert (message.text, message.blocks) == ("z", [])
    assert (await post(url, {"delete_original": True}))[0] == 200
    assert room.messages == []


async def test_an_original_that_is_gone(
    slack: SlackStandIn, client: AsyncWebClient, alice: User, room: Channel
) -> None:
    sent = await client.chat_postMessage(channel=room.id, text="x")
    url = slack.new_response_url(alice, room, sent["ts"])
    await client.chat_delete(channel=room.id, ts=sent["ts"])
    replaced = await post(url, {"text": "y", "replace_original": True})
    assert replaced == (404, "message_not_found")
    assert await post(url, {"delete_original": True}) == (404, "message_not_found")
    assert await post(url, {"text": "y"}) == (200, "ok")


async def test_what_only_one_person_saw(slack: SlackStandIn, alice: User, room: Channel) -> None:
    ts = slack.show(room, alice.id, {"text": "Sure?", "blocks": [actions(button("yes"))]})
    url = slack.new_response_url(alice, room, ts)
    await post(url, {"text": "Done", "replace_original": True})
    [shown] = slack.ephemerals
    assert (shown["text"], shown["for_user"], "blocks" in shown) == ("Done", alice.id, False)
    await post(url, {"text": "Everybody", "response_type": "in_channel"})
    assert [m.text for m in room.messages] == ["Everybody"]
    await post(url, {"delete_original": True})
    assert slack.ephemerals == []
