"""This machine: the address to listen on, and the time zones."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from incident_bot.check import Status
from incident_bot.check.container import in_container
from incident_bot.check.surroundings import address_finding, time_zones, zones_finding
from tests.check.conftest import says

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
Env = dict[str, str]
RUNNER = web.AppKey("runner", web.AppRunner)


@pytest.fixture
async def neighbour() -> AsyncIterator[web.Application]:
    """A server on the port that the bot wants; tests add its routes before `listen`."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    app[RUNNER] = runner
    yield app
    await runner.cleanup()


async def listen(app: web.Application) -> int:
    runner = app[RUNNER]
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


async def test_a_free_address_is_good_and_stays_free(env: Env) -> None:
    await says(env, "address", OK, f"0.0.0.0:{env['PORT']} is free")
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", int(env["PORT"])))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_our_own_bot_may_be_there(env: Env, neighbour: web.Application, host: str) -> None:
    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(text="# HELP incident_bot_jobs Jobs")

    neighbour.router.add_get("/healthz", healthz)
    neighbour.router.add_get("/metrics", metrics)
    env |= {"HOST": host, "PORT": str(await listen(neighbour))}
    await says(env, "address", OK, "running already")


async def test_somebody_else_may_not(env: Env, neighbour: web.Application) -> None:
    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    neighbour.router.add_get("/healthz", healthz)
    env |= {"HOST": "127.0.0.1", "PORT": str(await listen(neighbour))}
    await says(env, "address", FAIL, "already in use", "PORT")


@pytest.mark.parametrize(
    ("host", "words"),
    [("192.0.2.1", "cannot listen"), ("nowhere.invalid", "is not known here")],
)
async def test_an_address_of_another_machine(env: Env, host: str, words: str) -> None:
    env["HOST"] = host
    await says(env, "address", FAIL, words, "HOST")


async def test_any_port_is_no_good(env: Env) -> None:
    env["PORT"] = "0"
    await says(env, "address", WARN, "another port at every start")


@pytest.mark.parametrize(
    ("host", "contained", "status"),
    [
        ("127.0.0.1", True, WARN),
        ("localhost", True, WARN),
        ("::1", True, WARN),
        ("0.0.0.0", True, OK),
        ("127.0.0.1", False, OK),
    ],
)
def test_loopback_inside_a_container(host: str, contained: bool, status: Status) -> None:
    line = address_finding(host, f"{host}:3000", 3000, contained=contained)
    assert line.status is status
    assert ("HOST=0.0.0.0" in line.fix) == (status is WARN)


def test_a_container_is_known_by_what_is_left_for_it_to_see(tmp_path: Path) -> None:
    mark = tmp_path / ".dockerenv"
    assert not in_container({}, (mark,))
    assert in_container({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, (mark,))
    mark.touch()
    assert in_container({}, (mark,))


async def test_time_zones_are_read_with_their_version(env: Env) -> None:
    assert time_zones().status in (OK, WARN)  # as old as this machine's
    await says(env, "time_zones", time_zones().status, "version 20")


def test_without_the_systems_zones_the_package_serves() -> None:
    line = time_zones(())
    assert line.status is OK and "the package tzdata" in line.found


@pytest.mark.parametrize(
    ("missing", "version", "status", "words"),
    [
        (["Asia/Kolkata"], "2026a", FAIL, "Asia/Kolkata"),
        ([], "2019c", WARN, "Update tzdata"),
        ([], "", OK, "unknown age"),
    ],
)
def test_zones_that_are_missing_or_old(
    missing: list[str], version: str, status: Status, words: str
) -> None:
    line = zones_finding(missing, "the system's", version)
    assert line.status is status
    assert words in line.sentence


def test_the_systems_version_is_read_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "New_York").touch()
    (tmp_path / "tzdata.zi").write_text("# version 2024b\n")
    assert "2024b" in time_zones([str(tmp_path)]).found
