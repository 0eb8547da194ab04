"""Backups. A SQLite file is copied while the bot goes on; for PostgreSQL we say how.

The copy is of one moment: SQLite's backup works within one read transaction, which keeps no writer
waiting. It gets its name only when it is whole and was checked.
"""

import os
import shlex
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import URL

from incident_bot.store import engines
from incident_bot.store.errors import StoreError
from incident_bot.store.migrate import must_exist

_PAGES_AT_A_TIME = 1000
_BUSY_SECONDS = 5.0


class BackupFailed(Exception):
    """A file could not be read or written, or is damaged; nothing is left of the attempt."""


@dataclass(frozen=True)
class Commands:
    """Shell commands for PostgreSQL's own programs. No password is in them."""

    backup: str
    restore: str


def sqlite_file(url: str) -> Path | None:
    """The file of a plain URL; None for PostgreSQL. StoreError for a URL that is none."""
    return engines.sqlite_path(engines.parse(url))


def copy(source: Path, target: Path, *, force: bool, told: Callable[[int, int], None]) -> int:
    """Copies a SQLite database, in use or not, to a new file that only its owner may read; bytes.

    `force`: replaces a file that is there. `told` hears how many pages are done, and of how many.
    Raises StoreError when the target is in the way, BackupFailed when it did not work. Blocks:
    call it in a thread.
    """
    must_exist(source)
    _must_be_free(source, target, force)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy_pages(source, part, told)
        _check(part)
        _to_disk(part)
        _must_be_free(source, target, force)
        part.replace(target)
        _to_disk(target.parent)
        return target.stat().st_size
    except (OSError, sqlite3.Error) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise BackupFailed(f"The backup {target} could not be made: {words}.") from error
    finally:
        for beside in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                part.with_name(part.name + beside).unlink()


def _must_be_free(source: Path, target: Path, force: bool) -> None:
    if target.exists() and target.samefile(source):
        raise StoreError(f"{target} is the database itself. Choose another file with --out.")
    if target.is_dir():
        raise StoreError(f"{target} is a folder. Name a file in it with --out.")
    if target.exists() and not force:
        raise StoreError(f"{target} is there already. Choose another with --out, or use --force.")
    log = target.with_name(f"{target.name}-wal")
    if log.exists():  # SQLite would play it into whatever database stands beside it
        raise StoreError(
            f"{log.name} stands beside {target}, so that file is a database in use, or was. "
            "Choose another with --out."
        )
    if not target.parent.is_dir():
        raise StoreError(f"There is no folder {target.parent}. Make it, or choose another (--out).")


def _copy_pages(source: Path, part: Path, told: Callable[[int, int], None]) -> None:
    reading = f"file:{quote(str(source))}?mode=ro"
    with (
        closing(sqlite3.connect(reading, uri=True, timeout=_BUSY_SECONDS)) as there,
        closing(sqlite3.connect(part, timeout=_BUSY_SECONDS)) as here,
    ):
        # Within a read transaction the pages stay those of this moment. Without one, the copy
        # would begin anew with each write of the bot, and might never end.
        there.isolation_level = None
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        there.backup(
            here,
            pages=_PAGES_AT_A_TIME,
            progress=lambda _, left, whole: told(whole - left, whole),
            sleep=0.01,
        )


def _check(part: Path) -> None:
    with closing(sqlite3.connect(part)) as copied:
        copied.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        findings = copied.execute("PRAGMA integrity_check(5)").fetchall()
    found = [" ".join(row[0].split()) for row in findings]
    if found != ["ok"]:
        raise BackupFailed(
            f"The database is damaged, and so would be the backup: {'; '.join(found)}. "
            "Keep the last good backup; nothing was written."
        )


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def postgresql_commands(url: str, file: Path) -> Commands:
    """How to dump the database of a plain PostgreSQL URL into a file, and to bring it back."""
    parsed = engines.parse(url)
    where = [f"--{name}={value}" for name, value in _where(parsed).items()]
    before = [f"{name}={shlex.quote(value)}" for name, value in _environment(parsed).items()]
    backup = ["pg_dump", "--format=custom", f"--file={file}", *where]
    restore = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction"]
    return Commands(
        backup=" ".join([*before, shlex.join(backup)]),
        restore=" ".join([*before, shlex.join([*restore, *where, str(file)])]),
    )


def _where(url: URL) -> Mapping[str, Any]:
    given = {
        "host": url.query.get("host") or url.host,
        "port": url.port,
        "username": url.username,
        "dbname": url.database or url.username,
    }
    return {name: value for name, value in given.items() if value}


def _environment(url: URL) -> Mapping[str, str]:
    """What PostgreSQL's programs know no option for."""
    mode = url.query.get("sslmode") or url.query.get("ssl")
    root = url.query.get("sslrootcert")
    if root is not None and mode is None:
        mode = "verify-full"
    given = {"PGSSLMODE": mode, "PGSSLROOTCERT": root}
    return {name: str(value) for name, value in given.items() if value}
