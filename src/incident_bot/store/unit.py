"""One write transaction: everything a command changes, or nothing of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from incident_bot.domain import chain, entries
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.decision import Decision, NewJob
from incident_bot.domain.fold import apply, fold, needs_fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Actor
from incident_bot.store import (
    attachments,
    enqueue,
    inbox,
    journal,
    parts,
    queue,
    redaction,
    reminding,
    room_names,
)
from incident_bot.store.connection import Connection
from incident_bot.store.errors import StoreUnavailable
from incident_bot.store.inbox import Delivery
from incident_bot.store.queue import Job, Offer
from incident_bot.store.tables import alerts, counters, incidents

# Made once: to make a statement takes longer than to run it.
_LAST_NUMBER = select(counters.c.value).where(counters.c.name == "incident").with_for_update()
_COUNT = update(counters).where(counters.c.name == "incident").values(value=bindparam("number"))
_INCIDENT = journal.incident_query().where(incidents.c.ref == bindparam("of")).with_for_update()
_INSERT_INCIDENT = insert(incidents)
_OF_GROUP = select(incidents.c.ref).where(incidents.c.open_group == bindparam("of"))
_OF_ALERT = select(alerts.c.ref).where(alerts.c.alert_id == bindparam("of"))


def _keep_alert(of: Any) -> Executable:
    new = of.insert(alerts)
    kept = {"seen": new.excluded.seen, "ref": func.coalesce(new.excluded.ref, alerts.c.ref)}
    return new.on_conflict_do_update(index_elements=[alerts.c.alert_id], set_=kept)  # type: ignore[no-any-return]


_KEEP_ALERT = {"sqlite": _keep_alert(sqlite), "postgresql": _keep_alert(postgresql)}


Plan = Callable[[Incident], float | None]
"""When a state's next reminder is due: Unix seconds of domain time; None: never."""


