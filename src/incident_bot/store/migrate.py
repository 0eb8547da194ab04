"""Brings a database to this version's tables, with the scripts in migrations/."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from incident_bot.store import engines
from incident_bot.store.errors import StoreError, StoreMissing, unavailable

HEAD = "0001"
_LOCK_NUMBER = 4_620_311  # any number that no other program uses for its advisory lock


def folder() -> Path:
    """Where the scripts are: in the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / "_migrations", package.parent.parent / "migrations"):
        if (place / "env.py").is_file():
            return place
    raise StoreError("The migration scripts are not installed; install Incident Bot again.")


async def upgrade(url: str) -> None:
    """Makes or updates the database at this plain URL; takes the SQLite file's lock meanwhile."""
    parsed = engines.parse(url)
    path = engines.sqlite_path(parsed)
    with unavailable():
        lock = None if path is None else engines.ProcessLock(path)
    engine = engines.writer(parsed)
    try:
        await upgrade_engine(engine)
    finally:
        await engine.dispose()
        if lock is not None:
            lock.release()


async def upgrade_engine(engine: AsyncEngine) -> None:
    """Makes or updates the tables in one transaction; replicas that start together take turns."""
    with unavailable():
        async with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
            revision = await connection.run_sync(current)
            if revision == HEAD:
                return
            if revision is not None and revision > HEAD:
                raise StoreError(_newer(revision))
            await connection.run_sync(run_scripts)


def current(connection: Connection) -> str | None:
    """The revision of the tables there are; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def run_scripts(connection: Connection) -> None:
    """Runs the scripts that are missing, in the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def must_exist(path: Path | None) -> None:
    """StoreMissing when the SQLite file is not there."""
    if path is not None and not path.is_file():
        raise StoreMissing(
            f"There is no database at {path}. Start `incident-bot run` once, or set DATABASE_URL."
        )


async def must_be_current(engine: AsyncEngine) -> None:
    """StoreMissing when the tables are not this version's."""
    with unavailable():
        async with engine.connect() as connection:
            revision = await connection.run_sync(current)
    if revision is None:
        raise StoreMissing("The database is empty. Start `incident-bot run` once.")
    if revision < HEAD:
        raise StoreMissing("The database is of an older version. Run `incident-bot db upgrade`.")
    if revision > HEAD:
        raise StoreMissing(_newer(revision))


def _newer(revision: str) -> str:
    return f"The database is of a newer version ({revision}) than this program. Update the program."
