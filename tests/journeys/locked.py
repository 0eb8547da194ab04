"""A database that answers nobody for a while."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url


@asynccontextmanager
async def locked(database_url: str) -> AsyncIterator[None]:
    """Somebody else holds every table of the bot's database while the block runs."""
    if database_url.startswith("postgresql"):
        connection = await asyncpg.connect(database_url)
        holding = connection.transaction()
        await holding.start()
        await connection.execute("LOCK TABLE inbox, incident, entry, job IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            await holding.rollback()
            await connection.close()
        return
    other = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
