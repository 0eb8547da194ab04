"""`incident-bot db upgrade | check | backup` as an operator uses them, on both databases."""

import asyncio
import json
import os
import resource
import shlex
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from incident_bot.domain import commands as c
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.store import Store, backup, migrate
from tests.databases import ONLY_SQLITE, path_of, sql, tables
from tests.postgres import Server, absent

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


class Operator:
    """Somebody at a shell, in a folder of their own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    async def types(self, *words: str) -> tuple[int, str, str]:
        """Runs `incident-bot WORDS`: exit code, standard output, standard error."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "incident_bot.cli",
            *words,
            cwd=self.folder,
            env={**os.environ, "DATABASE_URL": self.url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        return process.returncode or 0, out.decode(), error.decode()


@pytest.fixture
def operator(database_url: str, tmp_path: Path) -> Operator:
    """An operator with an empty database."""
    folder = tmp_path / "shell"
    folder.mkdir()
    return Operator(folder, database_url)


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Service]:
    """A bot at work on that database: INC-1 is open, and has been written to."""
    store = await Store.open(database_url)
    service = Service(store, Policy())
    await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    await write(service, 3)
    yield service
    await store.close()


async def write(service: Service, lines: int) -> None:
    """Somebody logs so many lines in INC-1."""
    for n in range(lines):
        await service.handle(c.LogEntry(actor=ALICE, headline=f"line {n}"), ref="INC-1")


# upgrade


async def test_upgrade_says_what_it_did(operator: Operator) -> None:
    head = migrate.HEAD
    assert await operator.types("db", "upgrade") == (
        0,
        f"The tables were made (version {head}).\n",
        "",
    )
    code, out, _ = await operator.types("db", "upgrade")
    assert (code, out) == (0, f"The database was up to date (version {head}).\n")
    assert "incident" in tables(operator.url)


@pytest.mark.parametrize("command", ["upgrade", "check"])
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer version (9999)"),
        ("DROP TABLE alembic_version", "alembic_version, which says"),
        ("DROP TABLE entry", "its table entry is missing. Restore a whole backup"),
    ],
)
async def test_half_a_database_ends_in_one_line_and_two(
    operator: Operator, command: str, damage: str, words: str
) -> None:
    await migrate.upgrade(operator.url)
    sql(operator.url, damage)
    code, out, error = await operator.types("db", command)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert error.startswith("incident-bot: The database ")
    assert words in error


# check


async def test_check_counts_the_journals_beside_a_running_bot(
    operator: Operator, service: Service
) -> None:
    assert await operator.types("db", "check") == (0, "1 journal verified.\n", "")
    await service.handle(c.Declare(actor=ALICE, title="Search is slow"))
    code, out, _ = await operator.types("db", "check", "--json")
    assert (code, json.loads(out)) == (0, {"journals": 2, "findings": []})


async def test_check_names_what_was_tampered_with(operator: Operator, service: Service) -> None:
    await service.handle(c.Declare(actor=ALICE, title="Search is slow"))
    sql(operator.url, "DELETE FROM entry WHERE ref = 'INC-1' AND seq = 2")
    code, out, error = await operator.types("db", "check")
    assert (code, error) == (1, "")
    assert out == "INC-1 entry 3: entry 2 is missing\n2 journals checked, 1 of them broken.\n"
    code, out, _ = await operator.types("db", "check", "--json")
    finding = {"ref": "INC-1", "message": "INC-1 entry 3: entry 2 is missing"}
    assert (code, json.loads(out)) == (1, {"journals": 2, "findings": [finding]})


async def test_check_of_an_empty_database_says_how_to_begin(operator: Operator) -> None:
    code, out, error = await operator.types("db", "check")
    assert (code, out) == (2, "")
    assert "incident-bot run" in error


# backup of SQLite


