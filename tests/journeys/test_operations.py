"""What an operator sees: lines that say what happened and nothing that they must not, figures,
and a process that ends in order or ends, but never stays behind as a shell."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url

from incident_bot.demo.bot import environment
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests import postgres
from tests.journeys.running import PATIENCE, Stage

pytestmark = pytest.mark.journey

WORDS = "zebra7f"  # is in everything that people wrote or are called
SECRET = "quokka9x"  # is in every secret
HTTP = pytest.mark.parametrize("mode", ["http"])


@pytest.fixture
async def marked(mode: str, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage where all words and secrets carry a mark; its bot is not started yet."""
    async with (
        SlackStandIn(
            f"xoxb-{SECRET}-token",
            f"{SECRET}-signing",
            app_token=f"xapp-1-A0-1-{SECRET}",
            socket_mode=mode == "socket",
        ) as slack,
        PagerDutyStandIn(
            f"pd-{SECRET}", f"{SECRET}-webhook", from_emails=["bot@example.com"]
        ) as pagerduty,
    ):
        stage = Stage(slack, pagerduty, tmp_path)
        stage.alice = slack.add_user(f"{WORDS}a", f"Ann {WORDS}", f"{WORDS}@example.com", "UTC")
        stage.pd_alice = pagerduty.add_user(f"Ann {WORDS}", f"{WORDS}@example.com")
        policy = pagerduty.add_escalation_policy(f"{WORDS} policy", [stage.pd_alice])
        stage.service = pagerduty.add_service(f"{WORDS} service", policy)
        yield stage
        assert stage.bot.process is not None
        if stage.bot.process.returncode is None:
            await stage.bot.stop()


async def live_through_an_incident(stage: Stage) -> None:
    """With trouble on the way, so that failures are told, too."""
    stage.slack.faults.add("chat.postMessage", status=503)
    stage.slack.faults.add("conversations.setTopic", error="not_in_channel", times=None)
    stage.slack.faults.add("bookmarks.add", error="zzz_unheard_of", invented=True, times=None)
    stage.pagerduty.faults.add("GET /users/{id}", status=500, times=2)
    incident = await stage.pagerduty.trigger(
        stage.service, f"{WORDS} title", assignees=[stage.pd_alice]
    )
    await stage.until(lambda: stage.rooms and len(stage.room.members) > 1, "somebody invited")
    room = stage.room
    await stage.pagerduty.annotate(incident, stage.pd_alice, f"{WORDS} note of PagerDuty")
    for text in ("log", "note", "update", f"log 25:99 {WORDS}", "action"):
        await stage.types(stage.alice, f"{text} {WORDS} text", room)
    await stage.slack.command(stage.alice, f"frob {WORDS}", room)
    await stage.types(stage.alice, f"resolve {WORDS} rolled back", room)
    await stage.until(lambda: stage.files("postmortem-INC-1.md"), "the draft in the room")
    async with aiohttp.ClientSession() as session:
        url = f"{stage.bot.url}/pagerduty/webhook"
        forged = {"X-PagerDuty-Signature": f"v1={SECRET}"}
        async with session.post(url, data=f'"{WORDS}"', headers=forged) as answer:
            assert answer.status == 403


def lines_of(log: str) -> list[dict[str, Any]]:
    """Every line is JSON: nothing else is written where no terminal is."""
    return [json.loads(line) for line in log.splitlines()]


async def test_the_log_says_what_happened_and_no_word_of_what_was_written(marked: Stage) -> None:
    """At INFO: no text, no name, no secret; every line of the incident carries its reference."""
    await marked.bot.start()
    await live_through_an_incident(marked)
    assert await marked.bot.stop() == 0
    log = marked.bot.log()
    lines = lines_of(log)
    assert SECRET not in log.casefold()
    told = [line for line in log.splitlines() if WORDS in line.casefold()]
    assert told == []

    deliveries = [line for line in lines if line["event"] == "delivery"]
    [alert] = [line for line in deliveries if line["kind"] == "incident.triggered"]
    webhook = marked.pagerduty.deliveries[0].sent_headers["X-Webhook-Id"]
    assert alert["delivery"] == webhook and alert["source"] == "pagerduty"
    assert (alert["outcome"], alert["ref"], alert["status"]) == ("recorded", "INC-1", 202)
    typed = [(d["verb"], d["outcome"], d.get("ref")) for d in deliveries if d["source"] == "slack"]
    assert ("log", "recorded", "INC-1") in typed
    assert ("log", "refused", "INC-1") in typed
    assert ("resolve", "recorded", "INC-1") in typed
    assert all(d["delivery"] and d["seconds"] >= 0 for d in deliveries)

    done = [line for line in lines if line["event"] == "job done"]
    assert {"create_room", "invite", "deliver_postmortem"} <= {line["kind"] for line in done}
    assert {line["ref"] for line in done} == {"INC-1"}
    dead = {line["kind"]: line for line in lines if line["event"] == "job dead"}
    assert dead["set_topic"]["level"] == "error"
    assert "not in the channel" in dead["set_topic"]["error"] and dead["set_topic"]["todo"]
    assert any(line["event"] == "a job will be tried again" for line in lines)
    assert any(line.get("reason") == "forged" for line in lines)
    assert not [line for line in lines if line["level"] == "debug"]


