"""The webhook over real HTTP: the stand-in delivers, a real service and store take it in."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from incident_bot.domain.entries import AlertAcknowledged, Entry
from incident_bot.domain.people import Actor
from incident_bot.domain.policy import Policy
from incident_bot.effects import Later
from incident_bot.pagerduty import webhook
from incident_bot.pagerduty.signature import HEADER, sign
from incident_bot.pagerduty.webhook import LARGEST_BODY, PATH, routes
from incident_bot.people import People
from incident_bot.service import Outcome, Service, Unavailable
from incident_bot.standin import PagerDutyStandIn
from incident_bot.store import KnownPerson, Store
from tests.pagerduty.payloads import event, incident, note
from tests.pagerduty.seen import Seen

OLD, NEW = SecretStr("old-secret"), SecretStr("new-secret")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield store
    await store.close()


@pytest.fixture
def service(store: Store) -> Service:
    return Service(store, Policy())


class Lookups:
    """What Slack and PagerDuty answer about people."""

    def __init__(self) -> None:
        self.pagerduty: Any = None  # an exception to raise, or a person
        self.slack: KnownPerson | None = None

    async def pagerduty_user(self, pagerduty_id: str) -> KnownPerson | None:
        if isinstance(self.pagerduty, Exception):
            raise self.pagerduty
        found: KnownPerson | None = self.pagerduty
        return found

    async def slack_user(self, key: str) -> KnownPerson | None:
        return self.slack


class Door:
    """Posts to the webhook; remembers what was counted."""

    def __init__(self, server: TestServer, session: aiohttp.ClientSession, seen: Seen) -> None:
        self.server = server
        self.session = session
        self.seen = seen

    async def post(
        self,
        payload: Any,
        *,
        secret: SecretStr = NEW,
        signature: str | None = None,
        webhook_id: str | None = "wh-1",
    ) -> int:
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {HEADER: sign(secret, body) if signature is None else signature}
        if webhook_id is not None:
            headers["X-Webhook-Id"] = webhook_id
        url = self.server.make_url(PATH)
        async with self.session.post(url, data=io.BytesIO(body), headers=headers) as answer:
            assert "Traceback" not in await answer.text()
            return answer.status


@pytest.fixture
def lookups() -> Lookups:
    return Lookups()


@pytest.fixture
def people(store: Store, lookups: Lookups) -> People:
    return People(
        store,
        slack_user=lookups.slack_user,
        slack_user_by_email=lookups.slack_user,
        pagerduty_user=lookups.pagerduty_user,
    )


async def open_door(service: Any, people: People | None, *secrets: SecretStr) -> Door:
    seen = Seen()
    app = web.Application()
    app.add_routes(routes(service, people, secrets, seen))
    server = TestServer(app)
    await server.start_server()
    return Door(server, aiohttp.ClientSession(), seen)


async def close(door: Door) -> None:
    await door.session.close()
    await door.server.close()


@pytest.fixture
async def door(service: Service, people: People) -> AsyncIterator[Door]:
    door = await open_door(service, people, OLD, NEW)
    yield door
    await close(door)


async def journal(store: Store) -> list[Entry]:
    return await store.journal("INC-1")


# Who may come in


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_any_configured_secret_opens(door: Door, store: Store, secret: SecretStr) -> None:
    assert await door.post(event("incident.triggered", incident()), secret=secret) == 202
    assert await store.refs() == ["INC-1"]
    assert door.seen.deliveries == [("incident.triggered", "recorded")]


async def test_one_good_signature_of_several_opens(door: Door) -> None:
    payload = event("incident.triggered", incident())
    body = json.dumps(payload).encode()
    both = f"{sign(SecretStr('another'), body)},{sign(OLD, body)}"
    assert await door.post(payload, signature=both) == 202


@pytest.mark.parametrize(
    ("signature", "reason"),
    [("", "unsigned"), ("v1=" + "0" * 64, "forged"), ("nonsense", "forged")],
)
async def test_what_is_not_signed_by_pagerduty_changes_nothing(
    door: Door, store: Store, signature: str, reason: str
) -> None:
    payload = event("incident.triggered", incident())
    assert await door.post(payload, signature=signature) == 403
    assert await store.refs() == []
    assert (door.seen.turned_away, door.seen.deliveries) == ([reason], [])
    assert await door.post(payload) == 202  # nothing of it was remembered
    assert door.seen.deliveries == [("incident.triggered", "recorded")]


@pytest.mark.parametrize("secrets", [(), (SecretStr(""),)])
async def test_without_a_secret_nobody_comes_in_and_the_log_says_what_to_set(
    service: Service, secrets: tuple[SecretStr, ...]
) -> None:
    door = await open_door(service, None, *secrets)
    try:
        payload = event("incident.triggered", incident())
        with capture_logs() as lines:
            assert await door.post(payload, secret=SecretStr("")) == 403
    finally:
        await close(door)
    assert "PAGERDUTY_WEBHOOK_SECRETS" in str(lines)
    assert door.seen.turned_away == ["no_secret"]


async def test_a_body_of_exactly_1_mib_is_read_and_a_longer_one_is_not(door: Door) -> None:
    assert await door.post(b" " * LARGEST_BODY) == 202
    assert await door.post(b" " * (LARGEST_BODY + 1)) == 413
    assert door.seen.turned_away == ["too_large"]


async def test_a_long_body_that_does_not_tell_its_length_is_cut_off(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    async with door.session.post(door.server.make_url(PATH), data=endless()) as answer:
        assert answer.status == 413


async def test_a_body_that_breaks_off_or_is_garbled_leaves_the_door_open(door: Door) -> None:
    url = door.server.make_url(PATH)
    _, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf".encode())
    await writer.drain()
    writer.transport.abort()
    garbled = {"Content-Encoding": "gzip", "X-Webhook-Id": "wh-0"}
    async with aiohttp.ClientSession() as session:
        with contextlib.suppress(aiohttp.ServerDisconnectedError):  # aiohttp may hang up first
            async with session.post(url, data=b"no gzip", headers=garbled) as answer:
                assert answer.status == 503
    assert await door.post(event("incident.triggered", incident())) == 202


# What is taken in


@pytest.mark.parametrize("body", [b"", b"{not json", b"\xff", b"[" * 50_000, b"null", b"[1]"])
async def test_authentic_nonsense_is_kept(door: Door, body: bytes) -> None:
    assert await door.post(body, webhook_id=None) == 202
    assert await door.post(body, webhook_id=None) == 202
    assert door.seen.deliveries == [("unreadable", "kept"), ("unreadable", "repeated")]


@pytest.mark.parametrize("kind", ["pagey.ping", "service.updated", "something.new"])
async def test_what_asks_for_nothing_is_kept(door: Door, store: Store, kind: str) -> None:
    assert await door.post(event(kind, {"type": "ping"})) == 202
    assert door.seen.deliveries == [(kind, "kept")]
    assert await store.refs() == []


async def test_an_event_of_an_alert_that_has_no_incident_is_kept(door: Door, store: Store) -> None:
    payload = event("incident.resolved", incident("PSTRANGER", status="resolved"))
    assert await door.post(payload) == 202
    assert await door.post(payload) == 202
    assert door.seen.deliveries == [
        ("incident.resolved", "recorded"),
        ("incident.resolved", "repeated"),
    ]
    assert await store.refs() == []
    alert = await store.alert("PSTRANGER")
    assert alert is not None and [news.event_type for news in alert.news] == ["incident.resolved"]


async def test_a_low_alert_that_is_raised_to_high_gets_its_room(door: Door, store: Store) -> None:
    low = event("incident.triggered", incident(urgency="low"), id="e-1")
    assert await door.post(low, webhook_id="wh-1") == 202
    assert await store.refs() == []
    high = event("incident.urgency_updated", incident(), id="e-2")
    assert await door.post(high, webhook_id="wh-2") == 202
    assert await store.refs() == ["INC-1"]
    again = event("incident.priority_updated", incident(), id="e-3")
    assert await door.post(again, webhook_id="wh-3") == 202
    assert [entry.body.kind for entry in await journal(store)][2:] == ["alert_other"] * 2


async def test_the_same_webhook_id_changes_nothing(door: Door, store: Store) -> None:
    assert await door.post(event("incident.triggered", incident(), id="e-1")) == 202
    before = await journal(store)
    again = event("incident.triggered", incident(), id="e-2")
    assert await door.post(again, webhook_id="wh-1") == 202
    assert await journal(store) == before
    assert door.seen.deliveries[-1] == ("incident.triggered", "repeated")


async def test_the_same_event_under_another_webhook_id_changes_nothing(
    door: Door, store: Store
) -> None:
    assert await door.post(event("incident.triggered", incident(), id="e-1")) == 202
    annotation = event("incident.annotated", note("we see it"), id="e-2")
    assert await door.post(annotation, webhook_id="wh-2") == 202
    before = await journal(store)
    assert await door.post(annotation, webhook_id="wh-3") == 202
    assert await door.post(annotation, webhook_id=None) == 202
    assert await journal(store) == before
    assert [outcome for _, outcome in door.seen.deliveries[-2:]] == ["repeated", "repeated"]


async def test_an_event_without_any_id_is_known_by_its_body(door: Door, store: Store) -> None:
    payload = event("incident.triggered", incident(), id=None)
    for _ in range(2):
        assert await door.post(payload, webhook_id=None) == 202
    assert [outcome for _, outcome in door.seen.deliveries] == ["recorded", "repeated"]


async def test_ids_are_opaque(door: Door) -> None:
    number = 12345678901234567890123456789012345678
    for webhook_id in ("x" * 4000, None):
        payload = event("incident.triggered", incident(), id=number)
        assert await door.post(payload, webhook_id=webhook_id) == 202
    assert [outcome for _, outcome in door.seen.deliveries] == ["recorded", "repeated"]


# Who acknowledged


async def acknowledge(door: Door) -> None:
    agent = {"id": "PALICE1", "type": "user_reference", "summary": "Alice Smith"}
    assert await door.post(event("incident.triggered", incident(), id="e-1")) == 202
    payload = event("incident.acknowledged", incident(), id="e-2", agent=agent)
    assert await door.post(payload, webhook_id="wh-2") == 202


async def who_acknowledged(store: Store) -> Actor:
    entries = [e for e in await journal(store) if isinstance(e.body, AlertAcknowledged)]
    [entry] = entries
    return entry.actor


def known(**ids: Any) -> KnownPerson:
    at = "2025-10-27T14:00:00Z"
    return KnownPerson.model_validate({"name": "Alice Smith", "fetched_at": at, **ids})


async def test_an_acknowledger_is_known_by_their_slack_id(
    door: Door, store: Store, lookups: Lookups
) -> None:
    lookups.pagerduty = known(pagerduty_id="PALICE1", email="alice@example.com")
    lookups.slack = known(slack_id="U0ALICE", handle="alice")
    await acknowledge(door)
    person = (await who_acknowledged(store)).person
    assert person is not None
    assert (person.slack_id, person.pagerduty_id) == ("U0ALICE", "PALICE1")


@pytest.mark.parametrize("trouble", [Later("away"), RuntimeError("odd"), None])
async def test_an_acknowledger_who_cannot_be_looked_up_is_named(
    door: Door, store: Store, lookups: Lookups, trouble: Exception | None
) -> None:
    lookups.pagerduty = trouble
    await acknowledge(door)
    person = (await who_acknowledged(store)).person
    assert person is not None
    assert (person.name, person.slack_id, person.pagerduty_id) == ("Alice Smith", None, "PALICE1")


async def test_a_slow_look_up_does_not_hold_the_delivery(
    service: Service, store: Store, standin: PagerDutyStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from incident_bot.pagerduty.client import PagerDuty

    monkeypatch.setattr(webhook, "LOOK_UP_SECONDS", 0.05)
    standin.faults.add("GET /users/{id}", delay=1.0)
    client = PagerDuty(SecretStr(standin.api_token), standin.url)
    nobody = Lookups().slack_user
    people = People(
        store, slack_user=nobody, slack_user_by_email=nobody, pagerduty_user=client.user
    )
    door = await open_door(service, people, NEW)
    try:
        await acknowledge(door)
    finally:
        await close(door)
        await client.close()
    person = (await who_acknowledged(store)).person
    assert person is not None and person.name == "Alice Smith"


# When something is wrong here


class Broken:
    """A service that cannot."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def handle(self, *args: Any, **kwargs: Any) -> Outcome:
        raise self.error

    async def keep(self, *args: Any, **kwargs: Any) -> bool:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "outcome"),
    [(Unavailable("locked"), 503, "unavailable"), (RuntimeError("a bug"), 500, "failed")],
)
@pytest.mark.parametrize("kind", ["incident.triggered", "pagey.ping"])
async def test_what_cannot_be_stored_is_to_be_sent_again(
    error: Exception, status: int, outcome: str, kind: str
) -> None:
    door = await open_door(Broken(error), None, NEW)
    try:
        assert await door.post(event(kind, incident())) == status
    finally:
        await close(door)
    assert door.seen.deliveries == [(kind, outcome)]


