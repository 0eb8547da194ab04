"""A stage for the effects: the stand-in Slack over real HTTP, and a memory of dicts."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from incident_bot.domain import entries as e
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Incident, Room
from incident_bot.domain.parts import parts
from incident_bot.domain.people import PAGERDUTY, Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Milestone, Severity, Standing
from incident_bot.effects import Done, Effect, Later
from incident_bot.slack.effects import handlers
from incident_bot.slack.gateway import Gateway, SlackUnknown
from incident_bot.slack.lookup import Lookup
from incident_bot.standin import SlackStandIn
from incident_bot.store import Job, KnownPerson

DETECTED = datetime(2025, 10, 27, 14, 23, tzinfo=UTC)


@dataclass
class Shelf:
    """What the store remembers, without a database."""

    holders: dict[str, Incident] = field(default_factory=dict)
    entries: list[e.Entry] = field(default_factory=list)
    results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    alerts: dict[str, AlertSeen] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    everything: list[Incident] = field(default_factory=list)

    async def in_channel(self, channel_id: str) -> Incident | None:
        return self.holders.get(channel_id)

    async def journal(self, ref: str) -> Sequence[e.Entry]:
        return self.entries

    async def listed(
        self, wanted: Wanted, knows: Callable[[Incident], bool], *, offset: int = 0, limit: int = 50
    ) -> Sequence[Incident]:
        found = [i for i in self.everything if wanted.takes(i) and (not i.private or knows(i))]
        return found[offset : offset + limit]

    async def parts(self, slack_id: str, limit: int = 50) -> Sequence[Incident]:
        return [i for i in self.everything if slack_id in {who for who, _ in parts(i)}][:limit]

    async def result(self, job_key: str) -> Mapping[str, Any] | None:
        return self.results.get(job_key)

    async def alert(self, alert_id: str) -> AlertSeen | None:
        return self.alerts.get(alert_id)

    async def reserve_room_name(self, name: str, ref: str) -> bool:
        return self.names.setdefault(name, ref) == ref

    async def room_names(self, ref: str) -> Sequence[str]:
        return [name for name, holder in self.names.items() if holder == ref]


@dataclass
class Phonebook:
    """PagerDuty people by id; Slack people through the real look-up. An exception is raised."""

    lookup: Lookup
    pagerduty: dict[str, KnownPerson | Exception] = field(default_factory=dict)

    async def by_slack(
        self, slack_id: str, handle: str | None = None, *, patience: float = 1.0
    ) -> KnownPerson:
        try:
            found = await self.lookup.slack_user(slack_id)
        except Later:
            found = None
        return found or somebody(slack_id, slack_id=slack_id)

    async def by_pagerduty(self, pagerduty_id: str, name: str | None = None) -> KnownPerson:
        found = self.pagerduty[pagerduty_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def by_email(self, email: str) -> KnownPerson | None:
        return await self.lookup.slack_user_by_email(email)


def somebody(name: str, **known: Any) -> KnownPerson:
    return KnownPerson(name=name, fetched_at=datetime.now(UTC), **known)


def an_incident(**changes: Any) -> Incident:
    return Incident(
        ref="INC-1", title="Checkout fails", severity=Severity.SEV2, last_seq=2,
        times={Milestone.DETECTED: DETECTED},
    ).model_copy(update=changes)  # fmt: skip


@dataclass
class Stage:
    """Performs jobs of `incident` with the real handlers."""

    slack: SlackStandIn
    gateway: Gateway
    lookup: Lookup
    shelf: Shelf
    people: Phonebook
    policy: Policy
    incident: Incident
    on_call: dict[str, list[KnownPerson] | Exception] = field(default_factory=dict)
    assigned: list[tuple[str, Person]] = field(default_factory=list)
    assign_error: Exception | None = None
    document: str = "# Postmortem\n"

    def __post_init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """New handlers: what a process keeps in memory is gone."""
        self.handlers = handlers(
            self.gateway, self.shelf, self.people, self.policy, lookup=self.lookup,
            on_call=self._on_call, assign=self._assign,
            write_postmortem=lambda incident, journal: self.document,
            write_timeline=lambda incident, journal: self.document,
            stands=self._stands,
        )  # fmt: skip

    async def _stands(self, person: Person) -> Mapping[str, Standing]:
        return {}

    async def _on_call(self, policy: str) -> list[KnownPerson]:
        answer = self.on_call[policy]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _assign(self, ref: str, role: str, person: Person) -> None:
        if self.assign_error is not None:
            raise self.assign_error
        self.assigned.append((role, person))

    async def perform(
        self, kind: JobKind, key: str = "INC-1/job", args: Mapping[str, Any] | None = None, *,
        again: bool = False, attempt: int = 1, job_id: int = 7,
    ) -> Done:  # fmt: skip
        job = Job(job_id, key, kind, "INC-1", args or {}, None, attempt, 1, again)
        done = await self.handlers[kind](Effect(job, self.incident, again))
        self.shelf.results[key] = done.result
        return done

    async def perform_through(
        self, kind: JobKind, key: str = "INC-1/job", args: Mapping[str, Any] | None = None
    ) -> Done:
        """As a runner does: after an unknown outcome, once more with `again`, in a new process."""
        try:
            return await self.perform(kind, key, args)
        except SlackUnknown:
            self.start_anew()
            return await self.perform(kind, key, args, again=True, attempt=2)

    async def with_room(self, **changes: Any) -> "Stage":
        done = await self.perform(JobKind.CREATE_ROOM, "INC-1/room")
        room = Room(channel_id=done.result["channel"], name=done.result["name"])
        self.incident = self.incident.model_copy(update={"room": room, **changes})
        return self

    @property
    def room(self) -> Any:
        assert self.incident.room is not None
        return self.slack.channels[self.incident.room.channel_id]

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [call.args for call in self.slack.calls if call.method == method]


@asynccontextmanager
async def a_stage(policy: Policy | None = None, **changes: Any) -> Any:
    """A running stand-in with the bot's handlers and one incident."""
    async with SlackStandIn() as slack:
        gateway = Gateway(SecretStr(slack.bot_token), slack.url, timeout=5.0, strict=True)
        lookup, shelf = Lookup(gateway), Shelf()
        opened = e.Opened(title="Checkout fails", severity=Severity.SEV2)
        began = datetime.now(UTC) - timedelta(seconds=1)
        shelf.entries.append(
            e.Entry(seq=1, occurred_at=DETECTED, recorded_at=began, actor=PAGERDUTY, body=opened)
        )
        incident = an_incident(**changes)
        try:
            yield Stage(
                slack, gateway, lookup, shelf, Phonebook(lookup), policy or Policy(), incident
            )
        finally:
            await gateway.close()
