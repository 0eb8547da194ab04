"""What came in and was handled: the same delivery again changes nothing."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from incident_bot.store.connection import Connection
from incident_bot.store.tables import inbox

KEEP_RAW_SECONDS = 30 * 86400.0


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
        return tuple(dict.fromkeys((self.id, *self.also)))


async def seen(connection: Connection, delivery: Delivery) -> Mapping[str, Any] | None:
    """The answer stored for this delivery, {} when it had none, None when it is new."""
    mine = select(inbox.c.main).where(
        inbox.c.source == delivery.source, inbox.c.id.in_(delivery.ids)
    )
    rows = await connection.execute(
        select(inbox.c.answer).where(inbox.c.source == delivery.source, inbox.c.id.in_(mine))
    )
    answers = rows.scalars().all()
    if not answers:
        return None
    return next((answer for answer in answers if answer), {})


async def remember(
    connection: Connection,
    delivery: Delivery,
    outcome: str,
    answer: Mapping[str, Any] | None,
) -> None:
    """Keeps that it was handled. An id that is already known breaks the transaction."""
    now = time.time()
    shared = {"source": delivery.source, "main": delivery.id, "received_at": now}
    rows: list[dict[str, Any]] = [
        {**shared, "id": each, "kind": delivery.kind, "outcome": outcome, "answer": None}
        for each in delivery.ids
    ]
    rows[0] |= {"raw": delivery.raw, "answer": dict(answer) if answer else None}
    await connection.execute(insert(inbox).values(rows[0]))
    if rows[1:]:
        await connection.execute(insert(inbox), rows[1:])


async def belongs_to(connection: Connection, delivery: Delivery, ref: str) -> None:
    """Notes which incident a delivery was about, so that a redaction finds it."""
    await connection.execute(
        update(inbox)
        .where(inbox.c.source == delivery.source, inbox.c.id.in_(delivery.ids))
        .values(ref=ref)
    )


async def forget_contents(connection: Connection, ids: Sequence[tuple[str, str]]) -> None:
    """Drops the raw bodies and answers of these (source, id); that they came stays known."""
    for source, delivery_id in ids:
        await connection.execute(
            update(inbox)
            .where(inbox.c.source == source, inbox.c.id == delivery_id)
            .values(raw=None, answer=None)
        )


async def expire(connection: Connection, before: float) -> int:
    """Drops raw bodies and answers received before this Unix time; how many."""
    done = await connection.execute(
        update(inbox)
        .where(inbox.c.received_at < before)
        .where(inbox.c.raw.is_not(None) | inbox.c.answer.is_not(None))
        .values(raw=None, answer=None)
    )
    return done.rowcount
