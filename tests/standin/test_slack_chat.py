"""Messages, Block Kit, files and modals, through Slack's own client."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from tests.standin.test_slack_conversations import refused

JSON = dict[str, Any]


def section(text: str) -> JSON:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(action_id: str, text: str = "Go", value: str = "v") -> JSON:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": label, "value": value}


def actions(*elements: JSON) -> JSON:
    return {"type": "actions", "elements": list(elements)}


def header(text: str) -> JSON:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


FIELD = {"type": "mrkdwn", "text": "f"}


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 51,
        [header("h" * 151)],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "h"}}],
        [section("s" * 3001)],
        [section("")],
        [{"type": "section", "fields": [FIELD] * 11}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "f" * 2001}]}],
        [actions(button("a", "t" * 76))],
        [actions(button("a", value="v" * 2001))],
        [actions(button("a"), button("a"))],
        [actions(*(button(f"a{n}") for n in range(26)))],
        [actions()],
        [{"type": "carousel_of_lies"}],
    ],
)
async def test_blocks_that_slack_would_not_take(
    slack: SlackStandIn, client: AsyncWebClient, blocks: list[JSON]
) -> None:
    room = slack.add_channel("inc-1")
    call = client.chat_postMessage(channel=room.id, text="x", blocks=blocks)
    assert await refused(call) == "invalid_blocks"
    assert room.messages == []


async def test_all_blocks_together_have_a_length(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("inc-1")
    blocks = [section("s" * 2700) for _ in range(5)]
    call = client.chat_postMessage(channel=room.id, text="x", blocks=blocks)
    assert await refused(call) == "msg_blocks_too_long"


async def test_texts_have_a_length(slack: SlackStandIn, client: AsyncWebClient) -> None:
    room = slack.add_channel("inc-1")
    posted = await client.chat_postMessage(channel=room.id, text="x" * 40_001)
    assert len(room.messages[0].text) == 40_000
    call = client.chat_update(channel=room.id, ts=posted["ts"], text="x" * 4001)
    assert await refused(call) == "msg_too_long"
    assert (
        await refused(client.api_call("chat.postMessage", params={"channel": room.id})) == "no_text"
    )


async def test_an_update_keeps_what_it_does_not_name(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("inc-1")
    metadata = {"event_type": "card", "event_payload": {}}
    ts = (
        await client.chat_postMessage(
            channel=room.id, text="one", blocks=[section("one")], metadata=metadata
        )
    )["ts"]
    await client.chat_update(channel=room.id, ts=ts, text="two")
    message = room.message(ts)
    assert (message.text, message.metadata) == ("two", metadata)
    assert message.blocks[0]["text"]["text"] == "one"
    await client.chat_update(channel=room.id, ts=ts, text="two", blocks=[])
    assert room.message(ts).blocks == []
    assert await refused(client.chat_update(channel=room.id, ts="1.1", text="x")) == (
        "message_not_found"
    )


async def test_the_messages_of_others_stay(slack: SlackStandIn, client: AsyncWebClient) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("inc-1", members=[alice])
    message = await slack.message(alice, room, "mine", event=False)
    update = client.chat_update(channel=room.id, ts=message.ts, text="x")
    assert await refused(update) == "cant_update_message"
    delete = client.chat_delete(channel=room.id, ts=message.ts)
    assert await refused(delete) == "cant_delete_message"
    link = await client.chat_getPermalink(channel=room.id, message_ts=message.ts)
    assert message.ts.replace(".", "") in link["permalink"]


async def test_an_ephemeral_message_is_for_a_member(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    alice, bob = slack.add_user("alice"), slack.add_user("bob")
    room = slack.add_channel("inc-1", members=[alice])
    await client.chat_postEphemeral(channel=room.id, user=alice.id, text="psst")
    assert [(e["for_user"], e["text"]) for e in slack.ephemerals] == [(alice.id, "psst")]
    call = client.chat_postEphemeral(channel=room.id, user=bob.id, text="psst")
    assert await refused(call) == "user_not_in_channel"


async def test_a_file_is_announced_sent_and_shared(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    room = slack.add_channel("inc-1")
    await client.files_upload_v2(
        channel=room.id, filename="INC-1.md", title="Postmortem", content="# INC-1 é",
        initial_comment="The draft",
    )  # fmt: skip
    (file,) = slack.files.values()
    assert file.content == "# INC-1 é".encode()
    assert (file.title, file.channels, file.completed) == ("Postmortem", [room.id], True)
    assert room.messages[0].files[0]["id"] == file.id
    assert room.messages[0].text == "The draft"
    url = room.messages[0].files[0]["url_private"]
    token = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers=token) as response:
            assert await response.read() == file.content
        async with session.get(url) as response:
            assert "Sign in" in await response.text()
    again = client.files_completeUploadExternal(files=[{"id": file.id}])
    assert await refused(again) == "file_not_found"


def modal(**more: Any) -> JSON:
    inputs = {
        "type": "input",
        "block_id": "title",
        "label": {"type": "plain_text", "text": "Title"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Declare"},
        "submit": {"type": "plain_text", "text": "Declare"},
        "blocks": [inputs],
        **more,
    }


async def test_a_trigger_works_once_and_for_three_seconds(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    alice = slack.add_user("alice")
    trigger = slack.new_trigger(alice)
    await client.views_open(trigger_id=trigger, view=modal())
    assert slack.modal(alice)["title"]["text"] == "Declare"
    again = client.views_open(trigger_id=trigger, view=modal())
    assert await refused(again) == "exchanged_trigger_id"
    old = slack.new_trigger(alice)
    slack.desk.triggers[old].given = time.monotonic() - 4
    assert await refused(client.views_open(trigger_id=old, view=modal())) == "expired_trigger_id"
    forged = client.views_open(trigger_id="1.2.3", view=modal())
    assert await refused(forged) == "invalid_trigger_id"


@pytest.mark.parametrize(
    "view",
    [
        modal(submit=None),
        modal(title={"type": "plain_text", "text": "t" * 25}),
        modal(private_metadata="m" * 3001),
        modal(colour="red"),
        modal(type="window"),
        modal(blocks=[{"type": "divider"}] * 101),
    ],
)
async def test_views_that_slack_would_not_take(
    slack: SlackStandIn, client: AsyncWebClient, view: JSON
) -> None:
    call = client.views_open(trigger_id=slack.new_trigger(slack.add_user("alice")), view=view)
    with pytest.raises(SlackApiError) as caught:
        await call
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"]


async def test_views_are_pushed_updated_and_published(
    slack: SlackStandIn, client: AsyncWebClient
) -> None:
    alice = slack.add_user("alice")
    opened = await client.views_open(trigger_id=slack.new_trigger(alice), view=modal())
    for _ in range(2):
        await client.views_push(trigger_id=slack.new_trigger(alice), view=modal())
    fourth = client.views_push(trigger_id=slack.new_trigger(alice), view=modal())
    assert await refused(fourth) == "push_limit_reached"
    key, mark = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(view_id=key, view=modal(callback_id="b"), hash=mark)
    late = client.views_update(view_id=key, view=modal(), hash=mark)
    assert await refused(late) == "hash_conflict"
    home = {"type": "home", "blocks": [section("Nothing is on fire")]}
    await client.views_publish(user_id=alice.id, view=home)
    assert slack.home(alice)["blocks"][0]["text"]["text"] == "Nothing is on fire"