async def test_at_debug_each_call_is_told_but_still_no_secret(marked: Stage) -> None:
    """Libraries do not say more than at INFO: they would write out headers and bodies."""
    marked.bot.settings["LOG_LEVEL"] = "DEBUG"
    await marked.bot.start()
    await live_through_an_incident(marked)
    assert await marked.bot.stop() == 0
    log = marked.bot.log()
    lines = lines_of(log)
    assert SECRET not in log.casefold()
    calls = {(line["target"], line["method"]) for line in lines if line["event"] == "call"}
    assert {("slack", "conversations.create"), ("pagerduty", "GET /users/{id}")} <= calls
    assert {line["logger"].partition(".")[0] for line in lines} == {"incident_bot"}


@HTTP
async def test_a_password_of_the_database_is_not_told(marked: Stage) -> None:
    """Neither in the line for whoever started it, nor in the log."""
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
    with nobody:
        marked.bot.settings["DATABASE_URL"] = (
            f"postgresql://bot:{SECRET}%21@127.0.0.1:{nobody.getsockname()[1]}/bot"
        )
        marked.bot.settings["LOG_LEVEL"] = "DEBUG"
        await marked.bot.launch()
        assert marked.bot.process is not None
        assert await asyncio.wait_for(marked.bot.process.wait(), PATIENCE) == 1
    assert "DATABASE_URL" in marked.bot.log()
    assert SECRET not in marked.bot.log()


@HTTP
@pytest.mark.postgres
async def test_on_postgresql_the_log_is_as_silent(
    marked: Stage, postgresql: postgres.Server, postgresql_url: str
) -> None:
    """Its driver is another one, and a server that goes away has much to say."""
    url = make_url(postgresql_url)
    postgresql.run(f"CREATE ROLE {SECRET}_bot LOGIN SUPERUSER PASSWORD '{SECRET}-password'")
    try:
        mine = url.set(username=f"{SECRET}_bot", password=f"{SECRET}-password")
        marked.bot.settings["DATABASE_URL"] = mine.render_as_string(hide_password=False)
        marked.bot.settings["LOG_LEVEL"] = "DEBUG"
        await marked.bot.start()
        await live_through_an_incident(marked)
        postgresql.cut(postgresql_url)
        await marked.bot.ready()
        assert await marked.bot.stop() == 0
    finally:
        postgresql.drop(postgresql_url)
        postgresql.run(f"DROP ROLE {SECRET}_bot")
    assert f"{SECRET}-password" not in marked.bot.log()
    assert f"{SECRET}-token" not in marked.bot.log()


async def test_log_format_chooses(marked: Stage) -> None:
    """Lines for people where JSON would be the default."""
    marked.bot.settings["LOG_FORMAT"] = "console"
    await marked.bot.start()
    assert await marked.bot.stop() == 0
    [ready] = [line for line in marked.bot.log().splitlines() if "ready" in line]
    assert "[info     ] ready" in ready and f"address={marked.bot.url}" in ready
    assert "\x1b[" not in marked.bot.log()


