"""A response_url on this machine, which keeps what it is sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Inbox:
    url: str = ""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)


@asynccontextmanager
async def an_inbox() -> AsyncIterator[Inbox]:
    """An address for answers, served as long as the block runs."""
    box = Inbox()

    async def receive(request: web.Request) -> web.Response:
        box.got.append(await request.json())
        return web.Response(text="ok", status=box.status)

    app = web.Application()
    app.router.add_post("/respond", receive)
    async with TestServer(app) as server:
        box.url = str(server.make_url("/respond"))
        yield box
