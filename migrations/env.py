"""Alembic's entry: run by incident_bot.store.migrate, or by the `alembic` command for new scripts.

From code the connection comes in `config.attributes`; the command line reads DATABASE_URL.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from incident_bot.store import engines
from incident_bot.store.tables import METADATA


def migrate(connection: Connection) -> None:
    """Runs the scripts on this connection. Batch mode: SQLite cannot alter a table in place."""
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def from_command_line() -> None:
    """Connects to DATABASE_URL and runs the scripts there."""
    engine = engines.migrator(engines.parse(os.environ["DATABASE_URL"]))
    await engines.within(engine, migrate)
    await engines.dispose(engine)


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    asyncio.run(from_command_line())
