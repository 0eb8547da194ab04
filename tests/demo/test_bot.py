"""The bot's process: its environment, its readiness, its end."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incident_bot.demo import bot as bots
from incident_bot.demo.bot import Bot, DemoError, environment, free_port

READY = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ["READYZ"]))
        self.end_headers()
        self.wfile.write(b"migrating")
    def do_POST(self):
        now = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["now"]
        good = self.headers["X-Demo-Clock"] == os.environ["INCIDENT_BOT_DEMO_CLOCK"]
        print("clock", now, good, file=sys.stderr, flush=True)
        self.send_response(200 if good and now.startswith("2025") else 400)
        self.end_headers()
        self.wfile.write(b"no such year")

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answers).serve_forever()
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the interpreter: runs `program.py` beside it, whatever it is asked to run."""
    script = tmp_path / "program.py"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n')
    python.chmod(0o755)
    monkeypatch.setattr(bots.sys, "executable", str(python))
    return script


def test_nothing_of_another_bot_or_a_proxy_reaches_the_child() -> None:
    mine = {
        "PATH": "/bin",
        "SLACK_APP_TOKEN": "xapp-real",
        "PAGERDUTY_API_TOKEN": "real",
        "INCIDENT_BOT_CONFIG": "real.toml",
        "DATABASE_URL": "postgresql://real",
        "HTTPS_PROXY": "http://proxy",
        "PYTHONPATH": "more",
    }
    given = environment(mine, {"SLACK_BOT_TOKEN": "xoxb-demo"})
    assert given.pop("PYTHONPATH").endswith(f"{os.pathsep}more")
    assert given == {"PATH": "/bin", "NO_PROXY": "*", "SLACK_BOT_TOKEN": "xoxb-demo"}


async def test_it_is_ready_takes_the_time_and_ends(program: Path) -> None:
    program.write_text(READY)
    async with Bot(free_port(), {"READYZ": "200"}) as bot:
        await bot.set_clock(datetime(2025, 10, 27, 14, 23, tzinfo=UTC))
        assert "clock 2025-10-27T14:23:00Z True" in bot.log_tail()
        with pytest.raises(DemoError, match=r"did not take the time 1999.*: 400 no such year"):
            await bot.set_clock(datetime(1999, 1, 1, tzinfo=UTC))
        process = bot._process
        folder = Path(bot.database_url.removeprefix("sqlite:///")).parent
        assert folder.is_dir()
    assert process is not None
    assert process.returncode == -signal.SIGTERM
    assert not folder.exists()


async def test_a_bot_that_ends_at_once_is_shown_with_its_last_words(program: Path) -> None:
    program.write_text("import sys; sys.exit('SLACK_BOT_TOKEN is wrong: put it right')")
    with pytest.raises(DemoError) as caught:
        async with Bot(free_port(), {}):
            pass
    assert "ended by itself with exit code 1" in str(caught.value)
    assert "SLACK_BOT_TOKEN is wrong: put it right" in str(caught.value)


async def test_a_bot_that_is_never_ready_is_given_up_and_ended(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bots, "READY_SECONDS", 1.5)
    program.write_text(READY)
    bot = Bot(free_port(), {"READYZ": "503"})
    with pytest.raises(DemoError, match=r"not ready within 1.5 s \(/readyz: 503 migrating\)"):
        async with bot:
            pass
    assert bot._process is not None
    assert bot._process.returncode is not None


async def test_a_bot_that_will_not_end_is_killed(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bots, "STOP_SECONDS", 0.1)
    program.write_text("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + READY)
    async with Bot(free_port(), {"READYZ": "200"}) as bot:
        process = bot._process
    assert process is not None
    assert process.returncode == -signal.SIGKILL


async def test_it_is_ended_when_the_demo_is_cancelled(program: Path) -> None:
    program.write_text(READY)
    bot, ready = Bot(free_port(), {"READYZ": "200"}), asyncio.Event()

    async def demo() -> None:
        async with bot:
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(demo())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bot._process is not None
    assert bot._process.returncode is not None