class Unit:
    """What may be done within a unit of work. It commits when its block ends well."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._handled: list[tuple[Delivery, str, Mapping[str, Any] | None]] = []
        self._refs: list[str] = []
        self._links: dict[str, tuple[int, str]] = {}  # the last seq and hash of what was read
        self._locked: dict[str, Incident] = {}
        self._found: dict[tuple[str, str], str | None] = {}  # on SQLite nobody else can change it
        self.redacted = False
        self.names: dict[str, str] = {}
        """Channel names that were taken here, and for which incident."""
        self.urgent = False
        """True when somebody waits for a job that was enqueued here."""

    # Deliveries

    async def seen(self, delivery: Delivery) -> Mapping[str, Any] | None:
        """The answer stored when this delivery was handled before ({}: none was); None: new."""
        return await inbox.seen(self._connection, delivery)

    async def remember(
        self, delivery: Delivery, *, outcome: str, answer: Mapping[str, Any] | None = None
    ) -> None:
        """Keeps that the delivery was handled, with what was answered, and of which incident it was
        (which is known in the end): see `settle`."""
        self._handled.append((delivery, outcome, answer))

    async def keep(self, delivery: Delivery, outcome: str) -> bool:
        """Keeps a delivery that asks for nothing; False when it was known."""
        return await inbox.keep(self._connection, delivery, outcome)

    # Incidents

    async def next_ref(self) -> str:
        """The next free reference: `INC-1`, `INC-2`, … It is used up only when `apply` records
        something under it, so there are no gaps."""
        last = await self._connection.execute(_LAST_NUMBER)
        return f"INC-{last.scalar_one() + 1}"

    async def incident(self, ref: str) -> Incident | None:
        """The state now, locked until the unit ends.

        Lock it before any of its jobs: who takes them the other way round may meet in a deadlock.
        """
        if ref in self._locked:
            return self._locked[ref]
        row = await self._connection.execute(_INCIDENT, {"of": ref})
        found = row.mappings().first()
        if found is None:
            return None
        self._links[ref] = (found["last_seq"], found["last_hash"])
        self._locked[ref] = journal.incident_of(found)
        return self._locked[ref]

    async def journal(self, ref: str) -> list[entries.Entry]:
        """All entries in recorded order."""
        return [entry for entry, _ in await journal.read(self._connection, ref)]

    async def ref_of_open_group(self, group: str) -> str | None:
        """The open incident in which alerts of this group meet."""
        return await self._ref("group", _OF_GROUP, group)

    # Alerts

    async def ref_of_alert(self, alert_id: str) -> str | None:
        """The incident that the alert belongs to; None when it has none or is not known."""
        return await self._ref("alert", _OF_ALERT, alert_id)

    async def alert(self, alert_id: str) -> AlertSeen | None:
        """The alert as last seen, locked until the unit ends (also one that is not known yet)."""
        query = select(alerts.c.seen).where(alerts.c.alert_id == alert_id).with_for_update()
        seen = await self._one(query)
        if seen is None and self._connection.on_postgresql:
            await inbox.alone(self._connection, Delivery(source="alert", id=alert_id))
            seen = await self._one(query)
        return None if seen is None else AlertSeen.model_validate(seen)

    async def save_alert(self, alert: AlertSeen, ref: str | None) -> None:
        """Keeps the alert as seen now. `ref` None leaves it where it belonged."""
        values = {"alert_id": alert.alert_id, "seen": alert.model_dump(mode="json"), "ref": ref}
        await self._connection.execute(_KEEP_ALERT[self._connection.driver.dialect], values)
        self._found.clear()

    # Decisions

    async def apply(
        self,
        before: Incident,
        decision: Decision,
        actor: Actor,
        now: datetime,
        remind_at: Plan = lambda state: None,
    ) -> Incident:
        """Appends the entries, blanks what is to be redacted, keeps the state, enqueues the jobs.

        `before` is what `incident` gave, or a blank `Incident(ref=await next_ref())`; `now` is
        domain time, aware; `remind_at` says of a state when its next reminder is due. The state
        after it.
        """
        ref = before.ref
        new = journal.compose(decision.entries, before.last_seq, actor, now)
        rows, last_hash = journal.linked(ref, new, await self._last_hash(before))
        if before.exists:
            await journal.append(self._connection, rows)
            if decision.redact:
                await self._redact(ref, decision.redact)
            state = await self._after(before, new, anew=bool(decision.redact))
            await self._update(before, state, last_hash, remind_at(state))
        else:
            state = fold(ref, new)
            if new:
                await self._insert(state, last_hash, remind_at(state))
                await journal.append(self._connection, rows)
        self._links[ref] = (state.last_seq, last_hash)
        if before.exists or new:
            self._locked[ref] = state
        if state.severity != before.severity and before.exists:
            await enqueue.reorder(self._connection, ref, int(state.severity))
        await enqueue.enqueue(self._connection, ref, decision.jobs, int(state.severity))
        await attachments.keep(self._connection, ref, decision.keep)
        self.urgent = self.urgent or any(job.urgent for job in decision.jobs)
        self._refs.append(ref)
        self._found.clear()
        return state

    async def plan(self, state: Incident, remind_at: float | None) -> None:
        """Keeps when the incident, which is locked and not changed, is to be reminded next."""
        await reminding.plan(self._connection, state, remind_at)

    async def enqueue(
        self,
        jobs: Sequence[NewJob],
        ref: str | None = None,
        severity: int = enqueue.NO_SEVERITY,
    ) -> None:
        """Adds jobs that belong to no decision on an incident (an alert that is only announced).
        Those of a higher `severity` come later."""
        await enqueue.enqueue(self._connection, ref, jobs, severity)

    async def _last_hash(self, before: Incident) -> str:
        if before.exists and before.ref not in self._links:
            await self.incident(before.ref)
        seq, last_hash = self._links.get(before.ref, (0, chain.GENESIS))
        if seq != before.last_seq:
            raise StoreUnavailable(f"{before.ref} was changed since it was read")
        return last_hash

    async def _after(
        self, before: Incident, new: Sequence[entries.Entry], *, anew: bool
    ) -> Incident:
        if anew or any(needs_fold(entry) for entry in new):
            return fold(before.ref, await self.journal(before.ref))
        for entry in new:
            before = apply(before, entry)
        return before

    async def _redact(self, ref: str, numbers: Sequence[int]) -> None:
        texts, files = set[str](), set[str]()
        for entry in await self.journal(ref):
            if entry.seq in numbers and not entry.redacted:
                texts |= journal.texts_of(entry)
                if isinstance(entry.body, entries.FileKept):
                    files.add(entry.body.file_id)
                await journal.overwrite(self._connection, ref, journal.blanked(entry))
        await redaction.forget(self._connection, ref, texts)
        await attachments.forget(self._connection, ref, files)
        self.redacted = True

    async def _insert(self, state: Incident, last_hash: str, remind_at: float | None) -> None:
        number = int(state.ref.rpartition("-")[2])
        await self._connection.execute(_COUNT, {"number": number})
        values = {
            "number": number,
            "ref": state.ref,
            "open_group": None if state.is_over else state.group,
            "last_hash": last_hash,
            "remind_at": remind_at,
            **journal.columns_of(state),
        }
        await self._connection.execute(_INSERT_INCIDENT, values)
        await parts.follow(self._connection, Incident(ref=state.ref), state)

    async def _update(
        self, before: Incident, state: Incident, last_hash: str, remind_at: float | None
    ) -> None:
        values = {**journal.columns_of(state), "last_hash": last_hash, "remind_at": remind_at}
        if state.is_over or state.group is None:
            values["open_group"] = None
        elif before.is_over and await self.ref_of_open_group(state.group) is None:
            # Reopened: it takes its group's alerts again, unless a newer incident has them now.
            values["open_group"] = state.group
        await self._connection.execute(
            update(incidents).where(incidents.c.ref == state.ref).values(**values)
        )
        await parts.follow(self._connection, before, state)

    async def reserve_room_name(self, name: str, ref: str) -> bool:
        """Takes a channel name for ever; True also when this incident has it already."""
        taken = await room_names.reserve(self._connection, name, ref)
        if taken:
            self.names[name] = ref
        return taken

    # Jobs

    async def claim(self, offer: Offer) -> Job | None:
        """The next job that a runner offers to take, in this very commit. None: there is none."""
        return await queue.claim(self._connection, offer)

    async def finish(self, job: Job, result: Mapping[str, Any]) -> bool:
        """Marks the job done; False when somebody else has it now: roll back."""
        return await queue.finish(self._connection, job, result)

    async def bury(self, job: Job, error: str) -> bool:
        """Marks the job dead, and what waits for it; False when somebody else has it now."""
        return await queue.bury(self._connection, job, error)

    async def settle(self) -> None:
        """The last thing before the commit: keeps the deliveries that were handled. A delivery
        whose id is already known breaks the transaction."""
        ref = self._refs[0] if self._refs else None
        for delivery, outcome, answer in self._handled:
            await inbox.remember(self._connection, delivery, outcome, answer, ref)

    async def _ref(self, kind: str, query: Executable, of: str) -> str | None:
        if (kind, of) in self._found:
            return self._found[kind, of]
        ref: str | None = (await self._connection.execute(query, {"of": of})).scalar()
        if not self._connection.on_postgresql:
            self._found[kind, of] = ref
        return ref

    async def _one(self, query: Select[Any]) -> Any:
        return (await self._connection.execute(query)).scalar()
