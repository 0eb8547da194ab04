"""The one way in: load -> decide -> commit -> wake the runners -> reply.

Everything that a command changes is committed once, before anybody is answered.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from incident_bot.belonging import incident_of
from incident_bot.domain import commands as c, early
from incident_bot.domain.decide import decide, reads_journal
from incident_bot.domain.decision import (
    JobKind,
    Refusal,
    Refusals,
    Reply,
    Sentence,
    from_json,
    lines,
    to_json,
)
from incident_bot.domain.decisions.common import for_the_room, told_aloud
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person
from incident_bot.domain.permissions import groups_of, is_restrictable
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import next_due
from incident_bot.domain.words import Standing
from incident_bot.effects import Done, LeaseLost
from incident_bot.store import (
    Delivery,
    Job,
    Keeper,
    Offer,
    Store,
    StoreUnavailable,
    StoreUnsure,
    Unit,
    storable,
)

T = TypeVar("T")
Stands = Callable[[Person], Awaitable[Mapping[str, Standing]]]
"""How somebody stands to the user groups that the permissions name; never raises."""


async def nothing_known(person: Person) -> Mapping[str, Standing]:
    """Without Slack nobody can tell who is in a group."""
    return {}


class Unavailable(Exception):
    """Nothing was recorded; whoever asked should try again."""


class Unsure(Unavailable):
    """Whether it was recorded is not known: whoever asked should look before trying again."""


class Taker(Protocol):
    """Who performs jobs in this process (`jobs.Runner`)."""

    def offer(self) -> Offer | None:
        """The urgent kinds of which it would take one more now; None: none."""

    def begin(self, job: Job, offer: Offer, incident: Incident | None) -> None:
        """A job that was claimed for it; its incident, when that is the one just committed."""


_Taken = tuple[Job, Offer]


@dataclass(frozen=True)
class Outcome:
    """What came of a command. `repeated`: this delivery had been handled before."""

    reply: Reply | None
    incident: Incident | None
    repeated: bool = False


@contextmanager
def _translated() -> Iterator[None]:
    """The store's troubles as the service's."""
    try:
        yield
    except StoreUnsure as error:
        raise Unsure(str(error)) from error
    except StoreUnavailable as error:
        raise Unavailable(str(error)) from error


def utc_now() -> datetime:
    """The real time, aware UTC."""
    return datetime.now(UTC)


class Service:
    """Handles commands. `clock` gives domain time.

    `wake` is called after each commit, `recorded` after each outcome that a runner brought.
    `names` are the channel names to try for a new incident's room, best first. `taker` gets what
    people wait for with the commit that asks for it. `stands` knows who is in which user group.
    """

    def __init__(
        self,
        store: Store,
        policy: Policy,
        *,
        clock: Callable[[], datetime] = utc_now,
        names: Callable[[Incident], Iterable[str]] = lambda incident: (),
    ) -> None:
        self.names = names
        self.store = store
        self.policy = policy
        self._clock = clock
        self.wake: Callable[[], None] = lambda: None
        self.taker: Taker | None = None
        self.stands: Stands = nothing_known
        self._keeper = Keeper(store)
        self.recorded: Callable[[c.Command, Incident], None] = lambda command, incident: None

    def now(self) -> datetime:
        """Domain time, aware UTC: what entries carry."""
        return self._clock()

    def remind_at(self, incident: Incident) -> float | None:
        """When its next reminder is due, as Unix seconds of domain time; None: never."""
        due = next_due(incident, self.policy, self.now())
        return None if due is None else due.timestamp()

    async def handle(
        self,
        command: c.Command,
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome:
        """Carry out one command, once for each delivery.

        `aloud`: what everybody may read of the reply is told to the incident's room in the same
        commit, for it is answered where the room does not see it. Raises Refusal (the user's turn;
        nothing is recorded), Unavailable (try again) and Unsure.
        """
        try:
            return await self.handle_all((command,), ref=ref, delivery=delivery, aloud=aloud)
        except Refusals as refused:
            raise refused.by_place[0] from None

    async def handle_all(
        self,
        commands: Sequence[c.Command],
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome:
        """Carry out several commands in one commit: all of them, or none. `aloud` is one message.

        An incident that the first one opens is the one that the others are about. Raises Refusals,
        which says of each that was refused why, and otherwise as `handle`.
        """

        async def work(unit: Unit) -> Outcome:
            taken.clear()  # what a transaction had claimed that was begun anew is not ours
            if delivery is not None and (answer := await unit.seen(delivery)) is not None:
                return await self._repeated(unit, answer)
            outcome = await self._decide_all(unit, commands, ref, aloud=aloud)
            if delivery is not None:
                kind = type(commands[0]).__name__
                await unit.remember(delivery, outcome=kind, answer=_answer(outcome))
            await self._take(unit, taken)
            return outcome

        taken: list[_Taken] = []
        commands = [await self._with_groups(command) for command in commands]
        outcome = await self._record(work, recognised=delivery is not None)
        self._begin(taken, outcome.incident)
        return outcome

    async def groups(self, person: Person) -> Mapping[str, Standing]:
        """How the person stands to the user groups that the permissions name."""
        return await self.stands(person) if groups_of(self.policy) else {}

    async def _with_groups(self, command: c.Command) -> c.Command:
        """The command with how its actor stands to them, where the permissions ask for it."""
        actor = command.actor
        if actor.kind != "person" or actor.person is None or not is_restrictable(command):
            return command
        return command.model_copy(update={"groups": await self.groups(actor.person)})

    async def keep(self, delivery: Delivery, outcome: str) -> bool:
        """Keep a delivery that asks for nothing. False: it was there already."""
        with _translated():
            return await self._keeper.keep(delivery, outcome)

    async def finish(self, job: Job, done: Done) -> None:
        """Mark a job done and record what it learned, in one commit.

        Raises LeaseLost when another runner holds the job, Unavailable when nothing was kept.
        """

        async def work(unit: Unit) -> Outcome | None:
            taken.clear()
            if done.then is not None and job.ref is not None:
                await unit.incident(job.ref)  # locked first, as everywhere
            if not await unit.finish(job, done.result):
                raise LeaseLost(job.key)
            outcome = await self._decide(unit, done.then, job.ref) if done.then else None
            await self._take(unit, taken, freed=job.urgent)
            return outcome

        taken: list[_Taken] = []
        outcome = await self._record(work)
        self._begin(taken, outcome.incident if outcome is not None else None)
        if done.then is not None and outcome is not None and outcome.incident is not None:
            self.recorded(done.then, outcome.incident)

    async def give_up(self, job: Job, sentence: str) -> None:
        """Record that a job is dead and tell the room, in one commit.

        Raises LeaseLost when another runner holds the job, Unavailable when nothing was kept.
        """
        failure = c.RecordFailure(actor=BOT, job=job.key, kind=job.kind.value, sentence=sentence)

        async def work(unit: Unit) -> None:
            if job.ref is not None:
                await unit.incident(job.ref)
            if not await unit.bury(job, sentence):
                raise LeaseLost(job.key)
            if job.ref is not None:
                await self._decide(unit, failure, job.ref)

        await self._record(work)
        self.wake()

    async def _take(self, unit: Unit, taken: "list[_Taken]", *, freed: bool = False) -> None:
        """What people wait for is taken by our own runner in the commit that asks for it, or frees
        it: a transaction less until Slack is called."""
        wanted = self.taker is not None and (freed or unit.urgent)
        offer = self.taker.offer() if self.taker is not None and wanted else None
        if offer is not None and (job := await unit.claim(offer)) is not None:
            taken.append((job, offer))

    def _begin(self, taken: "Sequence[_Taken]", incident: Incident | None) -> None:
        for job, offer in taken:
            if self.taker is not None:
                mine = incident is not None and incident.ref == job.ref
                self.taker.begin(job, offer, incident if mine else None)
        self.wake()

    async def _record(self, work: Callable[[Unit], Awaitable[T]], *, recognised: bool = False) -> T:
        """As `Store.record`; Unavailable when it could not be committed."""
        with _translated():
            return await self.store.record(work, recognised=recognised)

    async def _decide_all(
        self, unit: Unit, commands: Sequence[c.Command], ref: str | None, *, aloud: bool
    ) -> Outcome:
        """One after another; when one is refused the others are still asked, for their refusals."""
        replies: list[Reply] = []
        heard: list[Sentence] = []
        refused: dict[int, Refusal] = {}
        incident: Incident | None = None
        for place, command in enumerate(commands):
            try:
                outcome = await self._decide(unit, command, ref, heard)
            except Refusal as refusal:
                refused[place] = refusal
                if isinstance(command, c.Declare):
                    break  # there is no incident that the others could be about
                continue
            incident = outcome.incident or incident
            if incident is not None and (ref is None or isinstance(command, c.Declare)):
                ref = incident.ref
            replies += [outcome.reply] if outcome.reply else []
        if refused:
            raise Refusals(refused)
        if aloud and heard and incident is not None:
            told = told_aloud(incident, commands[0].actor, heard)
            await unit.enqueue((told,), incident.ref, int(incident.severity))
        public = all(reply.public for reply in replies)
        reply = Reply(lines([r.sentence for r in replies]), public=public) if replies else None
        return Outcome(reply, incident)

    async def _decide(
        self, unit: Unit, command: c.Command, ref: str | None, heard: list[Sentence] | None = None
    ) -> Outcome:
        command, alert = storable(command), None
        if isinstance(command, early.About):
            opener, alert = await self._early(unit, command)
            if opener is None:
                return Outcome(None, None)
            command = opener
        incident = await incident_of(unit, self.policy, command, ref)
        journal = await unit.journal(incident.ref) if reads_journal(incident, command) else ()
        now = self.now()
        decision = decide(incident, command, self.policy, now, journal)
        if heard is not None:
            heard += for_the_room(incident, decision)
        joins = alert is not None and (incident.exists or bool(decision.entries))
        if alert is not None:
            told = alert.model_copy(update={"news": ()}) if joins else alert
            await unit.save_alert(told, incident.ref if joins else None)
        if not incident.exists and not decision.entries:
            await unit.enqueue(decision.jobs)
            return Outcome(decision.reply, None)
        if not (decision.entries or decision.jobs or decision.redact):
            if isinstance(command, c.Remind):  # planned by another configuration: look later
                await unit.plan(incident, self.remind_at(incident))
            return Outcome(decision.reply, incident)
        actor = decision.actor or command.actor
        after = await unit.apply(incident, decision, actor, now, self.remind_at)
        if any(job.kind is JobKind.CREATE_ROOM for job in decision.jobs):
            await self._reserve(unit, after)
        for earlier in early.commands(alert) if alert is not None and joins else ():
            after = (await self._decide(unit, earlier, None)).incident or after
        return Outcome(decision.reply, after)

    async def _reserve(self, unit: Unit, incident: Incident) -> None:
        """Its channel's name is taken in the same commit, before anybody calls Slack with it."""
        for name in self.names(incident):
            if await unit.reserve_room_name(name, incident.ref):
                return

    async def _early(
        self, unit: Unit, command: early.About
    ) -> tuple[c.Command | None, c.AlertSeen | None]:
        """The command that may give the alert its incident, and the alert as it is to be kept.

        The command itself and no alert once it has its incident: what PagerDuty says of it is then
        never kept again, for it may have been redacted. No command: it was only kept.
        """
        alert_id = early.alert_id_of(command)
        if await unit.ref_of_alert(alert_id) is not None:
            return command, None
        known = await unit.alert(alert_id)  # from here on nobody else gives it an incident
        if await unit.ref_of_alert(alert_id) is not None:
            return command, None
        alert = early.kept(known, command, self.now())
        opener = early.opener(command, alert)
        if opener is None:
            await unit.save_alert(alert, None)
        return opener, alert

    async def _repeated(self, unit: Unit, answer: Mapping[str, Any]) -> Outcome:
        reply = None
        if answer.get("sentence") is not None:
            reply = Reply(from_json(answer["sentence"]), public=bool(answer["public"]))
        ref = answer.get("ref")
        incident = await unit.incident(ref) if ref else None
        return Outcome(reply, incident, repeated=True)


def _answer(outcome: Outcome) -> Mapping[str, Any]:
    reply = outcome.reply
    return {
        "sentence": to_json(reply.sentence) if reply else None,
        "public": reply.public if reply else False,
        "ref": outcome.incident.ref if outcome.incident else None,
    }
