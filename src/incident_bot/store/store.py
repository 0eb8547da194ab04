"""The store: opens the database, gives out units of work, and reads."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import func, select, text

from incident_bot.domain import chain, entries
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.fold import fold, is_fold_of
from incident_bot.domain.incident import Incident
from incident_bot.domain.wanted import Wanted
from incident_bot.store import (
    attachments,
    engines,
    inbox,
    journal,
    listing,
    migrate,
    parts,
    people,
    reminding,
    room_names as rooms,
)
from incident_bot.store.connection import (
    READS,
    Connection,
    Database,
    persistently,
    to_the_end,
)
from incident_bot.store.errors import READ_ONLY, StoreUnavailable
from incident_bot.store.people import KnownPerson
from incident_bot.store.queue import JobState, Queue
from incident_bot.store.tables import NOT_OVER, UNFINISHED, alerts, incidents, jobs, room_names
from incident_bot.store.unit import Unit

T = TypeVar("T")


@dataclass(frozen=True)
class Posted:
    """Where one of our messages is in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Counts:
    """Figures for /metrics. `oldest_due_seconds`: how long the job due longest has waited."""

    jobs: Mapping[str, int] = field(default_factory=dict)
    incidents: Mapping[str, int] = field(default_factory=dict)
    oldest_due_seconds: float = 0.0


