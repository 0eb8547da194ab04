"""What a handler did not expect never reaches the outside."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from incident_bot.web.errors import calm


async def fails(request: web.Request) -> web.Response:
    raise RuntimeError("password=hunter2")


async def refuses(request: web.Request) -> web.Response:
    raise web.HTTPConflict(text="twice")


@pytest.fixture
def app() -> web.Application:
    app = web.Application(middlewares=[calm])
    app.router.add_get("/fails", fails)
    app.router.add_get("/refuses", refuses)
    return app


async def test_an_unexpected_exception_is_a_calm_500(app: web.Application) -> None:
    async with TestClient(TestServer(app)) as client:
        with capture_logs() as lines:
            answer = await client.get("/fails")
        assert answer.status == 500
        text = await answer.text()
        assert "hunter2" not in text and "Traceback" not in text
        assert list(await answer.json()) == ["error"]
    [line] = lines
    assert line["log_level"] == "error" and line["exc_info"] and line["path"] == "/fails"


@pytest.mark.parametrize(("path", "status"), [("/refuses", 409), ("/nowhere", 404)])
async def test_answers_that_were_meant_pass(app: web.Application, path: str, status: int) -> None:
    async with TestClient(TestServer(app)) as client:
        assert (await client.get(path)).status == status
