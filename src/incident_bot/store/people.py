"""People as Slack and PagerDuty described them, merged by any id or e-mail they share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from incident_bot.domain.people import Person
from incident_bot.store.connection import Connection
from incident_bot.store.tables import people
from incident_bot.store.texts import storable

_IDS = ("slack_id", "pagerduty_id")
_KEYS = (*_IDS, "email")


class KnownPerson(BaseModel):
    """Somebody with all that both sides told. `tz` is an IANA zone; `fetched_at` aware UTC."""

    model_config = ConfigDict(frozen=True)

    name: str
    handle: str | None = None
    slack_id: str | None = None
    pagerduty_id: str | None = None
    email: str | None = None
    tz: str = "UTC"
    title: str = ""
    fetched_at: datetime

    @property
    def person(self) -> Person:
        """As the journal remembers them."""
        return Person(
            name=self.name,
            handle=self.handle,
            slack_id=self.slack_id,
            pagerduty_id=self.pagerduty_id,
        )


def _of(row: RowMapping) -> KnownPerson:
    return KnownPerson.model_validate({k: row[k] for k in KnownPerson.model_fields})


async def find(
    connection: Connection,
    *,
    slack_id: str | None = None,
    pagerduty_id: str | None = None,
    email: str | None = None,
) -> KnownPerson | None:
    """The person with one of these ids (or e-mail, any case); None when nobody has."""
    wanted = {"slack_id": slack_id, "pagerduty_id": pagerduty_id, "email": _lower(email)}
    rows = await _matching(connection, wanted)
    return _of(rows[0]) if rows else None


async def called(connection: Connection, handle: str) -> list[KnownPerson]:
    """The people in Slack with this handle, in any case; two are enough to know that it is not
    clear who is meant."""
    query = select(people).where(
        people.c.slack_id.is_not(None), func.lower(people.c.handle) == handle.lower()
    )
    rows = await connection.execute(query.order_by(people.c.id).limit(2))
    return [_of(row) for row in rows.mappings()]


async def save(connection: Connection, known: KnownPerson) -> KnownPerson:
    """Keeps the newest word, joined with whoever shares an id or e-mail; what it became.

    Somebody with the same e-mail but another Slack or PagerDuty id is somebody else: the newest
    record gets the e-mail, the older one loses it.
    """
    new = storable(known.model_copy(update={"email": _lower(known.email)}))
    same: list[RowMapping] = []
    for row in await _matching(connection, {k: getattr(new, k) for k in _KEYS}, lock=True):
        if any(row[k] and getattr(new, k) and row[k] != getattr(new, k) for k in _IDS):
            shared = {k: None for k in _KEYS if row[k] and row[k] == getattr(new, k)}
            await connection.execute(
                update(people).where(people.c.id == row["id"]).values(**shared)
            )
        else:
            same.append(row)
            new = _joined(new, _of(row))
    values = new.model_dump()
    if not same:
        await connection.execute(insert(people).values(**values))
        return new
    for row in same[1:]:
        await connection.execute(delete(people).where(people.c.id == row["id"]))
    await connection.execute(update(people).where(people.c.id == same[0]["id"]).values(**values))
    return new


def _joined(new: KnownPerson, old: KnownPerson) -> KnownPerson:
    """The new record with the gaps filled from the old one."""
    gaps: dict[str, Any] = {k: getattr(new, k) or getattr(old, k) for k in (*_KEYS, "handle")}
    gaps["title"] = new.title or old.title
    gaps["tz"] = new.tz if new.tz != "UTC" or new.slack_id else old.tz
    return new.model_copy(update=gaps)


async def _matching(
    connection: Connection, wanted: dict[str, str | None], *, lock: bool = False
) -> Sequence[RowMapping]:
    """Rows that share a key, those by Slack id first."""
    tests = [people.c[k] == v for k, v in wanted.items() if v]
    if not tests:
        return []
    query = select(people).where(or_(*tests)).order_by(people.c.id)
    rows = await connection.execute(query.with_for_update() if lock else query)
    found = rows.mappings().all()
    return sorted(found, key=lambda row: row["slack_id"] != (wanted["slack_id"] or object()))


def _lower(email: str | None) -> str | None:
    return email.strip().lower() if email and email.strip() else None
