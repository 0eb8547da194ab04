"""A PostgreSQL server: reached, new enough, writable for this user, and safe on the way."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from incident_bot.check.isolation import why
from incident_bot.check.report import Finding, fail, ok, warn
from incident_bot.check.sqlite_file import DATABASE
from incident_bot.config import is_loopback
from incident_bot.store import StoreError, StoreUnavailable, engines, migrate
from incident_bot.store.errors import opening

OLDEST = 13
"""The oldest major version that PostgreSQL's own people still care for, or did lately."""

_LOOK = text(
    """
    SELECT current_setting('server_version_num')::int AS version,
           current_setting('server_encoding') AS encoding,
           pg_is_in_recovery() AS standby,
           current_schema() AS schema,
           has_schema_privilege(current_schema(), 'CREATE') AS may_create,
           COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls
    """
)

Revision = str | None | StoreError
"""The tables' revision; None: there are none; or why it cannot be told."""


async def postgresql_checks(url: URL, seconds: float) -> tuple[list[Finding], Revision]:
    """What to say of the server, and the revision of the tables."""
    host = str(url.query.get("host") or url.host or "localhost")
    place = f"{host}:{url.port or 5432}/{url.database or ''}"
    network = "Is the server running, and may this machine reach it? Check DATABASE_URL."
    try:
        engine = engines.reader(url)
    except StoreError as error:
        return [fail(DATABASE, str(error))], None
    try:
        with opening():
            async with asyncio.timeout(seconds):
                seen, revision = await engines.looking(engine, _seen)
    except StoreError as error:
        return [fail(DATABASE, str(error))], None
    except StoreUnavailable as error:
        return [fail(DATABASE, f"PostgreSQL at {place}: {_words(error, seconds)}", network)], None
    finally:
        await engines.dispose(engine)
    local = host.startswith("/") or is_loopback(f"http://{host}")
    return [*server_findings(place, seen, local=local)], revision


def _words(error: StoreUnavailable, seconds: float) -> str:
    match error.__cause__:
        case TimeoutError():
            return f"no answer within {seconds:g} s"
        case socket.gaierror():
            return "the name of its host is not known here (DNS)"
        case OSError() as cause:
            return why(cause)
        case _:
            return str(error).removeprefix("the database did not answer: ")


def _seen(connection: Connection) -> tuple[Mapping[str, Any], Revision]:
    row = connection.execute(_LOOK).mappings().one()
    try:
        return {**row}, migrate.examine(connection)
    except StoreError as error:
        return {**row}, error


def server_findings(place: str, seen: Any, *, local: bool) -> list[Finding]:
    """What to say of the answers to `_LOOK`."""
    major = seen["version"] // 10000
    if seen["standby"]:
        fix = "Name the primary in DATABASE_URL."
        return [fail(DATABASE, f"PostgreSQL at {place} is a standby, which only reads", fix)]
    if seen["schema"] is None or not seen["may_create"]:
        fix = "Make the user the owner of the database, or GRANT ALL ON SCHEMA public to it."
        return [fail(DATABASE, f"PostgreSQL at {place}: this user may not create tables", fix)]
    if seen["encoding"] != "UTF8":
        told = f"PostgreSQL at {place}: its encoding {seen['encoding']} cannot hold every text"
        return [fail(DATABASE, told, "Create one with ENCODING 'UTF8' TEMPLATE template0.")]
    found = []
    if major < OLDEST:
        fix = f"Take {OLDEST} or newer."
        found.append(warn(DATABASE, f"PostgreSQL {major} is not tried with this program", fix))
    if not local and not seen["tls"]:
        found.append(
            warn(
                DATABASE,
                f"PostgreSQL {major} at {place}, without TLS: everything can be read on the way",
                "Add ?sslmode=verify-full to DATABASE_URL, or at least require.",
            )
        )
    way = "with TLS" if seen["tls"] else "on this machine"
    return found or [ok(DATABASE, f"PostgreSQL {major} at {place}, {way}; serves several bots")]
