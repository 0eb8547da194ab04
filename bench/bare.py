"""`python -m bench.bare PORT SECRET DATABASE_URL`: the least that a webhook's handler can do.

It checks the HMAC and commits one row, as durably as the bot and to the same kind of database.
"""

import asyncio
import hashlib
import hmac
import sqlite3
import sys
from collections.abc import Awaitable, Callable

import asyncpg
from aiohttp import web

Keep = Callable[[bytes], Awaitable[None]]
_TABLE = "CREATE TABLE IF NOT EXISTS bare (raw {})"


async def _sqlite(path: str) -> Keep:
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
    database.execute(_TABLE.format("BLOB"))

    async def keep(raw: bytes) -> None:
        database.execute("INSERT INTO bare VALUES (?)", (raw,))

    return keep


async def _postgresql(url: str) -> Keep:
    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    await pool.execute(_TABLE.format("BYTEA"))

    async def keep(raw: bytes) -> None:
        await pool.execute("INSERT INTO bare VALUES ($1)", raw)

    return keep


async def _serve(port: int, secret: str, url: str) -> None:
    scheme, _, rest = url.partition("://")
    keep = await (_sqlite(rest.removeprefix("/")) if scheme == "sqlite" else _postgresql(url))

    async def handle(request: web.Request) -> web.Response:
        raw = await request.read()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v1={digest}", request.headers["X-PagerDuty-Signature"]):
            return web.Response(status=401)
        await keep(raw)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/pagerduty/webhook", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