class Store:
    """The database. Reads see what is committed; each is its own short transaction.

    Reads raise StoreUnavailable when the database does not answer.
    """

    def __init__(
        self,
        write: Database | None,
        read: Database,
        lock: engines.ProcessLock | None = None,
    ) -> None:
        self._write = write
        self._read = read
        self._lock = lock
        self._unscrubbed = False
        self._names: dict[str, str] = {}  # channel names taken through here: taken for ever
        self.queue = Queue(write, read)

    @classmethod
    async def open(cls, url: str) -> "Store":
        """Opens for one bot to write, made or brought up to date where needed.

        StoreInUse when another process has the SQLite file; StoreError for a URL that is none, or
        a database that only the operator can put right; StoreUnavailable when it does not answer.
        """
        parsed = engines.parse(url)
        lock = await engines.hold(parsed)
        store = cls(Database(engines.writer(parsed)), Database(engines.reader(parsed), READS), lock)
        try:
            await migrate.upgrade_held(parsed)
            if lock is not None:
                await store.queue.release_all()
                store._unscrubbed = True  # a crash may have left what a redaction took out
        except BaseException:
            await store.close()
            raise
        return store

    @classmethod
    async def open_readonly(cls, url: str) -> "Store":
        """Opens for reading only, beside a running bot too; StoreMissing when there is nothing."""
        parsed = engines.parse(url)
        await asyncio.to_thread(migrate.must_exist, engines.sqlite_path(parsed))
        engine = engines.reader(parsed)
        store = cls(None, Database(engine, READS))
        try:
            await migrate.must_be_current(engine)
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Closes every connection and gives the lock up."""
        both = (self._read, self._write)
        await asyncio.gather(*(database.dispose() for database in both if database is not None))
        if self._lock is not None:
            self._lock.release()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """One write transaction: commits when the block ends well, else leaves nothing.

        StoreUnavailable when it could not be committed.
        """
        async with self._writing().transaction(told=True) as connection:
            unit = Unit(connection)
            yield unit
            await unit.settle()
        self._names |= unit.names
        if unit.redacted:
            self._unscrubbed = True
            await to_the_end(self.scrub())  # it is recorded: a deadline must not hide that

    async def record(self, work: Callable[[Unit], Awaitable[T]], *, recognised: bool = False) -> T:
        """Does `work` in a unit and commits it, a few times over when somebody else was first.

        `recognised`: the work begins with `Unit.seen`, so that it may also be tried again when
        the connection broke during the commit. StoreUnavailable as for `unit`.
        """

        async def whole() -> T:
            async with self.unit() as unit:
                return await work(unit)

        return await persistently(whole, recognised=recognised)

    async def scrub(self) -> bool:
        """After a redaction: empties SQLite's write-ahead log, which still has the old pages.

        False when a reader was in the way; the clock then tries again.
        """
        if not self._unscrubbed:
            return True
        try:
            self._unscrubbed = not await self._writing().empty_log()
        except StoreUnavailable:
            return False
        return not self._unscrubbed

    def _writing(self) -> Database:
        if self._write is None:
            raise StoreUnavailable(READ_ONLY)
        return self._write

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        async with self._read.transaction() as connection:
            yield connection

    async def _one(self, query: Any) -> Any:
        async with self._reading() as connection:
            return (await connection.execute(query)).scalar()

    # Incidents

    async def ping(self) -> None:
        """Asks the database for an answer; StoreUnavailable when there is none."""
        await self._one(select(1))

    async def incident(self, ref: str) -> Incident | None:
        """The state of an incident now."""
        return await self._incident(incidents.c.ref == ref)

    async def in_channel(self, channel_id: str) -> Incident | None:
        """The incident whose war room this channel is."""
        return await self._incident(incidents.c.channel_id == channel_id)

    async def _incident(self, condition: Any) -> Incident | None:
        state = await self._one(select(incidents.c.state).where(condition))
        return None if state is None else Incident.model_validate(state)

    async def journal(self, ref: str) -> list[entries.Entry]:
        """All entries in recorded order."""
        async with self._reading() as connection:
            return [entry for entry, _ in await journal.read(connection, ref)]

    async def incidents(
        self, *, only_open: bool, include_private: bool, limit: int = 50
    ) -> list[Incident]:
        """Incidents, newest first."""
        query = select(incidents.c.state).order_by(incidents.c.number.desc()).limit(limit)
        if only_open:
            query = query.where(text(NOT_OVER))  # as the index has it
        if not include_private:
            query = query.where(incidents.c.private.is_(False))
        async with self._reading() as connection:
            rows = await connection.rows(query)
        return [Incident.model_validate(row["state"]) for row in rows]

    async def listed(
        self, wanted: Wanted, knows: Callable[[Incident], bool], *, offset: int = 0, limit: int = 50
    ) -> list[Incident]:
        """Those that are wanted, newest first: public ones, and private ones that whoever asks
        knows of."""
        async with self._reading() as connection:
            return await listing.read(connection, wanted, knows, offset=offset, limit=limit)

    async def parts(self, slack_id: str, limit: int = 50) -> list[Incident]:
        """The incidents in which this person has unfinished work, newest first."""
        async with self._reading() as connection:
            return await parts.read(connection, slack_id, limit)

    async def refs(self) -> list[str]:
        """Every reference, oldest first."""
        async with self._reading() as connection:
            query = select(incidents.c.ref).order_by(incidents.c.number)
            return [str(row["ref"]) for row in await connection.rows(query)]

    async def verify(self, ref: str) -> str | None:
        """None when the journal's chain holds and the stored state is its fold; else a sentence."""
        query = journal.incident_query().where(incidents.c.ref == ref)
        async with self._reading() as connection:
            row = (await connection.execute(query)).mappings().first()
            rows = await journal.read(connection, ref)
        if row is None:
            return f"{ref}: there is no such incident"
        if (broken := chain.verify(ref, rows)) is not None:
            return broken
        if (rows[-1][1].hash if rows else chain.GENESIS) != row["last_hash"]:
            return f"{ref}: the last entry is not the last that was recorded"
        folded = fold(ref, [entry for entry, _ in rows])
        if not is_fold_of(row["state"], folded):
            return f"{ref}: the stored state is not what the journal amounts to"
        return None

    # Reminders

    async def to_remind(self, now: float, most: int) -> list[str]:
        """Incidents with a reminder due at `now` (Unix seconds of domain time)."""
        async with self._reading() as connection:
            return await reminding.due(connection, now, most)

    async def planned_reminders(self) -> list[str]:
        """The incidents that are not over, and those that have a reminder coming."""
        async with self._reading() as connection:
            return await reminding.planned(connection)

    async def plan_reminders(
        self, refs: Sequence[str], plan: Callable[[Incident], float | None]
    ) -> None:
        """Keeps when each of these is to be reminded next, as `plan` has it."""

        async def whole() -> None:
            async with self._writing().transaction() as connection:
                for found in (await reminding.states(connection, refs)).values():
                    await reminding.plan(connection, found, plan(found))

        await persistently(whole, recognised=True)

    async def alert(self, alert_id: str) -> AlertSeen | None:
        """The alert as last seen."""
        seen = await self._one(select(alerts.c.seen).where(alerts.c.alert_id == alert_id))
        return None if seen is None else AlertSeen.model_validate(seen)

    async def file(self, ref: str, file_id: str) -> bytes | None:
        """What a kept file holds; None when it was not kept, or blanked."""
        found: bytes | None = await self._one(attachments.content_query(ref, file_id))
        return found

    # Jobs

    async def is_to_be_done(self, lane: str) -> bool:
        """True when a job of this lane is not finished."""
        query = select(1).where(jobs.c.lane == lane, text(f"lane IS NOT NULL AND {UNFINISHED}"))
        return (await self._one(query.limit(1))) is not None

    async def result(self, job_key: str) -> Mapping[str, Any] | None:
        """The result of a job that is done; None when it is not."""
        done = (jobs.c.key == job_key) & (jobs.c.state == JobState.DONE.value)
        async with self._reading() as connection:
            row = (await connection.execute(select(jobs.c.result).where(done))).first()
        return None if row is None else (row.result or {})

    async def posted(self, job_key: str) -> Posted | None:
        """Where the message of this job is; None when it is not done or posted nothing."""
        result = await self.result(job_key)
        if not result or "channel" not in result or "ts" not in result:
            return None
        return Posted(channel=result["channel"], ts=result["ts"])

    async def counts(self) -> Counts:
        """How much there is of everything, and how far the runners are behind."""
        number = func.count().label("number")
        by_status = select(incidents.c.status, number).group_by(incidents.c.status)
        async with self._reading() as connection:
            statuses = await connection.rows(by_status)
            oldest = await connection.execute(
                select(func.min(jobs.c.due_at)).where(
                    jobs.c.state == JobState.WAITING.value, text(UNFINISHED)
                )
            )
            due = oldest.scalar()
        return Counts(
            jobs=await self.queue.by_state(),
            incidents={row["status"]: row["number"] for row in statuses},
            oldest_due_seconds=0.0 if due is None else max(0.0, time.time() - due),
        )

    # People and rooms

    async def person(
        self,
        *,
        slack_id: str | None = None,
        pagerduty_id: str | None = None,
        email: str | None = None,
    ) -> KnownPerson | None:
        """Who has one of these ids, or this e-mail in any case."""
        async with self._reading() as connection:
            return await people.find(
                connection, slack_id=slack_id, pagerduty_id=pagerduty_id, email=email
            )

    async def called(self, handle: str) -> list[KnownPerson]:
        """Who in Slack has this handle, in any case: nobody, somebody, or several."""
        async with self._reading() as connection:
            return await people.called(connection, handle)

    async def save_person(self, known: KnownPerson) -> KnownPerson:
        """Keeps the newest word of somebody, merged with what shares an id or e-mail."""

        async def whole() -> KnownPerson:
            async with self._writing().transaction() as connection:
                return await people.save(connection, known)

        return await persistently(whole, recognised=True)

    async def reserve_room_name(self, name: str, ref: str) -> bool:
        """Takes a channel name for ever; True also when this incident has it already."""
        if self._names.get(name) == ref:
            return True

        async def whole() -> bool:
            async with self._writing().transaction() as connection:
                return await rooms.reserve(connection, name, ref)

        return await persistently(whole, recognised=True)

    async def room_names(self, ref: str) -> list[str]:
        """The channel names that this incident has reserved."""
        async with self._reading() as connection:
            query = select(room_names.c.name).where(room_names.c.ref == ref)
            return list((await connection.execute(query)).scalars())

    async def expire_deliveries(self, older_than: float = inbox.KEEP_RAW_SECONDS) -> int:
        """Drops raw bodies and answers older than so many seconds; how many."""
        async with self._writing().transaction() as connection:
            return await inbox.expire(connection, time.time() - older_than)
