"""Who is in the user groups that the permissions name.

Kept in memory, so that an answer costs no call: asked for at the start and every few minutes. When
Slack is away, what was known last counts. While nothing was ever known, one call is made for who
waits; when that fails too, nobody is taken for a member.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping

import structlog

from incident_bot.domain.people import Person
from incident_bot.domain.words import Standing
from incident_bot.effects import Later
from incident_bot.slack.gateway import SlackRefused
from incident_bot.slack.lookup import Lookup

log = structlog.get_logger(__name__)

EVERY = 120.0  # seconds between two looks
PATIENCE = 1.0  # seconds that somebody who waits for an answer can spare
PAUSE = 5.0  # seconds after a look in vain in which nobody waits for another


class Membership:
    """How people stand to the groups of these names (`@handle` or id)."""

    def __init__(self, lookup: Lookup, groups: Iterable[str]) -> None:
        self._lookup = lookup
        self._groups = tuple(groups)
        self._known: Mapping[str, frozenset[str]] | None = None
        self._missing: frozenset[str] = frozenset()
        self._asking: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def __call__(self, person: Person) -> Mapping[str, Standing]:
        """How the person stands to each. Never raises."""
        if self._known is None and self._groups and time.monotonic() >= self._not_before:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.refresh()
            except TimeoutError:
                self._not_before = time.monotonic() + PAUSE
        return {name: self._standing(name, person.slack_id) for name in self._groups}

    async def refresh(self) -> None:
        """Ask Slack who is in them, in one call; what it does not tell stays as it was known."""
        if not self._groups:
            return
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        await asyncio.shield(self._asking)

    async def _ask(self) -> None:
        try:
            listed = await self._lookup.usergroups()
        except (Later, SlackRefused) as error:
            self._not_before = time.monotonic() + PAUSE
            log.warning(
                "members of user groups not told",
                error=str(error),
                known_before=self._known is not None,
            )
            return
        except Exception as error:  # outermost edge: an answer waits, and the sweep comes again
            self._not_before = time.monotonic() + PAUSE
            log.warning("members of user groups not told", error=type(error).__name__)
            return
        finally:
            self._asking = None
        found = {name: listed[key] for name in self._groups if (key := _key(name)) in listed}
        missing = frozenset(self._groups) - frozenset(found)
        if new := sorted(missing - self._missing):
            fix = "nobody is taken for a member: see permissions, and `incident-bot check`"
            log.warning("no such user groups in Slack", groups=new, fix=fix)
        self._known, self._missing = found, missing

    def _standing(self, name: str, slack_id: str | None) -> Standing:
        members = None if self._known is None else self._known.get(name)
        if members is None:
            return Standing.UNKNOWN
        if not members:
            return Standing.EMPTY
        return Standing.MEMBER if slack_id in members else Standing.OUTSIDER


def _key(name: str) -> str:
    return name.casefold() if name.startswith("@") else name
