"""Who is who: Slack and PagerDuty users and e-mail addresses, cached in the store.

The two outside look-ups are given by the composition root, so that the adapters need not know
each other.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from incident_bot.effects import Later, Refused
from incident_bot.store import KnownPerson, Store

log = structlog.get_logger(__name__)

FRESH = timedelta(hours=24)
"""How long a cached person is taken as it is."""

PATIENCE = 1.0
"""Seconds that somebody who waits for an answer can spare for a look-up."""

Lookup = Callable[[str], Awaitable[KnownPerson | None]]


class People:
    """Looks people up, in the cache first."""

    def __init__(
        self,
        store: Store,
        *,
        slack_user: Lookup,
        slack_user_by_email: Lookup,
        pagerduty_user: Lookup | None,
    ) -> None:
        self._store = store
        self._slack_user = slack_user
        self._slack_user_by_email = slack_user_by_email
        self._pagerduty_user = pagerduty_user
        self._asking: dict[str, asyncio.Task[KnownPerson]] = {}

    async def by_slack(
        self, slack_id: str, handle: str | None = None, *, patience: float = PATIENCE
    ) -> KnownPerson:
        """A Slack user. Never fails: when Slack is away, or slower than `patience` (seconds), what
        is known must do."""
        cached = await self._store.person(slack_id=slack_id)
        if cached is not None and _is_fresh(cached):
            return cached
        try:
            async with asyncio.timeout(patience):
                found = await self._slack_user(slack_id)
        except Exception as error:  # outermost edge of a courtesy: somebody waits for an answer
            log.warning("Slack user not looked up", user=slack_id, error=repr(error))
            found = None
        if found is not None:
            return await self._store.save_person(found)
        return cached or KnownPerson(
            name=handle or slack_id,
            handle=handle,
            slack_id=slack_id,
            pagerduty_id=None,
            email=None,
            fetched_at=datetime.now(UTC),
        )

    async def by_handle(self, handle: str) -> list[KnownPerson]:
        """Slack users of this handle that were seen before, without asking Slack. More than one:
        somebody took over a handle, or has it in another workspace."""
        return await self._store.called(handle)

    async def by_pagerduty(self, pagerduty_id: str, name: str | None = None) -> KnownPerson:
        """A PagerDuty user with the Slack account of the same e-mail address, if there is one.

        Raises what the look-ups raise when PagerDuty or Slack is away; but a Slack account that
        was known once must do then, so that the person can be invited.
        """
        cached = await self._store.person(pagerduty_id=pagerduty_id)
        if cached is not None and cached.slack_id and _is_fresh(cached):
            return cached
        try:
            return await self._once(pagerduty_id, name, cached)
        except (Later, Refused) as problem:
            if cached is None or not cached.slack_id:
                raise
            log.warning("PagerDuty user not looked up", user=pagerduty_id, error=str(problem))
            return cached

    async def _once(
        self, pagerduty_id: str, name: str | None, cached: KnownPerson | None
    ) -> KnownPerson:
        """Shares a look-up that is under way: an invitation need not begin it anew."""
        asking = self._asking.get(pagerduty_id)
        if asking is None:
            asking = asyncio.create_task(self._from_pagerduty(pagerduty_id, name, cached))
            self._asking[pagerduty_id] = asking
            asking.add_done_callback(partial(self._answered, pagerduty_id))
        return await asyncio.shield(asking)

    def _answered(self, pagerduty_id: str, asked: asyncio.Task[KnownPerson]) -> None:
        del self._asking[pagerduty_id]
        if not asked.cancelled():
            asked.exception()  # nobody may have had the time to wait for it

    async def _from_pagerduty(
        self, pagerduty_id: str, name: str | None, cached: KnownPerson | None
    ) -> KnownPerson:
        found = await self._pagerduty_user(pagerduty_id) if self._pagerduty_user else None
        if found is None:
            return cached or KnownPerson(
                name=name or pagerduty_id,
                handle=None,
                slack_id=None,
                pagerduty_id=pagerduty_id,
                email=None,
                fetched_at=datetime.now(UTC),
            )
        return await self.with_slack(found)

    async def with_slack(self, found: KnownPerson) -> KnownPerson:
        """The same person with their Slack account, found by e-mail; both are kept together."""
        if found.email and (in_slack := await self._slack_user_by_email(found.email)):
            found = in_slack.model_copy(
                update={"pagerduty_id": found.pagerduty_id, "email": found.email}
            )
        return await self._store.save_person(found)

    async def by_email(self, email: str) -> KnownPerson | None:
        """A Slack user by e-mail address; None when the workspace knows nobody by it."""
        cached = await self._store.person(email=email)
        if cached is not None and cached.slack_id and _is_fresh(cached):
            return cached
        found = await self._slack_user_by_email(email)
        return await self._store.save_person(found) if found is not None else None


def _is_fresh(person: KnownPerson) -> bool:
    return datetime.now(UTC) - person.fetched_at < FRESH
