"""The database: there, writable, and of this version. Nothing is written, and no lock is kept."""

import asyncio
import sqlite3
from urllib.parse import quote

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from incident_bot.check.postgresql import postgresql_checks
from incident_bot.check.report import Finding, Status, fail, ok, skip
from incident_bot.check.settings import Reading
from incident_bot.check.sqlite_file import DATABASE, file_findings, in_use
from incident_bot.config import Settings
from incident_bot.store import StoreError, engines, migrate
from incident_bot.store.errors import brief

MIGRATIONS = "database.migrations"
NAMES = (DATABASE, MIGRATIONS)


def migrations(revision: str | None) -> Finding:
    """What to say of the version of the tables (None: there are none yet)."""
    if revision is None:
        return ok(MIGRATIONS, f"empty; the first `incident-bot run` makes version {migrate.HEAD}")
    if revision == migrate.HEAD:
        return ok(MIGRATIONS, f"version {revision}, the program's own")
    return ok(
        MIGRATIONS, f"version {revision}; the next `incident-bot run` takes it to {migrate.HEAD}"
    )


async def database_checks(
    reading: Reading, settings: Settings, seconds: float, *, offline: bool
) -> list[Finding]:
    """All findings about the database; `seconds` is the patience with a server."""
    if not reading.usable("DATABASE_URL"):
        return [skip(name, "DATABASE_URL is missing or wrong, see settings") for name in NAMES]
    try:
        url = engines.parse(settings.database_url)
    except StoreError as error:
        return [fail(DATABASE, str(error)), skip(MIGRATIONS, "there is no database to look into")]
    if engines.sqlite_path(url) is not None:
        return await asyncio.to_thread(_sqlite, url)
    if offline:
        return [skip(name, "--offline, and PostgreSQL is over the network") for name in NAMES]
    found, revision = await postgresql_checks(url, seconds)
    if isinstance(revision, StoreError):
        return [*found, fail(MIGRATIONS, str(revision))]
    if any(one.status is Status.FAIL for one in found):
        return [*found, skip(MIGRATIONS, "the database is not reached")]
    return [*found, migrations(revision)]


def _sqlite(url: URL) -> list[Finding]:
    path = engines.sqlite_path(url)
    assert path is not None
    found = file_findings(path)
    if any(one.status is Status.FAIL for one in found):
        return [*found, skip(MIGRATIONS, "there is no database to look into")]
    if not path.exists() or path.stat().st_size == 0:
        return [*found, migrations(None)]
    # Read-only is not enough: SQLite would make its -wal and -shm files, and leave them there. A
    # file that nobody has open is complete without them, and `immutable` says so.
    nobody = in_use(path) is None and not path.with_name(path.name + "-wal").exists()
    where = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if nobody else ''}"
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(where, uri=True, timeout=2), poolclass=NullPool
    )
    try:
        with engine.connect() as connection:
            return [*found, migrations(migrate.examine(connection))]
    except StoreError as error:
        return [*found, fail(MIGRATIONS, str(error))]
    except (DBAPIError, sqlite3.Error) as error:
        return [
            *found,
            fail(
                MIGRATIONS,
                f"{path} cannot be read: {brief(error)}",
                "Is it a SQLite file? Restore a backup, or set DATABASE_URL to another place.",
            ),
        ]
    finally:
        engine.dispose()
