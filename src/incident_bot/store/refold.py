"""Folds every journal anew after a migration: a newer version may see more in the same entries."""

import structlog
from sqlalchemy import Connection, select, update

from incident_bot.domain.fold import fold
from incident_bot.store import journal, parts
from incident_bot.store.tables import entries, incidents

log = structlog.get_logger(__name__)

_TOLD_EVERY = 500


def refold(connection: Connection) -> int:
    """Brings the stored states in line with what their journals amount to now; how many changed."""
    query = select(incidents.c.ref).order_by(incidents.c.number)
    refs = connection.execute(query).scalars().all()
    changed = 0
    for done, ref in enumerate(refs, 1):
        changed += _refold(connection, ref)
        if done % _TOLD_EVERY == 0:
            log.info("journals are folded anew", done=done, of=len(refs))
    return changed


def _refold(connection: Connection, ref: str) -> bool:
    mine = incidents.c.ref == ref
    written = select(entries).where(entries.c.ref == ref).order_by(entries.c.seq)
    rows = connection.execute(written).mappings()
    state = fold(ref, [journal.entry_of(row) for row in rows])
    parts.refill(connection, state)
    values = journal.columns_of(state)
    if connection.execute(select(incidents.c.state).where(mine)).scalar_one() == values["state"]:
        return False
    connection.execute(update(incidents).where(mine).values(**values))
    return True
