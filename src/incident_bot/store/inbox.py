"""What came in and was handled: the same delivery again changes nothing."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from incident_bot.store.connection import Connection
from incident_bot.store.tables import inbox
from incident_bot.store.texts import storable_text

KEEP_RAW_SECONDS = 30 * 86400.0

# Made once: to make a statement takes longer than to run it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_BY_ID = select(inbox.c.main).where(inbox.c.source == bindparam("of"), inbox.c.id.in_(_IDS))
_ANSWER = select(inbox.c.answer).where(inbox.c.source == bindparam("of"), inbox.c.id.in_(_IDS))
_DROP = delete(inbox).where(inbox.c.source == bindparam("of"), inbox.c.id.in_(_IDS))
_KEEP = insert(inbox)
_KEEP_NEW: Mapping[str, Executable] = {
    each.dialect.name: each.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id)
    for each in (sqlite, postgresql)
}
_ALONE = text("SELECT pg_advisory_xact_lock(n) FROM unnest(CAST(:numbers AS bigint[])) AS n")


@dataclass(frozen=True)
class Delivery:
    """One message from outside. `id` is unique within its `source`; `also` lists further ids that
    count as the same delivery. `raw` is the body as it came, kept 30 days."""

    source: str
    id: str
    also: tuple[str, ...] = ()
    raw: bytes | None = None
    kind: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id of it, each once, the main one first."""
        return tuple(dict.fromkeys(map(storable_text, (self.id, *self.also))))

    @property
    def lock_numbers(self) -> list[int]:
        """A number for each id, the same in every process, in one order."""
        names = [f"{self.source}\n{each}".encode() for each in self.ids]
        digests = [hashlib.blake2b(name, digest_size=8).digest() for name in names]
        return sorted(int.from_bytes(digest, signed=True) for digest in digests)


async def alone(connection: Connection, delivery: Delivery) -> None:
    """Waits until no other connection is at work on it; nobody else is until the unit ends."""
    if connection.on_postgresql:
        await connection.execute(_ALONE, {"numbers": delivery.lock_numbers})


async def seen(connection: Connection, delivery: Delivery) -> Mapping[str, Any] | None:
    """The answer stored for this delivery, {} when it had none, None when it is new.

    On PostgreSQL the same delivery may be at work on another connection: it is waited for, so that
    this one gets the same answer and not a refusal of what the other has just done.
    """
    await alone(connection, delivery)
    found = await connection.execute(_BY_ID, {"of": delivery.source, "ids": delivery.ids})
    mains = found.scalars().all()
    if not mains:
        return None
    found = await connection.execute(_ANSWER, {"of": delivery.source, "ids": mains})
    return next((answer for answer in found.scalars() if answer), {})


async def remember(
    connection: Connection,
    delivery: Delivery,
    outcome: str,
    answer: Mapping[str, Any] | None,
    ref: str | None,
) -> None:
    """Keeps that it was handled, and for which incident, so that a redaction finds it. An id that
    is already known breaks the transaction."""
    await connection.execute(_KEEP, _rows(delivery, outcome, answer, ref))


async def keep(connection: Connection, delivery: Delivery, outcome: str) -> bool:
    """Keeps a delivery that asks for nothing; False, and nothing is kept, when it was known.

    One at work on another connection is waited for by the database itself.
    """
    statement, kept = _KEEP_NEW[connection.driver.dialect], list[str]()
    for row in _rows(delivery, outcome, None, None):
        if (await connection.execute(statement, row)).scalar() is None:
            if kept:
                await connection.execute(_DROP, {"of": delivery.source, "ids": kept})
            return False
        kept.append(row["id"])
    return True


def _rows(
    delivery: Delivery, outcome: str, answer: Mapping[str, Any] | None, ref: str | None
) -> list[dict[str, Any]]:
    shared = {
        "source": delivery.source,
        "main": delivery.ids[0],
        "received_at": time.time(),
        "kind": storable_text(delivery.kind),
        "outcome": storable_text(outcome),
        "ref": ref,
        "raw": None,
        "answer": None,
    }
    rows: list[dict[str, Any]] = [{**shared, "id": each} for each in delivery.ids]
    rows[0] |= {"raw": delivery.raw, "answer": dict(answer) if answer else None}
    return rows


async def expire(connection: Connection, before: float) -> int:
    """Drops raw bodies and answers received before this Unix time; how many."""
    done = await connection.execute(
        update(inbox)
        .where(inbox.c.received_at < before)
        .where(inbox.c.raw.is_not(None) | inbox.c.answer.is_not(None))
        .values(raw=None, answer=None),
        slow=True,
    )
    return done.rowcount
