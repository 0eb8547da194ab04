"""GET /healthz (the process lives), /readyz (it can serve) and /metrics (for Prometheus)."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from aiohttp import web

from incident_bot.store import Counts, StoreUnavailable
from incident_bot.web.metrics import CONTENT_TYPE, Metrics

STORE_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Database(Protocol):
    """What is asked of the store."""

    async def ping(self) -> None:
        """StoreUnavailable when the database does not answer."""

    async def counts(self) -> Counts:
        """Jobs by state, incidents by status."""


def routes(
    store: Database,
    ready: Callable[[], bool],
    metrics: Metrics,
    *,
    patience: float = STORE_SECONDS,
) -> web.RouteTableDef:
    """The three routes. `ready` is True once everything is built, connected and migrated.

    `patience`: seconds that a probe or a scrape waits for the database.
    """
    table = web.RouteTableDef()

    @table.get("/healthz")
    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    @table.get("/readyz")
    async def readyz(request: web.Request) -> web.Response:
        missing = await _missing(store, ready, patience)
        if missing:
            return web.json_response({"status": "not ready", "missing": missing}, status=503)
        return web.json_response({"status": "ready"})

    @table.get("/metrics")
    async def exposition(request: web.Request) -> web.Response:
        body = metrics.exposition(await _counts(store, patience))
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    return table


async def _missing(store: Database, ready: Callable[[], bool], patience: float) -> list[str]:
    """What the bot still needs before it can serve, in words."""
    if not ready():
        return ["the start-up is not finished"]
    try:
        async with asyncio.timeout(patience):
            await store.ping()
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("not ready: the database does not answer", error=repr(error))
        return ["the database does not answer"]
    return []


async def _counts(store: Database, patience: float) -> Counts | None:
    try:
        async with asyncio.timeout(patience):
            return await store.counts()
    except (StoreUnavailable, TimeoutError) as error:
        log.warning("metrics without the database's part", error=repr(error))
        return None
