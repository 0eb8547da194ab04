"""Brings a database to this version's tables, with the scripts in migrations/.

All scripts that are missing run in one transaction, so a migration that breaks off leaves nothing.
What is half there all the same was half restored, or changed by hand: `examine` tells.
"""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from incident_bot.store import engines
from incident_bot.store.errors import StoreError, StoreMissing, brief, cut, opening, state_of
from incident_bot.store.refold import refold
from incident_bot.store.tables import METADATA

REVISIONS = ("0001", "0002", "0003")
"""Every revision there is, oldest first; numbered, so that a newer one is known as such."""
HEAD = REVISIONS[-1]

_LOCK_NUMBER = 4_620_311  # any number that no other program uses for its advisory lock
_TABLES = frozenset(METADATA.tables)
_RESTORE = (
    "Restore a whole backup into an empty database, or empty it to begin anew; "
    "until then nothing is changed here."
)


def folder() -> Path:
    """Where the scripts are: in the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / "_migrations", package.parent.parent / "migrations"):
        if (place / "env.py").is_file():
            return place
    raise StoreError("The migration scripts are not installed; install Incident Bot again.")


async def upgrade(url: str) -> tuple[str | None, str]:
    """Makes or updates the database at this plain URL: the revisions before (None: there were no
    tables) and after. Raises what `Store.open` does."""
    parsed = engines.parse(url)
    lock = await engines.hold(parsed)
    try:
        return await upgrade_held(parsed), HEAD
    finally:
        if lock is not None:
            lock.release()


async def upgrade_held(url: URL) -> str | None:
    """Makes or updates the tables in one transaction; replicas that start together take turns.

    A SQLite file's lock is the caller's. The revision before, None when there were no tables.
    """
    engine = engines.migrator(url)
    try:
        with opening():
            return await engines.within(engine, _upgrade)
    finally:
        await engines.dispose(engine)


def _upgrade(connection: Connection) -> str | None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        _must_be_unicode(connection)
    revision = examine(connection)
    if revision != HEAD:
        run_scripts(connection, revision)
        if revision is not None:
            refold(connection)
    return revision


def examine(connection: Connection) -> str | None:
    """The revision of the tables there are; None for an empty database.

    StoreError when the tables are of a newer version, half there, or another program's.
    """
    found = frozenset(inspect(connection).get_table_names())
    ours = sorted(found & _TABLES)
    if "alembic_version" not in found:
        if ours:
            raise StoreError(
                f"The database has tables of Incident Bot ({', '.join(ours)}), but the table "
                f"alembic_version, which says of which version they are, is missing. {_RESTORE}"
            )
        return None
    revisions = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    if not revisions:
        if ours:
            raise StoreError(
                f"The database has tables of Incident Bot ({', '.join(ours)}), but its table "
                f"alembic_version is empty, so of which version they are is not known. {_RESTORE}"
            )
        return None
    revision = _one_of_ours(revisions)
    if revision == HEAD:
        _must_be_whole(connection, found)
    return revision


def _one_of_ours(revisions: list[str]) -> str:
    if len(revisions) == 1:
        if revisions[0] in REVISIONS:
            return revisions[0]
        if re.fullmatch(r"\d{4}", revisions[0]) and revisions[0] > HEAD:
            raise StoreError(
                f"The database is of a newer version ({revisions[0]}) than this program ({HEAD}). "
                "Update the program."
            )
    raise StoreError(
        f"The database says it is of version {', '.join(map(repr, sorted(revisions)))}, which "
        "Incident Bot never had. Does DATABASE_URL name another program's database? If not: "
        + _RESTORE
    )


def _must_be_whole(connection: Connection, found: frozenset[str]) -> None:
    """Tables and the counter of this version; StoreError names what is missing."""
    if missing := sorted(_TABLES - found):
        tables = (
            f"table {missing[0]} is" if len(missing) == 1 else f"tables {', '.join(missing)} are"
        )
        raise StoreError(f"The database is of version {HEAD}, but its {tables} missing. {_RESTORE}")
    count = text("SELECT value FROM counter WHERE name = 'incident'")
    last = text("SELECT COALESCE(MAX(number), 0) FROM incident")
    value, number = connection.execute(count).scalar(), connection.execute(last).scalar_one()
    if value is None or value < number:
        raise StoreError(
            f"The database has an INC-{number}, but its table counter is behind that. {_RESTORE}"
            if number
            else f"The database's table counter is empty. {_RESTORE}"
        )


def _must_be_unicode(connection: Connection) -> None:
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"The PostgreSQL database has the encoding {encoding}, which cannot hold every text. "
            "Create one with ENCODING 'UTF8' TEMPLATE template0."
        )


def run_scripts(connection: Connection, revision: str | None = None) -> None:
    """Runs the scripts that are missing, in the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except DBAPIError as error:
        if cut(error) or (state_of(error) or "").startswith(("42501", "40", "53", "55", "57")):
            raise
        where = "a new database" if revision is None else f"version {revision}"
        raise StoreError(
            f"The migration from {where} to {HEAD} does not work: {brief(error)}. "
            "It was taken back whole, so the database is as it was."
        ) from error


def must_exist(path: Path | None) -> None:
    """StoreMissing when the SQLite file is not there."""
    if path is not None and not path.is_file():
        raise StoreMissing(
            f"There is no database at {path}. Start `incident-bot run` once, or set DATABASE_URL."
        )


async def must_be_current(engine: engines.AnyEngine) -> None:
    """StoreMissing when there are no tables or older ones, StoreError as `examine`."""
    with opening():
        revision = await engines.looking(engine, examine)
    if revision is None:
        raise StoreMissing("The database is empty. Start `incident-bot run` once.")
    if revision != HEAD:
        raise StoreMissing("The database is of an older version. Run `incident-bot db upgrade`.")
