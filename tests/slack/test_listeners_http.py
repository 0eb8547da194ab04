"""The HTTP side: signatures, sizes, what Bolt answers itself, and what nobody listens to."""

import io
import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from incident_bot.service import Unavailable
from incident_bot.slack.app import slack_routes
from tests.slack.desk_kit import (
    FakeService,
    command_body,
    incident,
    make_app,
    send,
    signed,
)

Client = TestClient[web.Request, web.Application]
URL = "/slack/events"


@pytest.fixture
def service() -> FakeService:
    return FakeService(incident())


@pytest.fixture
async def client(service: FakeService) -> AsyncIterator[Client]:
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.add_routes(slack_routes(make_app(service)))
    async with TestClient(TestServer(app)) as found:
        yield found


async def test_a_signed_command_is_answered_in_the_acknowledgement(
    client: Client, service: FakeService
) -> None:
    body = command_body("log Pool is full")
    response = await client.post(URL, data=body, headers=signed(body))
    assert response.status == 200
    answer = await response.json()
    assert answer["response_type"] == "in_channel"
    assert answer["text"] == "LogEntry done"
    assert len(service.handled) == 1


async def test_a_wrong_signature_is_refused(client: Client, service: FakeService) -> None:
    body = command_body("log Pool")
    assert (await client.post(URL, data=body, headers=signed(body, "other"))).status == 401
    for when in ("1", "abc", "", "1.5", "-1", "9" * 400, "9" * 5000):
        stale = signed(body) | {"x-slack-request-timestamp": when}
        assert (await client.post(URL, data=body, headers=stale)).status == 401
    for signature in ("", "v0=", "v0=é", "v1=00"):
        garbled = signed(body) | {"x-slack-signature": signature}
        assert (await client.post(URL, data=body, headers=garbled)).status == 401
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await client.post(URL, data=body, headers=form)).status == 401
    assert service.handled == []


async def test_without_a_signing_secret_nothing_passes(service: FakeService) -> None:
    app = make_app(service, secret=None)
    for secret in ("", "shh"):
        assert (await send(app, command_body("log Pool"), secret)).status == 401
    assert service.handled == []


async def test_a_body_over_one_mebibyte_is_refused(client: Client) -> None:
    body = "x" * (1024 * 1024 + 1)
    data = io.BytesIO(body.encode())
    assert (await client.post(URL, data=data, headers=signed(body))).status == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 65536

    assert (await client.post(URL, data=chunks())).status == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"payload={", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (b'{"event": 3}', "application/json"),
        (b"", "application/json"),
    ],
)
async def test_rubbish_is_refused_and_nothing_breaks(
    client: Client, body: bytes, kind: str
) -> None:
    response = await client.post(URL, data=body, headers={"content-type": kind})
    assert response.status in (400, 401)


def shapeless(**changes: object) -> dict[str, object]:
    """A button press with something wrong in it."""
    pressed = {"type": "button", "block_id": "b", "action_id": "resolve", "value": "INC-1"}
    press = {
        "type": "block_actions",
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "trigger_id": "1",
        "response_url": "http://127.0.0.1:1/",
        "actions": [pressed],
    }
    return press | changes


@pytest.mark.parametrize(
    "payload",
    [
        shapeless(type={"": "block_actions"}),
        shapeless(actions=None),
        shapeless(actions=[]),
        shapeless(actions=[[{}]]),
        shapeless(actions=[{"type": "button", "block_id": "b"}]),
        shapeless(actions=[{"type": "button", "block_id": "b", "action_id": 0.0}]),
        shapeless(type="interactive_message"),
        shapeless(type="view_submission", view={"id": "V1"}),
        shapeless(type="view_closed", view=[{"id": "V1"}]),
        shapeless(team="T1", user="U1"),
        shapeless(trigger_id={"a": 1}, channel=7, container=[1]),
    ],
)
async def test_a_signed_payload_of_another_shape_breaks_nothing(
    client: Client, payload: dict[str, object]
) -> None:
    body = urlencode({"payload": json.dumps(payload)})
    assert (await client.post(URL, data=body, headers=signed(body))).status in (200, 400, 404)


@pytest.mark.parametrize(
    "payload",
    [
        {"event": 0.0, "authorizations": []},
        {"type": {"": "event_callback"}, "event": {"type": "message"}},
        {"type": "event_callback", "event": {"type": 5}},
        {"type": "event_callback", "team_id": {"a": 1}, "authorizations": {"a": []}, "event": {}},
    ],
)
async def test_a_signed_event_of_another_shape_breaks_nothing(
    client: Client, payload: dict[str, object]
) -> None:
    body = json.dumps(payload)
    headers = signed(body) | {"content-type": "application/json"}
    assert (await client.post(URL, data=body, headers=headers)).status in (200, 400, 404)


async def test_what_comes_in_is_not_quoted_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    view = {"id": "V1", "type": "modal", "callback_id": "my password"}
    body = urlencode({"payload": json.dumps(shapeless(type="view_submission", view=view))})
    assert (await client.post(URL, data=body, headers=signed(body))).status == 200
    assert "my password" not in caplog.text


async def test_a_listener_that_breaks_is_no_fault_of_slacks(service: FakeService) -> None:
    app = make_app(service)

    async def failing() -> None:
        raise KeyError("ours")

    app.event("app_mention")(failing)
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1"}
    body = json.dumps(
        {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    )
    web_app = web.Application()
    web_app.add_routes(slack_routes(app))
    async with TestClient(TestServer(web_app)) as client:
        headers = signed(body) | {"content-type": "application/json"}
        assert (await client.post(URL, data=body, headers=headers)).status == 500


async def test_slacks_own_checks_are_answered(client: Client) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    headers = signed(body) | {"content-type": "application/json"}
    response = await client.post(URL, data=body, headers=headers)
    assert response.status == 200
    assert (await response.json())["challenge"] == "abc"
    body = "ssl_check=1&token=x"
    assert (await client.post(URL, data=body, headers=signed(body))).status == 200


async def test_what_nobody_listens_to_is_404(client: Client) -> None:
    body = command_body("log x", command="/other")
    assert (await client.post(URL, data=body, headers=signed(body))).status == 404


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "user": "U1", "channel": "C1", "ts": "1", "text": "hi"},
        {"type": "member_joined_channel", "user": "U1", "channel": "C1"},
        {"type": "something_new"},
    ],
)
async def test_an_event_that_asks_for_nothing_is_taken_so_that_slack_does_not_send_it_again(
    client: Client, event: dict[str, str]
) -> None:
    body = json.dumps(
        {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    )
    headers = signed(body) | {"content-type": "application/json"}
    assert (await client.post(URL, data=body, headers=headers)).status == 200
    forged = signed(body, "other") | {"content-type": "application/json"}
    assert (await client.post(URL, data=body, headers=forged)).status == 401


async def test_an_event_that_could_not_be_kept_is_503_so_that_slack_sends_it_again(
    service: FakeService,
) -> None:
    app = make_app(service)

    async def failing() -> None:
        raise Unavailable("the store is away")

    app.event("app_mention")(failing)
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1"}
    body = json.dumps(
        {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    )
    web_app = web.Application()
    web_app.add_routes(slack_routes(app))
    async with TestClient(TestServer(web_app)) as client:
        headers = signed(body) | {"content-type": "application/json"}
        assert (await client.post(URL, data=body, headers=headers)).status == 503
