"""The sizes of everything but blocks: at the limit it passes, one more is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from incident_bot.standin.slack.blocks import MESSAGE_CHARACTERS
from tests.standin.test_slack_conversations import refused

JSON = dict[str, Any]


@dataclass
class Place:
    """What the calls below speak of."""

    channel: str
    user: str
    ts: str
    trigger: str
    people: list[str]


def plain(length: int) -> JSON:
    return {"type": "plain_text", "text": "x" * length}


def blocks(length: int) -> list[JSON]:
    """Sections with so many characters in all."""
    lengths = [3000] * (length // 3000) + [length % 3000]
    return [{"type": "section", "text": plain(n)} for n in lengths if n]


def modal(**more: Any) -> JSON:
    return {"type": "modal", "title": plain(5), "blocks": [{"type": "divider"}], **more}


def heavy(size: int) -> JSON:
    """A modal of so many bytes."""
    sections = [{"type": "section", "text": plain(2930)} for _ in range(83)]
    view = modal(blocks=[*sections, {"type": "section", "text": plain(1)}])
    left = size - len(json.dumps(view).encode())
    view["blocks"][-1]["text"] = plain(1 + left)
    return view


def metadata(size: int) -> JSON:
    event: JSON = {"event_type": "card", "event_payload": {"a": ""}}
    event["event_payload"]["a"] = "x" * (size - len(json.dumps(event).encode()))
    return event


def post(**more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return "chat.postMessage", lambda p: {"channel": p.channel, **more}


def update(**more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return "chat.update", lambda p: {"channel": p.channel, "ts": p.ts, **more}


def whisper(**more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return "chat.postEphemeral", lambda p: {"channel": p.channel, "user": p.user, **more}


def opening(**more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return "views.open", lambda p: {"trigger_id": p.trigger, "view": modal(**more)}


def about(method: str, **more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return method, lambda p: {"channel": p.channel, **more}


def alone(method: str, **more: Any) -> tuple[str, Callable[[Place], JSON]]:
    return method, lambda p: more


Case = tuple[int, Callable[[int], tuple[str, Callable[[Place], JSON]]], str]
INVITE = "conversations.invite"
ANNOUNCE = "files.getUploadURLExternal"
LIMITS: dict[str, Case] = {
    "all blocks": (MESSAGE_CHARACTERS, lambda n: post(blocks=blocks(n)), "msg_blocks_too_long"),
    "all blocks of a change": (
        MESSAGE_CHARACTERS, lambda n: update(blocks=blocks(n)), "msg_too_long"
    ),
    "all blocks for one person": (
        MESSAGE_CHARACTERS, lambda n: whisper(blocks=blocks(n)), "msg_too_long"
    ),
    "changed text": (4000, lambda n: update(text="x" * n), "msg_too_long"),
    "text for one person": (40_000, lambda n: whisper(text="x" * n), "msg_too_long"),
    "markdown": (12_000, lambda n: post(markdown_text="x" * n), "msg_blocks_too_long"),
    "metadata": (16_000, lambda n: post(text="x", metadata=metadata(n)), "metadata_too_large"),
    "attachments": (100, lambda n: post(attachments=[{"text": "x"}] * n), "too_many_attachments"),
    "topic": (250, lambda n: about("conversations.setTopic", topic="x" * n), "too_long"),
    "purpose": (250, lambda n: about("conversations.setPurpose", purpose="x" * n), "too_long"),
    "channel name": (
        80, lambda n: alone("conversations.create", name="x" * n), "invalid_name_maxlength"
    ),
    "new channel name": (
        80, lambda n: about("conversations.rename", name="x" * n), "invalid_name_maxlength"
    ),
    "invited at once": (
        100, lambda n: (INVITE, lambda p: {"channel": p.channel, "users": p.people[:n]}),
        "invalid_arguments",
    ),
    "history": (999, lambda n: about("conversations.history", limit=n), "invalid_arguments"),
    "members": (1000, lambda n: about("conversations.members", limit=n), "invalid_limit"),
    "channels": (1000, lambda n: alone("conversations.list", limit=n), "invalid_limit"),
    "file": (
        1_000_000_000, lambda n: alone(ANNOUNCE, filename="a", length=n),
        "file_upload_size_restricted",
    ),
    "alternative text": (
        1000, lambda n: alone(ANNOUNCE, filename="a", length=1, alt_txt="x" * n),
        "alt_txt_too_large",
    ),
    "modal title": (24, lambda n: opening(title=plain(n)), "invalid_arguments"),
    "modal submit": (24, lambda n: opening(submit=plain(n)), "invalid_arguments"),
    "modal close": (24, lambda n: opening(close=plain(n)), "invalid_arguments"),
    "modal blocks": (100, lambda n: opening(blocks=[{"type": "divider"}] * n), "invalid_arguments"),
    "private metadata": (3000, lambda n: opening(private_metadata="x" * n), "invalid_arguments"),
    "callback_id": (255, lambda n: opening(callback_id="x" * n), "invalid_arguments"),
    "external_id": (255, lambda n: opening(external_id="x" * n), "invalid_arguments"),
    "view": (250_000, lambda n: opening(**heavy(n)), "view_too_large"),
    "home blocks": (
        100,
        lambda n: ("views.publish", lambda p: {
            "user_id": p.user, "view": {"type": "home", "blocks": [{"type": "divider"}] * n},
        }),
        "invalid_arguments",
    ),
}  # fmt: skip
"""The limit, the call of a size, and Slack's word for one more."""


@pytest.fixture
async def place(slack: SlackStandIn, client: AsyncWebClient) -> Place:
    alice = slack.add_user("alice")
    room = slack.add_channel("room", members=[alice], creator=slack.bot)
    ts = (await client.chat_postMessage(channel=room.id, text="x"))["ts"]
    people = [slack.add_user(f"u{number}").id for number in range(101)]
    return Place(room.id, alice.id, ts, slack.new_trigger(alice), people)


@pytest.mark.parametrize("what", LIMITS)
async def test_up_to_the_limit_and_no_further(
    what: str, slack: SlackStandIn, client: AsyncWebClient, place: Place
) -> None:
    most, call, code = LIMITS[what]
    method, told = call(most + 1)
    assert await refused(client.api_call(method, json=told(place))) == code
    method, told = call(most)
    assert (await client.api_call(method, json=told(place)))["ok"]


async def test_a_channel_holds_so_many_pins_and_bookmarks(
    slack: SlackStandIn, client: AsyncWebClient, place: Place
) -> None:
    link = {"channel_id": place.channel, "title": "x", "type": "link", "link": "https://x.io"}
    for _ in range(100):
        sent = await client.chat_postMessage(channel=place.channel, text="x")
        await client.pins_add(channel=place.channel, timestamp=sent["ts"])
        await client.api_call("bookmarks.add", json=link)
    pin = client.pins_add(channel=place.channel, timestamp=place.ts)
    assert await refused(pin) == "too_many_pins"
    assert await refused(client.api_call("bookmarks.add", json=link)) == "too_many_bookmarks"
