"""The unit for systemd: known to it, closed where it can be, and in step with the bot."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from incident_bot.app import DRAIN_SECONDS
from incident_bot.cli import app
from incident_bot.cli.output import WRONG
from tests.deploy import settings
from tests.deploy.dockerfile import ROOT

UNIT = ROOT / "deploy" / "systemd" / "incident-bot.service"


def service() -> dict[str, list[str]]:
    """The [Service] section: each directive with all of its values."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#") and section == "[Service]":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


SERVICE = service()


@pytest.fixture
def analyze() -> str:
    """systemd's own checker (Debian package systemd); a running systemd is not needed."""
    found = shutil.which("systemd-analyze")
    if found is None:
        if os.environ.get("REQUIRE_ALL"):
            pytest.fail("systemd-analyze is not installed")
        pytest.skip("systemd-analyze is not installed")
    return found


def verify(analyze: str, unit: Path, text: str) -> str:
    """What systemd has to say of it; empty when nothing. The program must exist, so one is put."""
    program = SERVICE["ExecStart"][0].split()[0]
    unit.write_text(text.replace(program, shutil.which("true") or "/bin/true"), encoding="utf-8")
    result = subprocess.run(
        [analyze, "verify", "--man=no", str(unit)], check=False, capture_output=True, text=True
    )
    said = "".join(
        line + "\n"
        for line in (result.stdout + result.stderr).splitlines()
        if unit.name in line  # not what this machine's own units are told
    )
    assert result.returncode == 0 or said, result.stdout + result.stderr
    return said


def test_systemd_has_nothing_to_say_of_it(analyze: str, tmp_path: Path) -> None:
    assert verify(analyze, tmp_path / UNIT.name, UNIT.read_text(encoding="utf-8")) == ""


def test_a_directive_that_systemd_does_not_know_is_found(analyze: str, tmp_path: Path) -> None:
    wrong = UNIT.read_text(encoding="utf-8").replace("TimeoutStopSec", "TimeoutStopSecs")
    assert "TimeoutStopSecs" in verify(analyze, tmp_path / UNIT.name, wrong)


def test_systemd_calls_its_exposure_low(analyze: str) -> None:
    result = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", "--no-pager", str(UNIT)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-500:] + result.stderr


def test_it_starts_a_command_that_there_is() -> None:
    program, *words = SERVICE["ExecStart"][0].split()
    assert program == "/opt/incident-bot/bin/incident-bot"
    assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


def test_a_wrong_configuration_is_not_tried_again() -> None:
    assert SERVICE["Restart"] == ["on-failure"]
    assert SERVICE["RestartPreventExitStatus"] == [str(WRONG)]


def test_it_is_given_the_time_that_stopping_takes() -> None:
    assert SERVICE["KillSignal"] == ["SIGTERM"]
    assert float(SERVICE["TimeoutStopSec"][0]) > 2 * DRAIN_SECONDS


def test_its_paths_fit_together() -> None:
    """With ProtectSystem=strict nothing can be written but the state directory."""
    assert SERVICE["ProtectSystem"] == ["strict"]
    (state,) = SERVICE["StateDirectory"]
    (configuration,) = SERVICE["ConfigurationDirectory"]
    assert SERVICE["WorkingDirectory"] == [f"/etc/{configuration}"]
    assert SERVICE["EnvironmentFile"] == [f"/etc/{configuration}/incident-bot.env"]
    (assignment,) = SERVICE["Environment"]
    name, url = assignment.split("=", 1)
    assert name in settings.READ
    bot = settings.check_filled_in(ROOT / ".env.example", {name: url})
    assert bot.database_url == f"sqlite:////var/lib/{state}/incident-bot.db"
    assert bot.host == "127.0.0.1"
    assert "DATABASE_URL" not in settings.read(ROOT / ".env.example"), "it would win, being empty"


@pytest.mark.skipif(sys.platform != "linux", reason="a fence of Linux")
def test_the_bot_can_do_without_memory_that_is_written_and_run() -> None:
    """MemoryDenyWriteExecute: the same prctl that newer systemd uses, on all that `run` imports."""
    assert SERVICE["MemoryDenyWriteExecute"] == ["yes"]
    code = (
        "import ctypes, sys\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.prctl(65, 1, 0, 0, 0) != 0: sys.exit(77)\n"  # PR_SET_MDWE, Linux 6.3
        "import incident_bot.app, asyncpg, sqlite3\n"
    )
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    if result.returncode == 77:
        pytest.skip("this kernel is older than 6.3")
    assert result.returncode == 0, result.stderr.decode()


def test_the_guides_credentials_are_understood(analyze: str, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
    (more,) = re.findall(r"^```ini\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    assert more.startswith("[Service]\nLoadCredential=")
    text = UNIT.read_text(encoding="utf-8") + "\n" + more
    assert verify(analyze, tmp_path / UNIT.name, text) == ""
