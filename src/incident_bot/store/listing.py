"""Incidents for a list: filtered in the database, newest first, a page at a time."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, text

from incident_bot.domain.incident import Incident
from incident_bot.domain.wanted import Wanted
from incident_bot.store.connection import Connection
from incident_bot.store.tables import NOT_OVER, incidents

PRIVATE = 200
"""So many of the newest private incidents that fit are looked at, whether one may know of them."""


async def read(
    connection: Connection,
    wanted: Wanted,
    knows: Callable[[Incident], bool],
    *,
    offset: int,
    limit: int,
) -> list[Incident]:
    """Public incidents, and the private ones of which `knows` says so."""
    private = await _read(connection, wanted, incidents.c.private, 0, PRIVATE)
    known = [incident.ref for incident in private if knows(incident)]
    seen = or_(incidents.c.private.is_(False), incidents.c.ref.in_(known))
    return await _read(connection, wanted, seen, offset, limit)


async def _read(
    connection: Connection, wanted: Wanted, seen: ColumnElement[bool], offset: int, limit: int
) -> list[Incident]:
    query = _conditions(wanted, select(incidents.c.state)).where(seen)
    page = query.order_by(incidents.c.number.desc()).offset(offset).limit(limit)
    rows = await connection.rows(page)
    return [Incident.model_validate(row["state"]) for row in rows]


def _conditions(wanted: Wanted, query: Select[tuple[object]]) -> Select[tuple[object]]:
    if not wanted.everything:
        query = query.where(text(NOT_OVER))  # as the index has it
    if wanted.severities:
        query = query.where(incidents.c.severity.in_([int(s) for s in wanted.severities]))
    if wanted.service:
        query = query.where(_has(incidents.c.service, wanted.service))
    for word in wanted.words:
        query = query.where(_has(incidents.c.title, word))
    return query


def _has(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """The column has the part in it, in any case. SQLite knows the case of ASCII letters only:
    of others the usual ways to write a word are tried."""
    written = {part, part.lower(), part.upper(), part.capitalize()}
    ways = [part] if part.isascii() else sorted(written)
    return or_(*(column.icontains(way, autoescape=True) for way in ways))
