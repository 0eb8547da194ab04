"""Takes a text out of everything else that the store keeps of an incident.

The journal itself is blanked in place (journal.py). The same words also lie in the deliveries that
brought them, in the arguments and results of jobs, and in what PagerDuty said of an alert.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Text,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from incident_bot.domain.entries import REDACTED
from incident_bot.store.connection import Connection
from incident_bot.store.tables import alerts, inbox, jobs

_WHOLE_ONLY = 4  # shorter texts are blanked only where they stand alone: "no" is in many words
_MOST_WORDS = 12  # of a long text, for which deliveries are searched: who has it, has these


async def forget(connection: Connection, ref: str, texts: Iterable[str]) -> None:
    """Blanks these texts in the incident's alerts, jobs and deliveries."""
    words = _parts(texts)
    await _scrub_alerts(connection, ref, words)
    await _scrub_jobs(connection, ref, words)
    await _drop_deliveries(connection, ref, words)


def _parts(texts: Iterable[str]) -> list[str]:
    """The texts and each of their longer lines, longest first."""
    found: set[str] = set()
    for text in texts:
        found.add(text)
        found |= {
            line.strip() for line in text.splitlines() if len(line.strip()) >= 2 * _WHOLE_ONLY
        }
    return sorted(found - {"", REDACTED}, key=len, reverse=True)


def scrub(value: Any, words: list[str]) -> Any:
    """A JSON value with the words replaced by `[redacted]`, however deep; keys stay."""
    match value:
        case str():
            for word in words:
                if value.strip() == word.strip():
                    return REDACTED
                if len(word) >= _WHOLE_ONLY:
                    value = value.replace(word, REDACTED)
            return value
        case Mapping():
            return {key: scrub(each, words) for key, each in value.items()}
        case list() | tuple():
            return [scrub(each, words) for each in value]
        case _:
            return value


async def _scrub_alerts(connection: Connection, ref: str, words: list[str]) -> None:
    rows = await connection.execute(
        select(alerts.c.alert_id, alerts.c.seen).where(alerts.c.ref == ref)
    )
    for row in rows.all():
        alert_id, seen = row.alert_id, row.seen
        kept = {**scrub(seen, words), "alert_id": alert_id}
        if kept != seen:
            await connection.execute(
                update(alerts).where(alerts.c.alert_id == alert_id).values(seen=kept)
            )


async def _scrub_jobs(connection: Connection, ref: str, words: list[str]) -> None:
    columns = (jobs.c.args, jobs.c.result, jobs.c.error)
    # Locked: a runner on another replica may be writing the result of one.
    query = select(jobs.c.id, *columns).where(jobs.c.ref == ref).order_by(jobs.c.id)
    for row in await connection.rows(query.with_for_update()):
        old = {column.name: row[column.name] for column in columns}
        new = scrub(old, words)
        if new != old:
            await connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(**new))


async def _drop_deliveries(connection: Connection, ref: str, words: list[str]) -> None:
    """All contents of this incident's deliveries, and of any other that holds the text.

    The database looks for it: a month of deliveries read here would stop everything else.
    """
    long = [word for word in words if len(word) >= _WHOLE_ONLY][:_MOST_WORDS]
    spellings = {spelling.encode() for word in long for spelling in _spellings(word)}
    answer = cast(inbox.c.answer, Text)
    await connection.execute(
        update(inbox)
        .where(
            inbox.c.raw.is_not(None) | inbox.c.answer.is_not(None),
            or_(
                inbox.c.ref == ref,
                *(_in_raw(connection, spelling) for spelling in sorted(spellings)),
                *(answer.contains(_in_json(word), autoescape=True) for word in long),
            ),
        )
        .values(raw=None, answer=None),
        slow=True,
    )


def _in_raw(connection: Connection, spelling: bytes) -> ColumnElement[bool]:
    """True for a body that has these bytes in it."""
    sought = literal(spelling, LargeBinary)
    if connection.on_postgresql:
        return func.position(sought.op("IN")(inbox.c.raw)) > 0
    return func.instr(inbox.c.raw, sought) > 0


def _spellings(word: str) -> set[str]:
    """How a body has it: as it is, in JSON, or in a form."""
    return {word, json.dumps(word)[1:-1], _in_json(word), quote_plus(word)}


def _in_json(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)[1:-1]
