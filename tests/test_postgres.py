"""The PostgreSQL of the tests: it ends with them, and its absence is told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import postgres

SERVES = """
import sys, time
from tests import postgres
with postgres.serve() as server:
    url = server.create()
    folder = server.run("SHOW data_directory")[0][0]
    print(server.run("SELECT 1", on=url)[0][0], server.url.port, folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def no_server_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if TEST_DATABASE_URL and REQUIRE_ALL were not set."""
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("REQUIRE_ALL", raising=False)


@pytest.mark.postgres
@pytest.mark.usefixtures("no_server_given", "postgresql")
def test_the_server_ends_when_the_tests_are_killed() -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", SERVES],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert tests.stdout is not None
    one, _, data = tests.stdout.readline().split()
    pid = int((Path(data) / "postmaster.pid").read_text().split()[0])
    assert one == "1"
    os.killpg(tests.pid, signal.SIGKILL)
    tests.wait()
    tests.stdout.close()
    end = time.monotonic() + 30
    while Path(data).parent.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not Path(data).parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.usefixtures("no_server_given")
def test_without_any_postgresql_tests_are_skipped_or_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_programs", lambda: None)
    with pytest.raises(pytest.skip.Exception, match="TEST_DATABASE_URL"), postgres.serve():
        pass
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="TEST_DATABASE_URL"), postgres.serve():
        pass
