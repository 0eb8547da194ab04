"""Who has unfinished work in which incident: rows kept in step with the state, so that nobody's
work has to be looked for in every incident there ever was."""

from sqlalchemy import Connection as SyncConnection, Delete, delete, insert, select

from incident_bot.domain.incident import Incident
from incident_bot.domain.parts import parts as parts_of
from incident_bot.store.connection import Connection
from incident_bot.store.tables import incidents, parts

_ADD = insert(parts)


async def follow(connection: Connection, before: Incident, after: Incident) -> None:
    """Writes them anew when they differ, in the transaction that changes the state. All of them: a
    replica of an older version leaves the rows as they are."""
    was, now = parts_of(before) if before.exists else frozenset(), parts_of(after)
    if was == now:
        return
    if before.exists:
        await connection.execute(_all_of(after.ref))
    if now:
        await connection.execute(_ADD, _rows(after.ref, now))


def refill(connection: SyncConnection, state: Incident) -> None:
    """Makes the rows of an incident what its state amounts to."""
    connection.execute(_all_of(state.ref))
    if found := parts_of(state):
        connection.execute(_ADD, _rows(state.ref, found))


async def read(connection: Connection, slack_id: str, limit: int) -> list[Incident]:
    """The incidents in which this person has unfinished work, newest first."""
    mine = select(parts.c.ref).where(parts.c.slack_id == slack_id)
    query = (
        select(incidents.c.state)
        .where(incidents.c.ref.in_(mine))
        .order_by(incidents.c.number.desc())
        .limit(limit)
    )
    return [Incident.model_validate(row["state"]) for row in await connection.rows(query)]


def _all_of(ref: str) -> Delete:
    return delete(parts).where(parts.c.ref == ref)


def _rows(ref: str, found: frozenset[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"ref": ref, "slack_id": slack_id, "kind": kind} for slack_id, kind in sorted(found)]
