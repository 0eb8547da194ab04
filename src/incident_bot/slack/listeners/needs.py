"""What the listeners need of the rest of the bot, as small as it is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from incident_bot.domain.commands import AlertSeen, Command
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Standing
from incident_bot.service import Outcome
from incident_bot.store import Delivery, KnownPerson


class Reads(Protocol):
    """What listeners read of the store."""

    async def incident(self, ref: str) -> Incident | None: ...
    async def in_channel(self, channel_id: str) -> Incident | None: ...
    async def journal(self, ref: str) -> list[Entry]: ...
    async def incidents(
        self, *, only_open: bool, include_private: bool, limit: int = 50
    ) -> list[Incident]: ...
    async def listed(
        self, wanted: Wanted, knows: Callable[[Incident], bool], *, offset: int = 0, limit: int = 50
    ) -> list[Incident]: ...
    async def is_to_be_done(self, lane: str) -> bool: ...
    async def alert(self, alert_id: str) -> AlertSeen | None: ...


class Serves(Protocol):
    """The service, as listeners need it."""

    @property
    def store(self) -> Reads: ...
    @property
    def policy(self) -> Policy: ...
    def now(self) -> datetime: ...
    async def groups(self, person: Person) -> Mapping[str, Standing]: ...
    async def handle(
        self,
        command: Command,
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome: ...
    async def handle_all(
        self,
        commands: Sequence[Command],
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome: ...


class Knows(Protocol):
    """Who is who."""

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson: ...
    async def by_handle(self, handle: str) -> list[KnownPerson]: ...
