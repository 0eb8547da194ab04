"""The journal in the database: append, read, blank, and prove."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.engine import RowMapping

from incident_bot.domain import chain, entries as e
from incident_bot.domain.decision import NewEntry
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Actor
from incident_bot.store.connection import Connection
from incident_bot.store.tables import entries, incidents

AT_ONCE = 200
"""Entries whose making nobody notices (10 ms); more are made in a thread."""


def incident_query() -> Select[Any]:
    """The columns that `incident_of` needs."""
    return select(incidents.c.state, incidents.c.last_hash, incidents.c.last_seq)


def incident_of(row: RowMapping) -> Incident:
    """The stored state as a domain object."""
    return Incident.model_validate(row["state"])


def columns_of(state: Incident) -> dict[str, Any]:
    """What the incident table repeats of the state for its indexes, but for the group."""
    return {
        "status": str(state.status),
        "severity": int(state.severity),
        "private": state.private,
        "title": state.title,
        "service": state.service,
        "channel_id": state.room.channel_id if state.room else None,
        "last_seq": state.last_seq,
        "state": state.model_dump(mode="json"),
    }


async def read(connection: Connection, ref: str) -> list[tuple[e.Entry, chain.Link]]:
    """The whole journal with its links, in recorded order."""
    query = select(entries).where(entries.c.ref == ref).order_by(entries.c.seq)
    rows = await connection.rows(query)
    if len(rows) <= AT_ONCE:
        return _read(rows)
    return await connection.run(asyncio.to_thread(_read, rows))


def _read(rows: Sequence[RowMapping]) -> list[tuple[e.Entry, chain.Link]]:
    return [(entry_of(row), _link(row)) for row in rows]


def entry_of(row: RowMapping) -> e.Entry:
    """A stored row as an entry."""
    return e.Entry.model_validate(
        {
            "seq": row["seq"],
            "occurred_at": row["occurred_at"],
            "recorded_at": row["recorded_at"],
            "actor": row["actor"],
            "body": row["body"],
            "supersedes": row["supersedes"],
            "reason": row["reason"],
            "redacted": row["redacted"],
        }
    )


def _link(row: RowMapping) -> chain.Link:
    return chain.Link(salt=row["salt"], body_digest=row["digest"], hash=row["hash"])


def compose(new: Sequence[NewEntry], after: int, actor: Actor, now: datetime) -> list[e.Entry]:
    """Entries with their numbers and clocks. `now` is aware; ValueError for a naive time."""
    return [
        e.Entry(
            seq=seq,
            occurred_at=_utc(each.occurred_at),
            recorded_at=_utc(now),
            actor=actor,
            body=each.body,
            supersedes=each.supersedes,
            reason=each.reason,
        )
        for seq, each in enumerate(new, after + 1)
    ]


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone cannot be recorded: {moment}")
    return moment.astimezone(UTC)


def linked(ref: str, new: Sequence[e.Entry], previous: str) -> tuple[list[dict[str, Any]], str]:
    """Rows that follow the link `previous`, and the hash of the last of them."""
    rows: list[dict[str, Any]] = []
    for entry in new:
        link = chain.make_link(previous, ref, entry, secrets.token_hex(16))
        rows.append({"ref": ref, **_columns(entry), **_link_columns(link)})
        previous = link.hash
    return rows, previous


async def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes what `linked` made."""
    if rows:
        await connection.execute(insert(entries), rows)


def _columns(entry: e.Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "kind": entry.body.kind,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "actor": entry.actor.model_dump(mode="json"),
        "body": entry.body.model_dump(mode="json"),
        "supersedes": entry.supersedes,
        "reason": entry.reason,
        "redacted": entry.redacted,
    }


def _link_columns(link: chain.Link) -> Mapping[str, Any]:
    return {"salt": link.salt, "digest": link.body_digest, "hash": link.hash}


def blanked(entry: e.Entry) -> e.Entry:
    """The entry without its texts."""
    return entry.model_copy(
        update={
            "body": entry.body.scrubbed(),
            "reason": e.REDACTED if entry.reason is not None else None,
            "redacted": True,
        }
    )


def texts_of(entry: e.Entry) -> set[str]:
    """The texts that blanking takes out of an entry."""
    found = {*entry.body.texts(), entry.reason or ""}
    return {text for text in found if text and text != e.REDACTED}


async def overwrite(connection: Connection, ref: str, entry: e.Entry) -> None:
    """Stores a blanked entry in place and destroys its salt; the digest stays for the chain."""
    columns = _columns(entry)
    await connection.execute(
        update(entries)
        .where(entries.c.ref == ref, entries.c.seq == entry.seq)
        .values(body=columns["body"], reason=columns["reason"], redacted=True, salt=None)
    )
