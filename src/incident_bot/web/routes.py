"""GET /healthz (the process lives), /readyz (it can serve) and /metrics (for Prometheus)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog
from aiohttp import web

from incident_bot.domain.incident import Incident
from incident_bot.store import Counts, StoreUnavailable
from incident_bot.web.metrics import CONTENT_TYPE, Metrics
from incident_bot.web.stored import Figures

STORE_SECONDS = 2.0
MOST_INCIDENTS = 500  # that are not over, looked at by one scrape

log = structlog.get_logger(__name__)


class Database(Protocol):
    """What is asked of the store."""

    async def ping(self) -> None:
        """StoreUnavailable when the database does not answer."""

    async def counts(self) -> Counts:
        """Jobs by state, incidents by status."""

    async def incidents(
        self, *, only_open: bool, include_private: bool, limit: int = 50
    ) -> list[Incident]:
        """Incidents, newest first."""


def routes(
    store: Database,
    missing: Callable[[], Sequence[str]],
    metrics: Metrics,
    *,
    patience: float = STORE_SECONDS,
) -> web.RouteTableDef:
    """The three routes, for HEAD as for GET. `missing` says in words what keeps the bot from
    serving (`Life.missing`); the database is asked here.

    `patience`: seconds that a probe or a scrape waits for the database.
    """
    table = web.RouteTableDef()

    @table.get("/healthz")
    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @table.get("/readyz")
    async def readyz(request: web.Request) -> web.Response:
        lacking = [*missing(), *await _missing(store, patience)]
        if lacking:
            return web.json_response({"status": "not ready", "missing": lacking}, status=503)
        return web.json_response({"status": "ready"})

    @table.get("/metrics")
    async def exposition(request: web.Request) -> web.Response:
        body = metrics.exposition(await _figures(store, patience))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return table


async def _missing(store: Database, patience: float) -> list[str]:
    """What the database lacks, in words."""
    try:
        async with asyncio.timeout(patience):
            await store.ping()
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("not ready: the database does not answer", error=str(error) or "too slow")
        return ["the database does not answer"]
    return []


async def _figures(store: Database, patience: float) -> Figures | None:
    try:
        async with asyncio.timeout(patience):
            counts = await store.counts()
            going_on = await store.incidents(
                only_open=True, include_private=True, limit=MOST_INCIDENTS
            )
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("metrics without the database's part", error=str(error) or "too slow")
        return None
    return Figures(counts, going_on)
