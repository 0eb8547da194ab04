"""Channels, through Slack's own client."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn


async def refused(call: Awaitable[Any]) -> str:
    """The error code that a call fails with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("a.b", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
    ],
)
async def test_a_bad_channel_name_is_refused(client: AsyncWebClient, name: str, code: str) -> None:
    assert await refused(client.conversations_create(name=name)) == code


async def test_who_creates_a_channel_is_in_it(slack: SlackStandIn, client: AsyncWebClient) -> None:
    made = await client.conversations_create(name="inc-1", is_private=True)
    room = slack.channel("inc-1")
    assert room.id == made["channel"]["id"]
    assert room.is_private and room.members == [slack.bot.id]
    listed = await client.users_conversations(types="private_channel", exclude_archived=True)
    assert [c["name"] for c in listed["channels"]] == ["inc-1"]


async def test_an_archived_channel_keeps_its_name(client: AsyncWebClient) -> None:
    made = await client.conversations_create(name="inc-1")
    key = made["channel"]["id"]
    await client.conversations_archive(channel=key)
    assert await refused(client.conversations_create(name="inc-1")) == "name_taken"
    assert await refused(client.conversations_archive(channel=key)) == "already_archived"
    assert await refused(client.chat_postMessage(channel=key, text="hi")) == "is_archived"
    assert await refused(client.conversations_setTopic(channel=key, topic="x")) == "is_archived"


async def test_invite_is_all_or_nobody_without_force(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    alice, bob = slack.add_user("alice"), slack.add_user("bob")
    room = slack.add_channel("inc-1", members=[alice])
    both = [alice.id, bob.id]
    assert await refused(client.conversations_invite(channel=room.id, users=both)) == (
        "already_in_channel"
    )
    assert bob.id not in room.members
    answer = await client.conversations_invite(channel=room.id, users=both, force=True)
    assert bob.id in room.members
    assert answer["errors"] == [{"user": alice.id, "ok": False, "error": "already_in_channel"}]
    me = client.conversations_invite(channel=room.id, users=slack.bot.id)
    assert await refused(me) == "cant_invite_self"
    assert await refused(client.conversations_invite(channel=room.id, users="U1")) == (
        "user_not_found"
    )


async def test_a_private_channel_without_the_bot(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("secret", private=True, with_bot=False)
    assert await refused(client.conversations_info(channel=room.id)) == "channel_not_found"
    assert await refused(client.chat_postMessage(channel=room.id, text="x")) == "not_in_channel"
    slack.hide_private_channels = True
    assert await refused(client.chat_postMessage(channel=room.id, text="x")) == "channel_not_found"
    assert (await client.conversations_list(types="private_channel"))["channels"] == []


async def test_a_public_channel_must_be_joined_to_post(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("open", with_bot=False)
    assert await refused(client.chat_postMessage(channel=room.id, text="x")) == "not_in_channel"
    await client.conversations_join(channel=room.id)
    await client.chat_postMessage(channel=room.id, text="x")


async def test_lists_come_in_pages(slack: SlackStandIn, client: AsyncWebClient) -> None:
    for number in range(5):
        slack.add_channel(f"c{number}")
    names, cursor = [], ""
    while True:
        answer = await client.conversations_list(limit=2, cursor=cursor)
        names += [c["name"] for c in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == [f"c{n}" for n in range(5)]
    assert await refused(client.conversations_list(cursor="nonsense")) == "invalid_cursor"


async def test_topics_have_a_length(slack: SlackStandIn, client: AsyncWebClient) -> None:
    room = slack.add_channel("inc-1")
    await client.conversations_setTopic(channel=room.id, topic="t" * 250)
    assert room.topic == "t" * 250
    assert await refused(client.conversations_setTopic(channel=room.id, topic="t" * 251)) == (
        "too_long"
    )


async def test_history_and_replies(slack: SlackStandIn, client: AsyncWebClient) -> None:
    room = slack.add_channel("inc-1")
    metadata = {"event_type": "card", "event_payload": {"key": "k"}}
    posts = [
        await client.chat_postMessage(channel=room.id, text=f"m{n}", metadata=metadata)
        for n in range(4)
    ]
    first, second = posts[0]["ts"], posts[1]["ts"]
    await client.chat_postMessage(channel=room.id, text="reply", thread_ts=first)
    told = await client.conversations_history(channel=room.id, oldest=second)
    assert [m["text"] for m in told["messages"]] == ["m3", "m2"]
    assert "metadata" not in told["messages"][0]
    told = await client.conversations_history(
        channel=room.id, oldest=second, inclusive=True, include_all_metadata=True, limit=2
    )
    assert [m["metadata"] for m in told["messages"]] == [metadata, metadata]
    assert told["has_more"] is True
    thread = await client.conversations_replies(channel=room.id, ts=first)
    assert [m["text"] for m in thread["messages"]] == ["m0", "reply"]
    assert thread["messages"][0]["reply_count"] == 1


async def test_bookmarks_pins_and_reactions(slack: SlackStandIn, client: AsyncWebClient) -> None:
    room = slack.add_channel("inc-1")
    ts = (await client.chat_postMessage(channel=room.id, text="card"))["ts"]
    await client.pins_add(channel=room.id, timestamp=ts)
    assert room.pins == [ts]
    assert await refused(client.pins_add(channel=room.id, timestamp=ts)) == "already_pinned"
    assert await refused(client.pins_add(channel=room.id, timestamp="1.1")) == "message_not_found"
    assert [i["message"]["ts"] for i in (await client.pins_list(channel=room.id))["items"]] == [ts]
    link = "https://example.com/INC-1"
    await client.bookmarks_add(channel_id=room.id, title="Page", type="link", link=link)
    listed = await client.bookmarks_list(channel_id=room.id)
    assert [b["link"] for b in listed["bookmarks"]] == [link]
    await client.reactions_add(channel=room.id, timestamp=ts, name="eyes")
    again = client.reactions_add(channel=room.id, timestamp=ts, name="eyes")
    assert await refused(again) == "already_reacted"


async def test_people_are_found_by_email(slack: SlackStandIn, client: AsyncWebClient) -> None:
    alice = slack.add_user("alice", real_name="Alice Smith", tz="Asia/Tokyo")
    found = await client.users_lookupByEmail(email="ALICE@example.com")
    assert found["user"]["id"] == alice.id
    assert found["user"]["tz_offset"] == 9 * 3600
    assert await refused(client.users_lookupByEmail(email="x@example.com")) == "users_not_found"
    assert (await client.auth_test())["bot_id"]
    group = slack.add_usergroup("payments", [alice])
    users = await client.usergroups_users_list(usergroup=group.id)
    assert users["users"] == [alice.id]


async def test_unknown_arguments_methods_and_tokens_are_refused(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    bad = client.conversations_create(name="x", user_ids="U1")
    assert await refused(bad) == "invalid_arg_name"
    assert await refused(client.api_call("chat.shout")) == "unknown_method"
    assert await refused(client.api_call("conversations.info")) == "invalid_arguments"
    stranger = AsyncWebClient(token="xoxb-other", base_url=slack.url)
    assert await refused(stranger.auth_test()) == "invalid_auth"
    nobody = AsyncWebClient(base_url=slack.url)
    assert await refused(nobody.auth_test()) == "not_authed"
    assert [c.error for c in slack.calls][:2] == ["invalid_arg_name", "unknown_method"]
