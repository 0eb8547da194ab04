"""Health, readiness and metrics over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from incident_bot.store import Counts, Store, StoreUnavailable
from incident_bot.web.errors import calm
from incident_bot.web.metrics import Metrics
from incident_bot.web.routes import routes

Client = TestClient[web.Request, web.Application]


class Away:
    """A database that does not answer."""

    async def ping(self) -> None:
        raise StoreUnavailable("no answer")

    async def counts(self) -> Counts:
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
    client = await client_of(routes(Away(), lambda: False, Metrics()))
    try:
        answer = await client.get("/healthz")
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    finally:
        await client.close()


async def test_it_is_ready_once_everything_is_up(store: Store) -> None:
    up = False
    client = await client_of(routes(store, lambda: up, Metrics()))
    try:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["missing"] == ["the start-up is not finished"]
        up = True
        answer = await client.get("/readyz")
        assert (answer.status, await answer.json()) == (200, {"status": "ready"})
    finally:
        await client.close()


@pytest.mark.parametrize("database", [Away(), Slow()])
async def test_it_is_not_ready_without_its_database(database: Away) -> None:
    client = await client_of(routes(database, lambda: True, Metrics(), patience=0.01))
    try:
        answer = await client.get("/readyz")
        assert answer.status == 503
        assert (await answer.json())["missing"] == ["the database does not answer"]
    finally:
        await client.close()


async def test_metrics_tell_what_happened(store: Store) -> None:
    metrics = Metrics()
    metrics.delivery("pagerduty", "incident.triggered", "recorded")
    metrics.delivery("pagerduty", "incident.triggered", "recorded")
    metrics.rejected("pagerduty", "forged")
    metrics.call("slack", "conversations.create", "ok", 0.12)
    metrics.alert_to_invitation(1.5)
    client = await client_of(routes(store, lambda: True, metrics))
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
    told = samples(Metrics().exposition(counts).decode())
    assert told["incident_bot_jobs state=dead"] == 2
    assert told["incident_bot_incidents status=open"] == 3
    assert told["incident_bot_oldest_due_job_seconds"] == 4.5


async def test_metrics_without_a_database_still_tell_the_rest() -> None:
    metrics = Metrics()
    metrics.rejected("pagerduty", "unsigned")
    client = await client_of(routes(Away(), lambda: True, metrics))
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
