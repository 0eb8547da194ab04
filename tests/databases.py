"""What tests do to a database behind the store's back, alike on both kinds."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what only a file has: its lock, its write-ahead log, its being a file."""

ONLY_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""For what only a server has: other writers, sessions that end, logins."""


def on_sqlite(url: str) -> bool:
    """True for the URL of a file."""
    return url.startswith("sqlite:")


def path_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def sql(url: str, *statements: str) -> list[Any]:
    """Runs statements, each committed; the rows of the last one."""
    if not on_sqlite(url):
        with ThreadPoolExecutor(1) as thread:  # a loop of its own
            return thread.submit(asyncio.run, _postgresql(url, statements)).result()
    connection = sqlite3.connect(path_of(url))
    try:
        rows: list[Any] = []
        for statement in statements:
            with connection:
                rows = connection.execute(statement).fetchall()
        return rows
    finally:
        connection.close()


async def _postgresql(url: str, statements: tuple[str, ...]) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=30)
    try:
        rows: list[Any] = []
        for statement in statements:
            rows = list(await connection.fetch(statement))
        return rows
    finally:
        await connection.close()


def tables(url: str) -> list[str]:
    """The names of all tables."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    if not on_sqlite(url):
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return [row[0] for row in sql(url, query)]


def traces(url: str, word: str) -> list[str]:
    """Where the text still is: files of SQLite, tables of PostgreSQL (what SQL can reach there)."""
    if on_sqlite(url):
        folder = path_of(url).parent
        return [path.name for path in folder.iterdir() if word.encode() in path.read_bytes()]
    found = []
    for table in tables(url):
        rows = [row[0] for row in sql(url, f'SELECT t::text FROM "{table}" AS t')]
        if any(word in row or word.encode().hex() in row for row in rows):
            found.append(table)
    return found


def take_away(url: str) -> None:
    """The tables are gone, and no connection will ever bring them back."""
    if on_sqlite(url):
        path_of(url).unlink()
        path_of(url).mkdir()
    else:
        sql(url, *(f'DROP TABLE "{table}" CASCADE' for table in tables(url)))
