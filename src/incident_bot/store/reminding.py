"""When each incident's next reminder is due: asked by the clock, planned with every change."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Executable, bindparam, select, text, update

from incident_bot.domain.incident import Incident
from incident_bot.store.connection import Connection
from incident_bot.store.tables import NOT_OVER, REMINDED, incidents

_DUE = (
    select(incidents.c.ref)
    .where(text(REMINDED), incidents.c.remind_at <= bindparam("now"))
    .order_by(incidents.c.remind_at)
    .limit(bindparam("most"))
)
# Each by its index: those that are over and never reminded of are not looked at.
_PLANNED = tuple(select(incidents.c.ref).where(text(those)) for those in (NOT_OVER, REMINDED))
_PLAN = (
    update(incidents)
    .where(incidents.c.ref == bindparam("of"), incidents.c.last_seq == bindparam("seq"))
    .values(remind_at=bindparam("at"))
)


async def due(connection: Connection, now: float, most: int) -> list[str]:
    """The incidents whose reminder is due (`now`: Unix seconds of domain time), longest first."""
    rows = await connection.execute(_DUE, {"now": now, "most": most})
    return [str(ref) for ref in rows.scalars()]


async def planned(connection: Connection) -> list[str]:
    """The incidents that are not over, and those that have a reminder coming."""
    refs: dict[str, None] = {}
    for query in _PLANNED:
        refs |= dict.fromkeys((await connection.execute(query)).scalars())
    return list(refs)


async def states(connection: Connection, refs: Sequence[str]) -> Mapping[str, Incident]:
    """The states of these incidents, as far as there are."""
    query: Executable = select(incidents.c.state).where(incidents.c.ref.in_(refs))
    found = (Incident.model_validate(row["state"]) for row in await connection.rows(query))
    return {incident.ref: incident for incident in found}


async def plan(connection: Connection, incident: Incident, at: float | None) -> None:
    """Keeps when to look again; nothing when the incident has gone on meanwhile."""
    await connection.execute(_PLAN, {"of": incident.ref, "seq": incident.last_seq, "at": at})
