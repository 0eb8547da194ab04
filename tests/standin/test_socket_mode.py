"""Socket Mode as the app sees it: tickets, the hello, envelopes, and how a link ends."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import Channel, SlackStandIn, User

JSON = dict[str, Any]
Reply = Callable[[JSON], JSON | None]
WAIT = 20.0


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(socket_mode=True) as made:
        yield made


@pytest.fixture
def alice(slack: SlackStandIn) -> User:
    return slack.add_user("alice")


@pytest.fixture
def room(slack: SlackStandIn, alice: User) -> Channel:
    return slack.add_channel("incidents", members=[alice])


class App:
    """The other end of one link: what came in, and what it answers to each envelope."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.received: list[JSON] = []
        self.reply: Reply = lambda envelope: {"envelope_id": envelope["envelope_id"]}
        self.ended = asyncio.Event()

    @property
    def envelopes(self) -> list[JSON]:
        return [m for m in self.received if "envelope_id" in m]

    async def run(self) -> None:
        async for message in self.socket:
            said = json.loads(message.data)
            self.received.append(said)
            answer = self.reply(said) if "envelope_id" in said else None
            if answer is not None:
                await self.socket.send_json(answer)
        self.ended.set()

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT):
            while not true():
                await asyncio.sleep(0.01)


async def address(slack: SlackStandIn) -> str:
    client = AsyncWebClient(base_url=slack.url, retry_handlers=[])
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


@asynccontextmanager
async def connected(slack: SlackStandIn, *, hello: bool = True) -> AsyncIterator[App]:
    url = await address(slack)
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        app = App(socket)
        running = asyncio.create_task(app.run())
        await app.until(lambda: app.received)
        if hello:
            assert app.received.pop(0)["type"] == "hello"
        yield app
        await socket.close()
        await running


@pytest.mark.parametrize(
    ("method", "token", "code"),
    [
        ("apps.connections.open", "", "not_authed"),
        ("apps.connections.open", "xapp-unknown", "invalid_auth"),
        ("apps.connections.open", "xoxb-standin", "not_allowed_token_type"),
        ("auth.test", "xapp-1-A0STANDIN-1-standin", "not_allowed_token_type"),
    ],
)
async def test_only_the_app_level_token_opens_connections(
    slack: SlackStandIn, method: str, token: str, code: str
) -> None:
    client = AsyncWebClient(token=token or None, base_url=slack.url, retry_handlers=[])
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method)
    assert refused.value.response["error"] == code


async def test_a_ticket_is_good_once(slack: SlackStandIn) -> None:
    url = await address(slack)
    assert url.startswith("ws://127.0.0.1:")
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
        assert hello["num_connections"] == 1
        assert hello["connection_info"] == {"app_id": slack.desk.app_id}
        assert hello["debug_info"]["approximate_connection_time"] > 0
        for used in (url, url.partition("?")[0]):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(used)