@ONLY_SQLITE
async def test_a_backup_of_a_bot_at_work_is_whole(operator: Operator, service: Service) -> None:
    """Written to all the while: the copy is of one moment, opens, and verifies."""
    done = asyncio.Event()

    async def goes_on() -> None:
        while not done.is_set():
            await write(service, 1)

    async def back_up() -> tuple[int, str, str]:
        try:
            return await operator.types("db", "backup", "--out", "copy.db", "--json")
        finally:
            done.set()

    (code, out, error), _ = await asyncio.gather(back_up(), goes_on())
    copy = operator.folder / "copy.db"
    assert (code, error) == (0, "")
    assert json.loads(out) == {"file": str(copy), "bytes": copy.stat().st_size}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in operator.folder.iterdir()] == ["copy.db"]

    restored = await Store.open(f"sqlite:///{copy}")
    assert await restored.verify("INC-1") is None
    assert 4 <= len(await restored.journal("INC-1")) <= len(await service.store.journal("INC-1"))
    await Service(restored, Policy()).handle(c.Resolve(actor=ALICE), ref="INC-1")
    await restored.close()


@ONLY_SQLITE
async def test_a_copy_in_many_steps_is_of_one_moment(
    service: Service, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step waits until the bot has written again; the copy neither begins anew nor sees it."""
    await write(service, 30)
    before = len(await service.store.journal("INC-1"))
    monkeypatch.setattr(backup, "_PAGES_AT_A_TIME", 1)
    loop, steps = asyncio.get_running_loop(), []

    def told(done: int, whole: int) -> None:
        steps.append((done, whole))
        if len(steps) % 10 == 1:
            asyncio.run_coroutine_threadsafe(write(service, 1), loop).result()

    target = tmp_path / "copy.db"
    await asyncio.to_thread(backup.copy, path_of(database_url), target, force=False, told=told)
    assert steps[-1][0] == steps[-1][1] == len(steps), "no step was done twice"
    assert len(steps) > 10
    copied = await Store.open_readonly(f"sqlite:///{target}")
    assert len(await copied.journal("INC-1")) == before
    assert await copied.verify("INC-1") is None
    await copied.close()
    assert len(await service.store.journal("INC-1")) > before


@ONLY_SQLITE
async def test_a_backup_has_a_name_by_its_time(operator: Operator, service: Service) -> None:
    code, out, _ = await operator.types("db", "backup")
    (copy,) = operator.folder.iterdir()
    assert code == 0
    assert out.startswith(f"{copy} (")
    assert copy.match("incident-bot-[0-9]*T[0-9]*Z.db")


@ONLY_SQLITE
async def test_nothing_is_overwritten_unasked(operator: Operator, service: Service) -> None:
    copy = operator.folder / "copy.db"
    copy.write_text("the only good one")
    code, _, error = await operator.types("db", "backup", "--out", "copy.db")
    assert (code, copy.read_text()) == (2, "the only good one")
    assert "copy.db is there already" in error
    code, _, _ = await operator.types("db", "backup", "--out", "copy.db", "--force")
    assert code == 0
    assert sql(f"sqlite:///{copy}", "SELECT ref FROM incident") == [("INC-1",)]


@ONLY_SQLITE
async def test_places_that_would_do_harm_are_refused(operator: Operator, service: Service) -> None:
    database = path_of(operator.url)
    (operator.folder / "other.db-wal").write_bytes(b"pages of another database")
    for out, words in (
        (str(database), "is the database itself"),
        (".", "is a folder"),
        ("nowhere/copy.db", "There is no folder"),
        ("other.db", "other.db-wal stands beside"),
    ):
        code, _, error = await operator.types("db", "backup", "--force", "--out", out)
        assert (code, error.count("\n")) == (2, 1)
        assert words in error
    assert await service.store.verify("INC-1") is None


@ONLY_SQLITE
async def test_a_backup_of_nothing_or_of_rubbish_leaves_nothing(operator: Operator) -> None:
    code, _, error = await operator.types("db", "backup")
    assert (code, error.count("\n")) == (2, 1)
    assert "There is no database at" in error
    path_of(operator.url).write_bytes(b"no database at all" * 100)
    code, _, error = await operator.types("db", "backup")
    assert (code, error.count("\n")) == (1, 1)
    assert "could not be made: file is not a database" in error
    assert list(operator.folder.iterdir()) == []


@ONLY_SQLITE
async def test_a_disk_that_fills_up_keeps_nothing_of_a_backup(operator: Operator) -> None:
    """What is left would take the last of the room, and it is hidden."""
    await migrate.upgrade(operator.url)
    sql(
        operator.url,
        "INSERT INTO inbox (source, id, main, kind, outcome, received_at, raw)"
        " VALUES ('x', '1', '1', '', '', 0, zeroblob(3000000))",
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # as full: files end there
    try:
        code, _, error = await operator.types("db", "backup")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (code, error.count("\n")) == (1, 1)
    assert "could not be made" in error
    assert list(operator.folder.iterdir()) == []


@ONLY_SQLITE
async def test_a_damaged_database_makes_no_backup(operator: Operator) -> None:
    await migrate.upgrade(operator.url)
    sql(  # an index that nobody knows any more: its pages belong to nothing
        operator.url,
        "PRAGMA writable_schema = ON",
        "DELETE FROM sqlite_master WHERE name = 'ix_job_ref'",
    )
    code, _, error = await operator.types("db", "backup")
    assert (code, error.count("\n")) == (1, 1)
    assert "is damaged" in error
    assert list(operator.folder.iterdir()) == []


# backup of PostgreSQL

ODD_URL = "postgresql://o'hara:hunter2@db.example.com:5433/in%20cident?sslmode=require"


async def test_the_commands_are_quoted_and_name_no_password(tmp_path: Path) -> None:
    operator = Operator(tmp_path, ODD_URL)
    code, out, error = await operator.types("db", "backup", "--out", "my copy.dump")
    assert (code, error) == (0, "")
    assert "hunter2" not in out
    assert "PGPASSWORD" in out and ".pgpass" in out
    (command,) = [line for line in out.splitlines() if not line.startswith("#")]
    assert shlex.split(command) == [
        "PGSSLMODE=require",
        "pg_dump",
        "--format=custom",
        "--file=my copy.dump",
        "--host=db.example.com",
        "--port=5433",
        "--username=o'hara",
        "--dbname=in cident",
    ]
    _, as_json, _ = await operator.types("db", "backup", "--json")
    commands = json.loads(as_json)
    assert commands["restore"].startswith("PGSSLMODE=require pg_restore --clean --if-exists")
    assert "hunter2" not in as_json


def version_of(program: Path) -> str:
    """What it says of itself, the minor version cut off; nothing when it is not there."""
    if not program.exists():
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split(".")[0]


@pytest.mark.postgres
async def test_the_printed_commands_make_a_backup_and_bring_it_back(
    postgresql: Server, postgresql_url: str, tmp_path: Path
) -> None:
    """As printed, through a shell, while the bot is at work."""
    programs = postgresql.bin
    server = postgresql.run("SHOW server_version")[0][0].split(".")[0]
    if programs is None or server not in version_of(programs / "pg_dump"):
        absent(f"no pg_dump of version {server} here")
    store = await Store.open(postgresql_url)
    service = Service(store, Policy())
    await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    await write(service, 3)
    operator = Operator(tmp_path, postgresql_url)
    code, out, _ = await operator.types("db", "backup", "--json", "--out", "copy.dump")
    assert code == 0
    commands = json.loads(out)
    password = make_url(postgresql_url).password
    env = {**os.environ, "PGPASSWORD": str(password)}
    env["PATH"] = f"{programs}{os.pathsep}{env['PATH']}"

    def shell(command: str) -> None:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    await asyncio.to_thread(shell, commands["backup"])
    await write(service, 2)  # after the backup
    await store.close()
    await asyncio.to_thread(shell, commands["restore"])

    restored = await Store.open(postgresql_url)
    assert len(await restored.journal("INC-1")) == 4
    assert await restored.verify("INC-1") is None
    await Service(restored, Policy()).handle(c.Resolve(actor=ALICE), ref="INC-1")
    await restored.close()
