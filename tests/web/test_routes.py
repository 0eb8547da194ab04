"""Health, readiness and metrics over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from incident_bot import __version__
from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Incident, Room
from incident_bot.domain.people import Person
from incident_bot.domain.words import Status
from incident_bot.store import Counts, Store, StoreUnavailable
from incident_bot.web.errors import calm
from incident_bot.web.life import STARTING, Life
from incident_bot.web.metrics import Metrics
from incident_bot.web.routes import routes
from incident_bot.web.stored import Figures

Client = TestClient[web.Request, web.Application]


class Away:
    """A database that does not answer."""

    async def ping(self) -> None:
        raise StoreUnavailable("no answer")

    async def counts(self) -> Counts:
        raise StoreUnavailable("no answer")

    async def incidents(
        self, *, only_open: bool, include_private: bool, limit: int = 50
    ) -> list[Incident]:
        raise StoreUnavailable("no answer")


class Slow(Away):
    """A database that answers too late."""

    async def ping(self) -> None:
        await asyncio.sleep(3600)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    yield store
    await store.close()


async def client_of(table: web.RouteTableDef) -> Client:
    app = web.Application(middlewares=[calm])
    app.add_routes(table)
    client: Client = TestClient(TestServer(app))
    await client.start_server()
    return client


def samples(text: str) -> dict[str, float]:
    return {
        sample.name + "".join(f" {k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_it_is_alive_even_before_it_is_ready() -> None:
    client = await client_of(routes(Away(), lambda: [STARTING], Metrics()))
    try:
        answer = await client.get("/healthz")
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    finally:
        await client.close()


async def test_it_is_ready_once_everything_is_up(store: Store) -> None:
    life = Life()
    client = await client_of(routes(store, life.missing, Metrics()))
    try:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["missing"] == ["the start-up is not finished"]
        life.serves()
        answer = await client.get("/readyz")
        assert (answer.status, await answer.json()) == (200, {"status": "ready"})
        life.needs.append(lambda: ["Slack's Socket Mode is not connected"])
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["missing"] == ["Slack's Socket Mode is not connected"]
        life.stops()
        answer = await client.get("/readyz")
        assert (await answer.json())["missing"] == ["the bot is stopping"]
        assert (await client.get("/healthz")).status == 200
    finally:
        await client.close()


@pytest.mark.parametrize("database", [Away(), Slow()])
async def test_it_is_not_ready_without_its_database(database: Away) -> None:
    client = await client_of(routes(database, list, Metrics(), patience=0.01))
    try:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["missing"] == ["the database does not answer"]
    finally:
        await client.close()


async def test_metrics_tell_what_happened(store: Store) -> None:
    metrics = Metrics()
    metrics.delivery("pagerduty", "incident.triggered", "recorded", 0.02)
    metrics.delivery("pagerduty", "incident.triggered", "recorded", 0.03)
    metrics.rejected("pagerduty", "forged")
    metrics.call("slack", "conversations.create", "ok", 0.12)
    metrics.alert_to_invitation(1.5)
    client = await client_of(routes(store, list, metrics))
    try:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        told = samples(await answer.text())
    finally:
        await client.close()
    delivered = "incident_bot_deliveries_total kind=incident.triggered outcome=recorded"
    assert told[f"{delivered} source=pagerduty"] == 2
    assert told["incident_bot_deliveries_rejected_total reason=forged source=pagerduty"] == 1
    call = "method=conversations.create outcome=ok target=slack"
    assert told[f"incident_bot_calls_total {call}"] == 1
    assert told["incident_bot_call_seconds_sum method=conversations.create target=slack"] == 0.12
    assert told["incident_bot_alert_to_invitation_seconds_bucket le=2.0"] == 1
    assert told["incident_bot_store_up"] == 1
    assert told["incident_bot_incidents status=open"] == 0
    assert told["incident_bot_oldest_due_job_seconds"] == 0
    assert any(name.startswith("incident_bot_jobs state=") for name in told)


def test_what_the_store_counts_is_told() -> None:
    counts = Counts(jobs={"dead": 2}, incidents={"open": 3}, oldest_due_seconds=4.5)
    room = Room(channel_id="C1", name="inc-1")
    going_on = [
        Incident(ref="INC-1", room=room, invited=(Person(name="Alice"),)),
        Incident(ref="INC-2", room=room, status=Status.MITIGATED),
        Incident(ref="INC-3", private=True),
    ]
    told = samples(Metrics().exposition(Figures(counts, going_on)).decode())
    assert told["incident_bot_jobs state=dead"] == 2
    assert told["incident_bot_incidents status=open"] == 3
    assert told["incident_bot_oldest_due_job_seconds"] == 4.5
    assert told["incident_bot_rooms_open"] == 2
    assert told["incident_bot_incidents_without_people"] == 2


def test_a_job_that_dies_first_is_an_increase() -> None:
    metrics = Metrics()
    name = "incident_bot_job_tries_total kind=invite outcome=dead"
    assert samples(metrics.exposition(None).decode())[name] == 0
    metrics.tried(JobKind.INVITE, "dead", 0.1)
    assert samples(metrics.exposition(None).decode())[name] == 1


def test_an_operator_sees_version_memory_and_connections() -> None:
    metrics = Metrics()
    told = samples(metrics.exposition(None).decode())
    assert told[f"incident_bot_build_info version={__version__}"] == 1
    assert told["process_resident_memory_bytes"] > 0
    assert "incident_bot_socket_connections" not in told
    metrics.socket_connections = lambda: 2
    assert samples(metrics.exposition(None).decode())["incident_bot_socket_connections"] == 2


def test_kinds_that_somebody_invents_are_one_label() -> None:
    metrics = Metrics()
    for n in range(50):
        metrics.delivery("slack", f"event.<{n}>", "ignored", 0.1)
    told = samples(metrics.exposition(None).decode())
    assert told["incident_bot_deliveries_total kind=other outcome=ignored source=slack"] == 50


async def test_head_is_answered_like_get(store: Store) -> None:
    client = await client_of(routes(store, list, Metrics()))
    try:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await client.head(path)).status == 200
    finally:
        await client.close()


async def test_metrics_without_a_database_still_tell_the_rest() -> None:
    metrics = Metrics()
    metrics.rejected("pagerduty", "unsigned")
    client = await client_of(routes(Away(), list, metrics))
    try:
        answer = await client.get("/metrics")
        told = samples(await answer.text())
    finally:
        await client.close()
    assert told["incident_bot_store_up"] == 0
    assert "incident_bot_oldest_due_job_seconds" not in told
    assert told["incident_bot_deliveries_rejected_total reason=unsigned source=pagerduty"] == 1


def test_two_bots_in_one_process_do_not_share_figures() -> None:
    one, other = Metrics(), Metrics()
    one.rejected("pagerduty", "forged")
    assert b'reason="forged"' not in other.exposition(None)
