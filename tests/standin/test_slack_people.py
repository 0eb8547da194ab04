"""What people do, as the bot receives it."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from tests.standin.conftest import Bot
from tests.standin.test_slack_chat import actions, button, modal, section

JSON = dict[str, Any]


def form(bot: Bot) -> dict[str, str]:
    """The last form that the bot received."""
    return {k: v[0] for k, v in parse_qs(bot.received[-1][2].decode()).items()}


def payload(bot: Bot) -> JSON:
    """The last interactivity payload that the bot received."""
    return dict(json.loads(form(bot)["payload"]))


def genuine(slack: SlackStandIn, bot: Bot) -> bool:
    _, headers, body = bot.received[-1]
    return bool(SignatureVerifier(slack.signing_secret).is_valid_request(body, headers))


async def test_a_command_arrives_signed_and_escaped(slack: SlackStandIn, bot: Bot) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("incidents", members=[alice])
    text = f"ic @alice, {slack.mention(alice)} in #incidents a<b & c https://x.io/a @nobody x@alice"
    answer = await slack.command(alice, text, room)
    assert (answer.status, answer.problem) == (200, None)
    assert genuine(slack, bot)
    sent = form(bot)
    me, there = f"<@{alice.id}|alice>", f"<#{room.id}|incidents>"
    assert sent["text"] == (
        f"ic {me}, {me} in {there} a&lt;b &amp; c <https://x.io/a> @nobody x@alice"
    )
    assert (sent["command"], sent["channel_name"]) == ("/incident", "incidents")
    assert bot.received[-1][0] == "/slack/events"


async def test_forged_and_replayed_requests_do_not_verify(slack: SlackStandIn, bot: Bot) -> None:
    alice, room = slack.add_user("alice"), slack.add_channel("secret", private=True)
    await slack.command(alice, "", room, signature="v0=00")
    assert not genuine(slack, bot)
    await slack.command(alice, "", room, timestamp=int(time.time()) - 600)
    assert not genuine(slack, bot)
    assert form(bot)["channel_name"] == "privategroup"


async def test_the_acknowledgement_is_shown(slack: SlackStandIn, bot: Bot) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("incidents", members=[alice])
    blocks = [section("Sure?"), actions(button("yes"))]
    bot.reply = lambda: web.json_response({"text": "Sure?", "blocks": blocks})
    answer = await slack.command(alice, "close", room)
    assert (answer.text, answer.response_type) == ("Sure?", "ephemeral")
    assert answer.ts is not None and room.messages == []
    bot.reply = lambda: web.Response()
    await slack.click(alice, room, answer.ts, "yes")
    assert payload(bot)["container"]["is_ephemeral"] is True
    bot.reply = lambda: web.json_response({"text": "Hello", "response_type": "in_channel"})
    await slack.command(alice, "hello", room)
    assert [m.text for m in room.messages] == ["Hello"]
    bot.reply = lambda: web.json_response({"blocks": [section("x" * 3001)]})
    answer = await slack.command(alice, "", room)
    assert answer.problem is not None and answer.problem.startswith("invalid_blocks")


async def test_a_response_url_has_five_uses(slack: SlackStandIn, bot: Bot) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("incidents", members=[alice])
    await slack.command(alice, "", room)
    url = form(bot)["response_url"]
    async with aiohttp.ClientSession() as session:
        seen = []
        for number in range(6):
            async with session.post(url, json={"text": f"{number}"}) as response:
                seen.append(response.status)
    assert seen == [200] * 5 + [404]
    assert [r["text"] for r in slack.responses] == ["0", "1", "2", "3", "4"]


async def test_a_click_finds_its_button(
    slack: SlackStandIn, client: AsyncWebClient, bot: Bot
) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("inc-1", members=[alice])
    options = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in ("sev1", "sev2")]
    menu = {"type": "static_select", "action_id": "sev", "options": options}
    posted = await client.chat_postMessage(
        channel=room.id, text="card", blocks=[actions(button("take_ic", value="7"), menu)]
    )
    await slack.click(alice, room, posted["ts"], "take_ic")
    sent = payload(bot)
    assert genuine(slack, bot)
    assert (sent["type"], sent["actions"][0]["value"]) == ("block_actions", "7")
    assert sent["message"]["ts"] == posted["ts"]
    await client.views_open(trigger_id=sent["trigger_id"], view=modal())
    await slack.click(alice, room, posted["ts"], "sev", "sev2")
    assert payload(bot)["actions"][0]["selected_option"]["value"] == "sev2"
    with pytest.raises(LookupError):
        await slack.click(alice, room, posted["ts"], "no_such_button")
    with pytest.raises(LookupError):
        await slack.click(alice, room, posted["ts"], "sev", "sev9")


async def test_a_modal_is_filled_in(slack: SlackStandIn, client: AsyncWebClient, bot: Bot) -> None:
    alice = slack.add_user("alice")
    await client.views_open(trigger_id=slack.new_trigger(alice), view=modal(callback_id="declare"))
    with pytest.raises(ValueError, match="required"):
        await slack.submit(alice, slack.modal(alice), {})
    errors = {"response_action": "errors", "errors": {"title": "Too short"}}
    bot.reply = lambda: web.json_response(errors)
    answer = await slack.submit(alice, slack.modal(alice), {"title": "x"})
    assert answer.problem is None
    sent = payload(bot)["view"]
    assert sent["callback_id"] == "declare"
    assert sent["state"]["values"]["title"]["text"] == {"type": "plain_text_input", "value": "x"}
    bot.reply = lambda: web.Response()
    await slack.submit(alice, slack.modal(alice), {"title": "Payments fail"})
    with pytest.raises(LookupError):
        slack.modal(alice)


async def test_events_reach_a_bot_that_is_there(slack: SlackStandIn, bot: Bot) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("inc-1", members=[alice])
    message = await slack.message(alice, room, "rolled back")
    body = bot.received[-1][2]
    event = json.loads(body)["event"]
    assert genuine(slack, bot)
    assert (event["type"], event["channel_type"], event["ts"]) == ("message", "channel", message.ts)
    await slack.react(alice, room, message.ts, "pushpin")
    assert json.loads(bot.received[-1][2])["event"]["reaction"] == "pushpin"
    count = len(bot.received)
    elsewhere = slack.add_channel("random", members=[alice], with_bot=False)
    await slack.message(alice, elsewhere, "lunch?")
    slack.subscribed.discard("message.channels")
    await slack.message(alice, room, "unheard")
    assert len(bot.received) == count
    await slack.event(event, event_id="Ev1", retry_num=1)
    assert bot.received[-1][1]["X-Slack-Retry-Num"] == "1"
    assert json.loads(bot.received[-1][2])["event_id"] == "Ev1"


async def test_timestamps_grow(slack: SlackStandIn) -> None:
    seen = [slack.desk.new_ts() for _ in range(2000)]
    assert seen == sorted(set(seen))


async def test_text_in_the_answer_to_a_click_is_lost(
    slack: SlackStandIn, client: AsyncWebClient, bot: Bot
) -> None:
    alice = slack.add_user("alice")
    room = slack.add_channel("inc-1", members=[alice])
    posted = await client.chat_postMessage(
        channel=room.id, text="card", blocks=[actions(button("go"))]
    )
    bot.reply = lambda: web.json_response({"text": "Done"})
    answer = await slack.click(alice, room, posted["ts"], "go")
    assert answer.problem is not None and "ignores" in answer.problem


async def test_what_else_people_do(slack: SlackStandIn, bot: Bot) -> None:
    alice, bob = slack.add_user("alice"), slack.add_user("bob")
    room = slack.add_channel("inc-1", members=[alice])
    message = await slack.message(alice, room, "rolled bakc")
    await slack.edit(alice, room, message.ts, "rolled back")
    await slack.erase(room, message.ts)
    await slack.upload(alice, room, "graph.png", b"PNG", "look")
    await slack.join(bob, room)
    await slack.leave(bob, room)
    await slack.rename(room, "inc-1-payments")
    await slack.archive(alice, room)
    await slack.open_home(alice)
    told = [json.loads(body)["event"] for _, _, body in bot.received]
    assert [e.get("subtype", e["type"]) for e in told] == [
        "message", "message_changed", "message_deleted", "file_share", "member_joined_channel",
        "member_left_channel", "channel_rename", "channel_archive", "app_home_opened",
    ]  # fmt: skip
    assert told[1]["previous_message"]["text"] == "rolled bakc"
    assert room.is_archived


async def test_the_bot_may_hear_of_its_own_calls(
    slack: SlackStandIn, client: AsyncWebClient, bot: Bot
) -> None:
    slack.echo = slack.notices = True
    alice = slack.add_user("alice")
    room = (await client.conversations_create(name="inc-1"))["channel"]["id"]
    await client.conversations_invite(channel=room, users=[alice.id])
    await client.conversations_setTopic(channel=room, topic="Sev1")
    await client.chat_postMessage(channel=room, text="card")
    await slack.settled()
    told = [json.loads(body)["event"] for _, _, body in bot.received]
    assert sorted((e["type"], e["user"]) for e in told) == sorted([
        ("member_joined_channel", slack.bot.id),
        ("member_joined_channel", alice.id),
        ("message", slack.bot.id),
    ])  # fmt: skip
    assert [m.get("subtype") for m in slack.channel("inc-1").messages] == [
        "channel_join", "channel_join", "channel_topic", None,
    ]  # fmt: skip
