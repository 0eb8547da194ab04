"""A pasted password leaves no trace, and the chain still holds.

On SQLite no trace in any file; on PostgreSQL none that SQL can reach: its housekeeping (vacuum,
the write-ahead log) and its backups are the operator's.
"""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import CursorResult, text

from incident_bot.domain import entries as e
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.decision import Attachment, Decision, NewEntry
from incident_bot.domain.fold import fold
from incident_bot.domain.messages import MessageFile, SlackMessage
from incident_bot.domain.people import Person
from incident_bot.store import Delivery, Store
from incident_bot.store.connection import Connection
from tests import databases
from tests.databases import ONLY_SQLITE
from tests.store.stories import T0, WHO, at, change, claim, decision, finish, job, opened

SECRET = "hunter2-Ünïcode"
ASCII = "hunter2"
BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2")


def traces(url: str) -> list[str]:
    """Where the text still is."""
    return databases.traces(url, ASCII)


def redact(*numbers: int) -> Decision:
    """What `decide` answers to a redaction."""
    entry = NewEntry(e.Redacted(targets=numbers, text="a password"), at(5))
    return Decision(entries=(entry,), redact=numbers)


async def test_no_trace_of_the_text_is_left(store: Store, url: str) -> None:
    ref = await opened(store)
    raw = urlencode({"command": "/incident", "text": f"log {SECRET}"}).encode()
    async with store.unit() as unit:
        before = await unit.incident(ref)
        assert before is not None
        delivery = Delivery("slack", "1", raw=raw, kind="command")
        say = job("INC-1/say/2", args={"sentence": ["Logged: ", f"{SECRET}."]})
        what = decision(e.Logged(headline=SECRET, details=f"pw {SECRET}"), jobs=(say,))
        await unit.apply(before, what, WHO, T0)
        await unit.remember(delivery, outcome="LogEntry", answer={"reply": [f"#2 {SECRET}"]})
        await unit.save_alert(AlertSeen(alert_id="P1", title="x", details=SECRET), ref)
    fix = NewEntry(e.Logged(headline=f"not {SECRET}"), T0, supersedes=2, reason=f"was {SECRET}")
    await change(store, ref, Decision(entries=(fix,)))
    async with store.unit() as unit:  # refused elsewhere, kept without an incident
        await unit.remember(Delivery("slack", "2", raw=raw), outcome="refused")
    done = await claim(store)
    await finish(store, done, text=SECRET)
    assert traces(url)

    state = await change(store, ref, redact(2, 3))

    assert traces(url) == []
    assert await store.verify(ref) is None
    journal = await store.journal(ref)
    assert journal[1].body == e.Logged(headline=e.REDACTED, details=e.REDACTED)
    assert (journal[2].reason, journal[2].redacted) == (e.REDACTED, True)
    assert fold(ref, journal) == state == await store.incident(ref)
    assert await store.result("INC-1/say/2") == {"text": e.REDACTED}
    async with store.unit() as unit:
        assert await unit.seen(delivery) == {}
        assert await unit.seen(Delivery("slack", "2")) == {}


async def test_a_messages_files_go_with_it(store: Store, url: str) -> None:
    """What they hold, and what they are called, of this incident's message only."""
    ref = await opened(store)
    file = MessageFile(file_id="F1", name=f"{SECRET}.txt", url=f"https://slack.com/{ASCII}.txt")
    message = SlackMessage(channel_id="C1", ts="1.1", author=BOB, files=(file,))
    await change(store, ref, decision(e.Logged(headline="See", message=message)))
    kept = e.FileKept(file_id="F1", name=file.name, mimetype="", size=9, sha256="aa", of=2)
    content = Attachment("F1", file.name, "", 9, "aa", f"it is {ASCII}".encode())
    await change(store, ref, Decision(entries=(NewEntry(kept, at(3)),), keep=(content,)))
    other = await opened(store)
    await change(store, other, Decision(keep=(replace(content, name="x", content=b"else"),)))
    assert await store.file(ref, "F1") == content.content

    await change(store, ref, redact(2, 3))

    assert await store.file(ref, "F1") is None
    assert await store.file(other, "F1") == b"else"
    assert traces(url) == []
    assert await store.verify(ref) is None


async def test_no_trace_is_left_among_many_pages(store: Store, url: str) -> None:
    ref = await opened(store)
    for n in range(60):
        text = f"{ASCII}-{n} " + "x" * (37 * n % 900)
        await change(store, ref, decision(e.Logged(headline=text), e.Updated(text=text)))

    journal = await store.journal(ref)
    hidden = tuple(entry.seq for entry in journal if not isinstance(entry.body, e.Opened))
    for start in range(0, len(hidden), 30):
        await change(store, ref, redact(*hidden[start : start + 30]))

    assert traces(url) == []
    assert await store.verify(ref) is None


async def test_other_jobs_keep_their_arguments(store: Store) -> None:
    say = job("INC-1/say/2", args={"action": "note", "sentence": ["no", "not this"]})
    ref = await opened(store, e.Logged(headline="no"), jobs=(say,))

    await change(store, ref, redact(2))

    claimed = await claim(store)
    assert claimed.args == {"action": "note", "sentence": [e.REDACTED, "not this"]}


async def test_a_month_of_deliveries_is_not_read_to_find_the_text(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read here, some ten thousand of them would stop everything else, and miss the deadline."""
    ref = await opened(store, e.Logged(headline=f"{SECRET} 'quoted' 100%"))
    bodies = [b"nothing of it", json.dumps({"note": f"see {SECRET} 'quoted' 100%"}).encode()]
    async with store.unit() as unit:
        for number, raw in enumerate(bodies):
            answer = {"reply": [f"the answer {number}"]}
            await unit.remember(Delivery("x", str(number), raw=raw), outcome="kept", answer=answer)
        await unit.remember(
            Delivery("x", "2"), outcome="", answer={"a": f"\"{SECRET} 'quoted' 100%"}
        )
        await unit.remember(Delivery("x", "3"), outcome="", answer={"a": f"{SECRET} 'quoted' 1000"})

    handed: list[object] = []
    execute = Connection.execute

    async def watched(self: Connection, *given: Any, **how: Any) -> CursorResult[Any]:
        done = await execute(self, *given, **how)
        if done.returns_rows and "FROM inbox" in str(given[0]):
            handed.append(given[0])
        return done

    monkeypatch.setattr(Connection, "execute", watched)
    await change(store, ref, redact(2))
    assert handed == []
    monkeypatch.undo()

    async with store.unit() as unit:
        kept = [await unit.seen(Delivery("x", str(number))) for number in range(4)]
    assert kept == [{"reply": ["the answer 0"]}, {}, {}, {"a": f"{SECRET} 'quoted' 1000"}]


@ONLY_SQLITE  # its write-ahead log keeps the old pages as long as somebody reads them
async def test_a_reader_in_the_way_is_tried_again(store: Store, url: str) -> None:
    ref = await opened(store, e.Logged(headline=SECRET))
    async with store._reading() as connection:
        await connection.execute(text("SELECT count(*) FROM entry"))
        await change(store, ref, redact(2))
        assert traces(url) != []

    assert await store.scrub()
    assert traces(url) == []
