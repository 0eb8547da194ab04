"""`run_demo` as a whole: its exit codes, and the real bot through the built-in incident."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from incident_bot.demo import bot as bots, run_demo


async def test_a_scenario_that_cannot_be_read_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_demo(tmp_path / "nowhere.yaml", tmp_path / "out") == 2
    assert "The demo stopped: " in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


async def test_a_folder_that_cannot_be_made_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert await run_demo(None, tmp_path / "file") == 2
    assert "file: File exists" in capsys.readouterr().out


async def test_a_bot_that_does_not_start_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no luck >&2\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(bots.sys, "executable", str(python))
    assert await run_demo(None, tmp_path / "out") == 1
    told = capsys.readouterr().out
    assert "exit code 3; its last words:" in told
    assert "no luck" in told


@pytest.mark.journey
async def test_the_built_in_incident_ends_with_a_complete_postmortem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = await run_demo(None, tmp_path)
    told = capsys.readouterr().out
    assert code == 0, told
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "postmortem-INC-1.md",
        "timeline-INC-1.md",
    ]
    assert "alert to invitation" in told
    document = (tmp_path / "postmortem-INC-1.md").read_text()
    assert re.findall(r"ENG-12\d\d", document) == [f"ENG-{number}" for number in range(1234, 1248)]
    for slip in ("back to v2.3.4", "promptly", "immediately", "3.24", "No cascading"):
        assert slip not in document


@pytest.mark.journey
async def test_a_refused_step_stops_the_demo_and_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        """
        title: A mistake
        date: 2025-10-27
        people: [{handle: ana, name: Ana Lima, email: ana@example.com}]
        service: Checkout
        escalation_policy: Checkout on-call
        on_call: [ana]
        steps:
          - {at: "09:00", alert: {title: Checkout is down}}
          - {at: "09:02", say: {by: ana, text: role dancer}}
        """
    )
    assert await run_demo(scenario, tmp_path / "out") == 1
    told = capsys.readouterr().out
    assert "step 2 (2025-10-27 09:02 UTC, say by @ana): /incident role dancer" in told
    assert "The bot refused: " in told


@pytest.mark.journey
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_signal_ends_the_demo_and_its_bot(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    scenario = tmp_path / "mine.yaml"
    scenario.write_text(
        """
        title: Nothing yet
        date: 2025-10-27
        people: [{handle: ana, name: Ana Lima, email: ana@example.com}]
        service: Checkout
        escalation_policy: Checkout on-call
        on_call: [ana]
        steps:
          - {at: "09:00", say: {by: ana, text: list, channel: incidents}}
        """
    )
    program = (
        "import asyncio, pathlib, sys; from incident_bot.demo import run_demo; "
        "here = pathlib.Path(sys.argv[1]); "
        "sys.exit(asyncio.run(run_demo(here / 'mine.yaml', here / 'out', keep=True)))"
    )
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert demo.stdout is not None
    told = ""
    while "timeline INC-1" not in told:
        line = (await demo.stdout.readline()).decode()
        assert line, told
        told += line
    database = re.search(r"sqlite:///(\S+)", told)
    assert database is not None
    folder = Path(database[1]).parent
    assert folder.is_dir()
    demo.send_signal(number)
    rest = (await demo.stdout.read()).decode()
    assert await demo.wait() == code
    assert "Stopped." in rest
    assert not folder.exists()
