"""What the handlers need of the rest of the bot, as small as it is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Standing
from incident_bot.store import KnownPerson

OnCallNow = Callable[[str], Awaitable[Sequence[KnownPerson]]]
"""Who is on call now at the first level of an escalation policy. Raises Later."""

Assign = Callable[[str, str, Person], Awaitable[None]]
"""`assign(ref, role_key, person)`: AssignRole by the bot, `only_if_free`."""

Stands = Callable[[Person], Awaitable[Mapping[str, Standing]]]
"""How somebody stands to the user groups that the permissions name."""

WriteDocument = Callable[[Incident, Sequence[Entry]], str]


class Memory(Protocol):
    """The part of the store that handlers read, and the names they reserve."""

    async def in_channel(self, channel_id: str) -> Incident | None:
        """The incident that holds this channel."""

    async def journal(self, ref: str) -> Sequence[Entry]:
        """All entries, oldest first."""

    async def listed(
        self, wanted: Wanted, knows: Callable[[Incident], bool], *, offset: int = 0, limit: int = 50
    ) -> Sequence[Incident]:
        """Those that are wanted, newest first; of private ones those of which `knows` says so."""

    async def parts(self, slack_id: str, limit: int = 50) -> Sequence[Incident]:
        """The incidents in which this person has unfinished work, newest first."""

    async def result(self, job_key: str) -> Mapping[str, Any] | None:
        """What a finished job left behind; None when it is not finished."""

    async def alert(self, alert_id: str) -> AlertSeen | None:
        """An alert as last seen."""

    async def reserve_room_name(self, name: str, ref: str) -> bool:
        """True when the name belongs to this incident from now on, or did before."""

    async def room_names(self, ref: str) -> Sequence[str]:
        """The names reserved for this incident, oldest first."""


class Directory(Protocol):
    """Who is who (`incident_bot.people.People`)."""

    async def by_slack(
        self, slack_id: str, handle: str | None = None, *, patience: float = 1.0
    ) -> KnownPerson:
        """Never fails; after `patience` (seconds) what is known must do."""

    async def by_pagerduty(self, pagerduty_id: str, name: str | None = None) -> KnownPerson:
        """Raises Later, or what the look-ups raise, when PagerDuty or Slack is away."""

    async def by_email(self, email: str) -> KnownPerson | None:
        """None when the workspace knows nobody by it. Raises Later."""