async def test_a_store_that_is_away_is_a_503(door: Door, store: Store, tmp_path: Path) -> None:
    await store.close()
    (tmp_path / "bot.db").unlink()
    (tmp_path / "bot.db").mkdir()
    assert await door.post(event("incident.triggered", incident())) == 503
    assert door.seen.deliveries == [("incident.triggered", "unavailable")]


# The whole of it


async def test_a_life_of_an_alert_as_the_standin_sends_it(
    door: Door, store: Store, standin: PagerDutyStandIn
) -> None:
    standin.bot_url = str(door.server.make_url(""))
    standin.webhook_secret = NEW.get_secret_value()
    alice = standin.add_user("Alice Smith", "alice@example.com")
    alert = await standin.trigger(standin.add_service("Checkout"), "Disk full")
    await standin.acknowledge(alert, alice)
    await standin.annotate(alert, alice, "we see it")
    await standin.resolve(alert, alice)
    await standin.ping()
    assert {d.status for d in standin.deliveries} == {202}
    before = await journal(store)
    kinds = [e.body.kind for e in before]
    for kind in ("alert_triggered", "alert_acknowledged", "alert_annotated", "alert_resolved"):
        assert kinds.count(kind) == 1
    for delivery in list(standin.deliveries):
        assert (await standin.redeliver(delivery)).status == 202
    assert await journal(store) == before
