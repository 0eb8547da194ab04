"""PagerDuty: REST as documented, and signed webhooks."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from incident_bot.standin import PagerDutyStandIn
from tests.standin.conftest import Bot

JSON = dict[str, Any]
EXAMPLES = Path(__file__).parents[2].parent / "shared" / "pagerduty" / "examples"


class Rest:
    """A client as thin as can be."""

    def __init__(self, pd: PagerDutyStandIn, session: aiohttp.ClientSession) -> None:
        self.pd, self.session = pd, session

    async def __call__(
        self, verb: str, path: str, body: JSON | None = None, **headers: str
    ) -> tuple[int, JSON]:
        sent = {"Authorization": f"Token token={self.pd.api_token}"} | headers
        async with self.session.request(
            verb, self.pd.url + path, json=body, headers=sent
        ) as response:
            return response.status, await response.json()


@pytest.fixture
async def rest(pd: PagerDutyStandIn) -> AsyncIterator[Rest]:
    async with aiohttp.ClientSession() as session:
        yield Rest(pd, session)


ME = {"From": "alice@example.com"}
RESOLVED = {"incident": {"type": "incident_reference", "status": "resolved"}}


async def test_a_token_is_needed(pd: PagerDutyStandIn, rest: Rest) -> None:
    status, body = await rest("GET", "/users", Authorization="Token token=other")
    assert (status, body["error"]["code"]) == (401, 2006)


async def test_writes_need_a_known_sender(pd: PagerDutyStandIn, rest: Rest) -> None:
    pd.add_user("Alice", "alice@example.com")
    incident = await pd.trigger(pd.add_service("Payments"), "5xx", webhook=False)
    path = f"/incidents/{incident['id']}"
    assert (await rest("PUT", path, RESOLVED))[0] == 400
    assert (await rest("PUT", path, RESOLVED, From="bob@example.com"))[0] == 400
    status, body = await rest("PUT", path, RESOLVED, **ME)
    assert (status, body["incident"]["status"]) == (200, "resolved")
    status, body = await rest("PUT", path, RESOLVED, **ME)
    assert (status, body["error"]["message"]) == (400, "Incident Already Resolved")
    assert body["error"]["code"] == 2001
    assert [c.method for c in pd.calls] == ["PUT /incidents/{id}"] * 4


async def test_notes_updates_and_log_entries(pd: PagerDutyStandIn, rest: Rest) -> None:
    alice = pd.add_user("Alice", "alice@example.com")
    incident = await pd.trigger(pd.add_service("Payments"), "5xx", webhook=False)
    path = f"/incidents/{incident['id']}"
    status, _ = await rest("POST", f"{path}/notes", {"note": {"content": "hi"}}, **ME)
    assert status == 201
    assert [n["content"] for n in pd.notes(incident)] == ["hi"]
    status, _ = await rest("POST", f"{path}/status_updates", {"message": "soon"}, **ME)
    assert status == 200
    target = {"responder_request_target": {"id": alice["id"], "type": "user_reference"}}
    request = {
        "requester_id": alice["id"],
        "message": "help",
        "responder_request_targets": [target],
    }
    assert (await rest("POST", f"{path}/responder_requests", request, **ME))[0] == 200
    pd.account.abilities.remove("coordinated_responding")
    assert (await rest("POST", f"{path}/responder_requests", request, **ME))[0] == 402
    _, body = await rest("GET", f"{path}/log_entries")
    assert [e["type"].removesuffix("_log_entry") for e in body["log_entries"]] == [
        "responder_request", "status_update", "annotate", "trigger",
    ]  # fmt: skip
    assert (await rest("GET", "/incidents/PNOPE"))[0] == 404


async def test_incidents_are_opened_listed_and_paged(pd: PagerDutyStandIn, rest: Rest) -> None:
    pd.add_user("Alice", "alice@example.com")
    service = pd.add_service("Payments")
    reference = {"id": service["id"], "type": "service_reference"}
    wanted = {"type": "incident", "title": "5xx", "service": reference, "incident_key": "k"}
    status, made = await rest("POST", "/incidents", {"incident": wanted}, **ME)
    assert (status, made["incident"]["status"]) == (201, "triggered")
    assert (await rest("POST", "/incidents", {"incident": wanted}, **ME))[0] == 400
    for number in range(2):
        await pd.trigger(service, f"more {number}", webhook=False)
    _, page = await rest("GET", "/incidents?statuses[]=triggered&limit=2")
    assert (len(page["incidents"]), page["more"]) == (2, True)
    _, page = await rest("GET", "/incidents?statuses[]=triggered&limit=2&offset=2")
    assert (len(page["incidents"]), page["more"]) == (1, False)
    assert (await rest("GET", "/incidents?statuses[]=open"))[0] == 400


async def test_who_is_on_call(pd: PagerDutyStandIn, rest: Rest) -> None:
    alice, bob = pd.add_user("Alice", "alice@example.com"), pd.add_user("Bob", "bob@example.com")
    policy = pd.add_escalation_policy("Payments", on_call=[alice, bob])
    pd.add_escalation_policy("Other", on_call=[bob])
    _, body = await rest("GET", f"/oncalls?escalation_policy_ids[]={policy['id']}&earliest=true")
    assert [o["user"]["id"] for o in body["oncalls"]] == [alice["id"], bob["id"]]
    _, body = await rest("GET", f"/users/{alice['id']}")
    assert body["user"]["email"] == "alice@example.com"
    _, body = await rest("GET", "/priorities")
    assert [p["name"] for p in body["priorities"]] == ["P1", "P2", "P3", "P4", "P5"]


async def test_webhooks_are_signed(pd: PagerDutyStandIn, bot: Bot) -> None:
    bot.reply = lambda: web.Response(status=202)
    alice = pd.add_user("Alice", "alice@example.com")
    service = pd.add_service("Payments", pd.add_escalation_policy("P", on_call=[alice]))
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    incident = await pd.trigger(service, "5xx", priority="P1", occurred_at=at)
    path, headers, raw = bot.received[-1]
    expected = hmac.new(pd.webhook_secret.encode(), raw, hashlib.sha256).hexdigest()
    assert path == "/pagerduty/webhook"
    assert headers["X-PagerDuty-Signature"] == f"v1={expected}"
    event = json.loads(raw)["event"]
    assert (event["event_type"], event["occurred_at"]) == (
        "incident.triggered", "2026-01-02T03:04:05.000Z",
    )  # fmt: skip
    assert event["data"]["id"] == incident["id"]
    assert event["data"]["assignees"][0]["summary"] == "Alice"
    assert [d.outcome for d in pd.deliveries] == ["accepted"]
    assert (await pd.acknowledge(incident, alice)).event_type == "incident.acknowledged"
    await pd.annotate(incident, alice, "looking")
    await pd.resolve(incident)
    assert pd.incidents[incident["id"]]["status"] == "resolved"
    assert pd.deliveries[-1].event["event"]["agent"] is None
    await pd.reopen(incident, alice)
    assert [d.event_type for d in pd.deliveries[-4:]] == [
        "incident.acknowledged", "incident.annotated", "incident.resolved", "incident.reopened",
    ]  # fmt: skip


async def test_deliveries_can_be_forged_rotated_and_repeated(
    pd: PagerDutyStandIn, bot: Bot
) -> None:
    await pd.ping()
    await pd.deliver("incident.custom", {}, secrets=["old", "new"], event_id="E1", webhook_id="W1")
    assert bot.received[-1][1]["X-PagerDuty-Signature"].count("v1=") == 2
    first = pd.deliveries[-1]
    await pd.redeliver(first)
    assert bot.received[-1][2] == bot.received[-2][2]
    assert bot.received[-1][1]["X-Webhook-Id"] == "W1"
    await pd.deliver("pagey.ping", {}, signature="v1=00", raw=b"{")
    assert bot.received[-1][2] == b"{"
    pd.bot_url = "http://127.0.0.1:9"
    assert (await pd.ping()).outcome == "retried"


async def test_what_the_bot_does_may_come_back(pd: PagerDutyStandIn, rest: Rest, bot: Bot) -> None:
    pd.echo = True
    pd.add_user("Alice", "alice@example.com")
    incident = await pd.trigger(pd.add_service("Payments"), "5xx", webhook=False)
    await rest("PUT", f"/incidents/{incident['id']}", RESOLVED, **ME)
    await pd.settled()
    event = json.loads(bot.received[-1][2])["event"]
    assert (event["event_type"], event["agent"]["summary"]) == ("incident.resolved", "Alice")


async def test_faults(pd: PagerDutyStandIn, rest: Rest) -> None:
    pd.add_user("Alice", "alice@example.com")
    incident = await pd.trigger(pd.add_service("Payments"), "5xx", webhook=False)
    path = f"/incidents/{incident['id']}"
    pd.faults.add("PUT /incidents/{id}", status=429, retry_after=3)
    assert (await rest("PUT", path, RESOLVED, **ME))[0] == 429
    pd.faults.add("POST /incidents/{id}/notes", drop="after")
    with pytest.raises(aiohttp.ClientError):
        await rest("POST", f"{path}/notes", {"note": {"content": "hi"}}, **ME)
    assert [n["content"] for n in pd.notes(incident)] == ["hi"]


@pytest.mark.skipif(not EXAMPLES.exists(), reason="PagerDuty's examples are not at hand")
async def test_the_webhook_bodies_have_the_documented_fields(pd: PagerDutyStandIn) -> None:
    alice = pd.add_user("Alice", "alice@example.com")
    service = pd.add_service("Payments", pd.add_escalation_policy("P", on_call=[alice]))
    incident = await pd.trigger(service, "5xx", priority="P1")
    await pd.annotate(incident, alice, "looking")
    await pd.reply(incident, alice)
    await pd.change(incident, alice, conference_bridge={"conference_url": "https://example.com"})
    kinds = ("incident", "incident_note", "incident_responder", "incident_conference_bridge")
    for kind, delivery in zip(kinds, pd.deliveries, strict=True):
        documented = json.loads((EXAMPLES / f"data.{kind}.json").read_text())
        assert set(delivery.event["event"]["data"]) == set(documented), kind
        assert delivery.event["event"]["data"]["type"] == kind


async def test_three_drops_disable_the_subscription(
    pd: PagerDutyStandIn, rest: Rest, bot: Bot
) -> None:
    bot.reply = lambda: web.Response(status=400)
    for _ in range(3):
        assert (await pd.ping()).outcome == "dropped"
    _, body = await rest("GET", "/webhook_subscriptions")
    (subscription,) = body["webhook_subscriptions"]
    assert subscription["delivery_method"]["temporarily_disabled"] is True
    path = f"/webhook_subscriptions/{subscription['id']}"
    assert (await rest("POST", f"{path}/enable"))[0] == 200
    assert pd.disabled is False
    assert (await rest("POST", f"{path}/ping"))[0] == 202
    await pd.settled()
    assert pd.deliveries[-1].event_type == "pagey.ping"


async def test_changes_and_merging(pd: PagerDutyStandIn, rest: Rest) -> None:
    alice, bob = pd.add_user("Alice", "alice@example.com"), pd.add_user("Bob", "bob@example.com")
    service = pd.add_service("Payments", pd.add_escalation_policy("P", on_call=[alice, bob]))
    one = await pd.trigger(service, "5xx", webhook=False)
    two = await pd.trigger(service, "slow", webhook=False, priority="P2")
    path = f"/incidents/{one['id']}"
    wanted: JSON = {"type": "incident", "title": "5xx everywhere", "priority": {"id": "P9"}}
    assert (await rest("PUT", path, {"incident": wanted}, **ME))[0] == 400
    wanted |= {"priority": two["priority"], "escalation_level": 2}
    status, body = await rest("PUT", path, {"incident": wanted}, **ME)
    assert (status, body["incident"]["title"]) == (200, "5xx everywhere")
    assert body["incident"]["priority"]["name"] == "P2"
    assert [a["assignee"]["id"] for a in body["incident"]["assignments"]] == [bob["id"]]
    refused: list[JSON] = [{"colour": "red"}, {"status": "done"}, {"assignments": [{}]}]
    for bad in [*refused, {"urgency": "mad"}]:
        assert (await rest("PUT", path, {"incident": {"type": "incident", **bad}}, **ME))[0] == 400
    sources = {"source_incidents": [{"id": two["id"], "type": "incident_reference"}]}
    assert (await rest("PUT", f"{path}/merge", sources, **ME))[0] == 200
    assert two["status"] == "resolved"
    assert two["resolve_reason"]["incident"]["id"] == one["id"]
    _, body = await rest("GET", f"{path}/alerts")
    assert len(body["alerts"]) == 2
    both = [{"id": one["id"], "type": "incident_reference", "status": "resolved"}]
    assert (await rest("PUT", "/incidents", {"incidents": both}, **ME))[0] == 200
    assert one["status"] == "resolved"