async def test_a_command_is_answered_in_the_acknowledgement(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    async with connected(slack) as app:
        app.reply = lambda envelope: {
            "envelope_id": envelope["envelope_id"],
            "payload": {"text": "Logged", "response_type": "in_channel"},
        }
        answer = await slack.command(alice, "log a<b", room)
        assert (answer.status, answer.problem, answer.text) == (200, None, "Logged")
        assert [m.text for m in room.messages] == ["Logged"]
        [envelope] = app.envelopes
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert envelope["payload"]["text"] == "log a&lt;b"
        assert "retry_attempt" not in envelope


async def test_a_click_and_an_event_arrive_as_they_are(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    async with connected(slack) as app:
        answer = await slack.shortcut(alice, "declare")
        assert answer.problem is None
        await slack.message(alice, room, "hello")
        clicked, event = app.envelopes
        assert (clicked["type"], clicked["payload"]["type"]) == ("interactive", "shortcut")
        assert clicked["accepts_response_payload"] is False
        assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
        assert event["payload"]["event"]["text"] == "hello"
        assert (event["retry_attempt"], event["retry_reason"]) == (0, "")


async def test_an_event_takes_no_payload(slack: SlackStandIn) -> None:
    async with connected(slack) as app:
        app.reply = lambda e: {"envelope_id": e["envelope_id"], "payload": {"text": "x"}}
        answer = await slack.event({"type": "app_mention"})
        assert "no payload" in str(answer.problem)
        assert len(app.envelopes) == 1
        [told] = slack.socket.problems
        assert told.endswith(str(answer.problem))


@pytest.mark.parametrize(
    ("kind", "takes"), [("view_submission", True), ("block_actions", False), ("view_closed", False)]
)
async def test_of_what_people_do_only_a_filled_in_modal_takes_a_payload(
    slack: SlackStandIn, kind: str, takes: bool
) -> None:
    async with connected(slack) as app:
        body = {"response_action": "clear"}
        app.reply = lambda e: {"envelope_id": e["envelope_id"], "payload": body}
        answer = await slack.interact({"type": kind})
        assert app.envelopes[0]["accepts_response_payload"] is takes
        assert (answer.problem is None) is takes


async def test_an_acknowledgement_of_nothing_is_told(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    async with connected(slack) as app:
        await slack.command(alice, "", room)
        key = app.envelopes[0]["envelope_id"]
        await app.socket.send_json({"envelope_id": key})
        await app.socket.send_json({"envelope_id": "made-up"})
        await app.socket.send_json({"type": "hello"})
        await app.socket.send_str("no JSON")
        await app.until(lambda: len(slack.socket.stray) == 4)
    assert slack.socket.problems == [
        f"envelope {key} was acknowledged twice",
        "envelope made-up was never sent",
        "a message without an envelope_id",
        "a message without an envelope_id",
    ]


async def test_an_acknowledgement_carries_text_or_an_object(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    async with connected(slack) as app:
        app.reply = lambda e: {"envelope_id": e["envelope_id"], "payload": ["Logged"]}
        answer = await slack.command(alice, "", room)
    assert answer.problem == "the payload is neither text nor an object"
    assert len(slack.socket.problems) == 1 and room.messages == []


async def test_nobody_there_and_no_answer_are_what_people_see(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    assert (await slack.command(alice, "", room)).problem == "dispatch_failed"
    slack.socket.acknowledgement_seconds = 0.05
    async with connected(slack) as app:
        app.reply = lambda envelope: None
        answer = await slack.command(alice, "", room)
        assert (answer.status, answer.problem) == (0, "operation_timeout")
        await app.socket.send_json({"envelope_id": app.envelopes[0]["envelope_id"]})
        await app.until(lambda: slack.socket.stray)
        assert slack.socket.problems[0].endswith("was acknowledged too late")
        assert len(app.envelopes) == 1 and room.messages == []


async def test_an_event_that_is_not_acknowledged_comes_three_times_more(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    slack.socket.acknowledgement_seconds = 0.05
    slack.socket.redelivery_waits = (0.0, 0.0, 0.0)
    async with connected(slack) as app:
        app.reply = lambda envelope: None
        await slack.message(alice, room, "hello")
        assert [e["retry_attempt"] for e in app.envelopes] == [0, 1, 2, 3]
        assert [e["retry_reason"] for e in app.envelopes] == ["", *["timeout"] * 3]
        assert len({e["payload"]["event_id"] for e in app.envelopes}) == 1
        assert len({e["envelope_id"] for e in app.envelopes}) == 4


async def test_a_lost_acknowledgement_brings_an_event_again(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    slack.socket.acknowledgement_seconds = 0.05
    slack.socket.lose_acknowledgements = 1
    async with connected(slack) as app:
        await slack.message(alice, room, "hello")
        assert [e["retry_attempt"] for e in app.envelopes] == [0, 1]


async def test_links_take_turns_and_any_may_acknowledge(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    async with connected(slack) as one, connected(slack) as two:
        for _ in range(4):
            await slack.command(alice, "", room)
        assert (len(one.envelopes), len(two.envelopes)) == (2, 2)
        slack.socket.via = slack.socket.links[0]
        one.reply = lambda envelope: None
        typed = asyncio.create_task(slack.command(alice, "", room))
        await one.until(lambda: len(one.envelopes) == 3)
        await two.socket.send_json({"envelope_id": one.envelopes[-1]["envelope_id"]})
        assert (await typed).problem is None


async def test_ten_links_and_no_more(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession() as session:
        held = [await session.ws_connect(await address(slack)) for _ in range(10)]
        assert [(await s.receive_json())["num_connections"] for s in held] == list(range(1, 11))
        refused = await session.ws_connect(await address(slack))
        assert (await refused.receive_json())["reason"] == "too_many_websockets"
        assert (await refused.receive()).type is aiohttp.WSMsgType.CLOSE
        for socket in held:
            await socket.close()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_link_is_announced_to_end_and_then_ends(slack: SlackStandIn, reason: Any) -> None:
    async with connected(slack) as app:
        await slack.socket.disconnect(reason, slack.socket.links[0], close_after=0.05)
        await asyncio.wait_for(app.ended.wait(), WAIT)
        assert app.received[-1]["reason"] == reason
        assert app.socket.close_code == 1000


async def test_socket_mode_switched_off_refuses_every_link(slack: SlackStandIn) -> None:
    async with connected(slack) as app:
        await slack.socket.disconnect("link_disabled")
        await asyncio.wait_for(app.ended.wait(), WAIT)
        assert app.received[-1]["reason"] == "link_disabled"
        async with connected(slack, hello=False) as again:
            await asyncio.wait_for(again.ended.wait(), WAIT)
            assert again.received[0]["reason"] == "link_disabled"
    slack.socket.enabled = True
    async with connected(slack):
        assert len(slack.socket.links) == 1


async def test_a_link_cut_ends_without_a_close_frame(slack: SlackStandIn) -> None:
    async with connected(slack) as app:
        slack.socket.cut(slack.socket.links[0])
        await asyncio.wait_for(app.ended.wait(), WAIT)
        assert app.socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        await app.until(lambda: not slack.socket.links)


async def test_a_silent_link_answers_no_ping_and_takes_payloads_for_nothing(
    slack: SlackStandIn, alice: User, room: Channel
) -> None:
    slack.socket.acknowledgement_seconds = 0.05
    url = await address(slack)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, heartbeat=0.1) as socket,
    ):
        await socket.receive_json()
        slack.socket.links[0].silent = True
        assert (await slack.command(alice, "", room)).problem == "operation_timeout"
        assert (await socket.receive()).type is aiohttp.WSMsgType.ERROR  # no pong came


async def test_pongs_are_noticed_and_a_refusing_server_refuses(slack: SlackStandIn) -> None:
    async with connected(slack) as app:
        await app.until(lambda: slack.socket.links[0].ponged)
    slack.socket.refusing = True
    url = await address(slack)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_there_is_nothing_to_forge(slack: SlackStandIn, alice: User, room: Channel) -> None:
    with pytest.raises(ValueError, match="signature"):
        await slack.command(alice, "", room, signature="v0=00")


async def test_on_its_own_it_prints_what_to_set() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "incident_bot.standin", "--socket-mode"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [(await process.stdout.readline()).decode().strip() for _ in range(7)]
    told = dict(line.split("=", 1) for line in lines)
    client = AsyncWebClient(base_url=told["SLACK_API_URL"])
    assert (await client.apps_connections_open(app_token=told["SLACK_APP_TOKEN"]))["ok"]
    assert "SLACK_SIGNING_SECRET" not in told
    process.terminate()
    assert await process.wait() == 0