async def test_the_figures_of_an_incident(stage: Stage) -> None:
    """Both sources are counted, in HTTP as in Socket Mode."""
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    room = await stage.room_complete()
    await stage.types(stage.alice, "log pool exhausted", room)
    await stage.types(stage.alice, "log 25:99 x", room)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.bot.url}/metrics") as answer,
    ):
        families = list(text_string_to_metric_families(await answer.text()))
    told = {
        (s.name, *(s.labels[k] for k in sorted(s.labels))): s.value
        for family in families
        for s in family.samples
    }
    deliveries = "incident_bot_deliveries_total"
    assert told[deliveries, "incident.triggered", "recorded", "pagerduty"] == 1
    assert told[deliveries, "command", "recorded", "slack"] == 1
    assert told[deliveries, "command", "refused", "slack"] == 1
    assert told["incident_bot_delivery_seconds_count", "slack"] == 2
    assert told["incident_bot_calls_total", "conversations.create", "ok", "slack"] == 1
    assert told["incident_bot_calls_total", "GET /users/{id}", "ok", "pagerduty"] >= 1
    assert told["incident_bot_job_tries_total", "invite", "done"] == 1
    assert told["incident_bot_alert_to_invitation_seconds_count",] == 1
    assert told["incident_bot_rooms_open",] == 1
    assert told["incident_bot_incidents_without_people",] == 0
    if stage.slack.socket_mode:
        assert told["incident_bot_socket_connections",] >= 1


@HTTP
async def test_a_drain_answers_to_the_end_and_says_that_it_is_not_ready(stage: Stage) -> None:
    """SIGTERM in mid-opening: /readyz is 503 at once, what comes still is taken, the room is
    opened, exit code 0."""
    stage.slack.faults.add("conversations.create", delay=2.0)
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.until(
        lambda: stage.slack.faults.standing and stage.slack.faults.standing[0].met, "being created"
    )
    assert stage.bot.process is not None
    stage.bot.process.terminate()
    async with asyncio.timeout(PATIENCE):
        while (ready := await stage.bot.ready())[0] == 200:
            await asyncio.sleep(0.01)
    assert ready[0] == 503 and "the bot is stopping" in ready[1]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.bot.url}/healthz") as health,
    ):
        assert health.status == 200
    await stage.pagerduty.trigger(stage.service, "Latency", assignees=[stage.pd_alice])
    assert stage.pagerduty.deliveries[-1].status == 202
    assert await asyncio.wait_for(stage.bot.process.wait(), PATIENCE) == 0
    assert len(stage.rooms) == 1
    assert '"stopped"' in stage.bot.log()
    await stage.bot.start()
    await stage.room_complete()
    assert len(stage.rooms) == 1


@HTTP
async def test_told_twice_it_ends_at_once(stage: Stage) -> None:
    """With a line that says so and exit code 1; the next start goes on."""
    fault = stage.slack.faults.add("conversations.create", delay=60.0)
    await stage.pagerduty.trigger(stage.service, "Errors", assignees=[stage.pd_alice])
    await stage.until(lambda: fault.met, "being created")
    assert stage.bot.process is not None
    stage.bot.process.send_signal(signal.SIGTERM)
    await stage.until(lambda: '"stopping' in stage.bot.log(), "it drains")
    stage.bot.process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(stage.bot.process.wait(), PATIENCE) == 1
    assert "told to stop twice" in stage.bot.log()
    stage.slack.faults.clear()
    await stage.bot.start()
    await stage.room_complete()


BREAKS = {
    "runner": """
from incident_bot.jobs import runner
async def run(self):
    await __import__("asyncio").sleep(0.2)
    raise ValueError("xoxb-standin in words")
runner.Runner.run = run
""",
    "clock": """
from incident_bot.jobs import clock
clock.Clock.watch.__kwdefaults__ = None
clock.Clock.watch.__defaults__ = (0.2,)
async def stuck(self): pass
clock.Clock._beat = stuck
""",
}

RUN = """
import sys
from incident_bot.cli import main
sys.argv[1:] = ["run"]
main()
"""


@HTTP
@pytest.mark.parametrize("part", BREAKS)
async def test_a_part_that_dies_ends_the_process(stage: Stage, part: str) -> None:
    """Not a shell that answers /healthz for ever: exit code 1 and a line, so that the supervisor
    starts it anew."""
    await stage.bot.stop()
    code = BREAKS[part] + RUN
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        cwd=stage.bot.folder,
        env=environment(os.environ, stage.bot.settings),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    [told] = [line for line in lines_of(error.decode()) if line["level"] == "critical"]
    assert told["part"] == part
    assert told["exception"] and "in words" not in error.decode().replace(code, "")
    assert "xoxb-standin" not in error.decode()


@HTTP
async def test_a_port_that_is_taken_is_told_before_slack_is_called(stage: Stage) -> None:
    """One line, exit code 2, and nothing was done in anybody's name."""
    await stage.bot.stop()
    stage.slack.calls.clear()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", stage.bot.port))
        taken.listen()
        code, printed = await stage.bot.cli("run")
    assert code == 2
    assert "Set HOST or PORT" in printed.splitlines()[-1]
    assert stage.slack.calls == []
