"""Who and what is in the Slack workspace: people by id and e-mail, channels and groups by name.

Somebody who is not there is None, what Slack cannot tell just now is Later ("ask again"), and
what it does not tell the bot is SlackRefused.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from incident_bot.config import is_channel_id
from incident_bot.effects import Later
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.remedies import TOKEN_REFUSED
from incident_bot.store import KnownPerson

log = structlog.get_logger(__name__)

_NOBODY = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
PAGE = 999  # Slack takes fewer than 1,000
MOST_PAGES = 100
GROUPS_FRESH = 60.0  # seconds that a user group and its members are taken as they were
SEARCH_AGAIN = 600.0  # seconds until a missing channel is looked for again


class Lookup:
    """The workspace as the bot sees it. Channels once found are remembered."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._channels: dict[str, str] = {}
        self._missing_until: dict[str, float] = {}
        self._reached: dict[str, str] = {}
        self._warned: set[str] = set()
        self._searching = asyncio.Lock()
        self._groups: tuple[float, dict[str, str]] = (0.0, {})
        self._members: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._grouping = asyncio.Lock()

    async def slack_user(self, slack_id: str) -> KnownPerson | None:
        """Somebody by Slack id, deactivated people included; None when Slack knows nobody."""
        return await self._user("users.info", user=slack_id)

    async def slack_user_by_email(self, email: str) -> KnownPerson | None:
        """An active person by e-mail address; None when the workspace has none."""
        return await self._user("users.lookupByEmail", email=email)

    async def _user(self, method: str, **args: str) -> KnownPerson | None:
        try:
            answer = await self._gateway.call(method, urgent=True, **args)
        except SlackRefused as refused:
            if refused.code in _NOBODY:
                return None
            raise
        return known_person(answer["user"])

    async def channel(self, name: str) -> str | None:
        """The id of a public channel by name (`incidents`, `#incidents`) or id.

        Pages through the workspace once; a missing channel is None, with one warning, and looked
        for again after ten minutes.
        """
        name = name.removeprefix("#").strip()
        if is_channel_id(name):
            return name
        async with self._searching:
            if name in self._channels:
                return self._channels[name]
            if time.monotonic() < self._missing_until.get(name, 0.0):
                return None
            if (found := await self._find(name)) is not None:
                self._channels[name] = found
            else:
                self._missing_until[name] = time.monotonic() + SEARCH_AGAIN
            return found

    async def usergroup(self, name: str) -> Sequence[str] | None:
        """The Slack ids of a user group's members, by its handle (`@payments`) or id.

        None when there is no such group, or it is disabled. Raises Later and SlackRefused (no
        permission, no user groups in this plan).
        """
        async with self._grouping:
            group = await self._group_id(name) if name.startswith("@") else name
            if group is None:
                return None
            until, members = self._members.get(group, (0.0, ()))
            if until <= time.monotonic():
                try:
                    answer = await self._gateway.call("usergroups.users.list", usergroup=group)
                except SlackRefused as refused:
                    if refused.code != "no_such_subteam":
                        raise
                    return None
                members = tuple(str(user) for user in answer.get("users") or ())
                self._members[group] = (time.monotonic() + GROUPS_FRESH, members)
            return members

    async def usergroups(self) -> Mapping[str, frozenset[str]]:
        """The Slack ids of the members of every user group in use, by its id and by its `@handle`
        in small letters. One call. Raises Later and SlackRefused."""
        answer = await self._gateway.call("usergroups.list", urgent=True, include_users=True)
        found: dict[str, frozenset[str]] = {}
        for group in answer.get("usergroups") or ():
            members = frozenset(map(str, group.get("users") or ()))
            found[str(group["id"])] = members
            found[f"@{str(group.get('handle')).casefold()}"] = members
        return found

    async def _group_id(self, handle: str) -> str | None:
        until, known = self._groups
        if until <= time.monotonic():
            answer = await self._gateway.call("usergroups.list")
            known = {
                str(group.get("handle")).casefold(): str(group["id"])
                for group in answer.get("usergroups") or ()
            }
            self._groups = (time.monotonic() + GROUPS_FRESH, known)
        return known.get(handle.removeprefix("@").casefold())

    async def _find(self, name: str) -> str | None:
        """Slack lists few pages a minute: a search that was stopped goes on where it was."""
        for _ in range(MOST_PAGES):
            cursor = self._reached.pop(name, None)
            try:
                answer = await self._gateway.call(
                    "conversations.list",
                    exclude_archived=True,
                    types="public_channel",
                    limit=PAGE,
                    cursor=cursor,
                )
            except Later:
                if cursor:
                    self._reached[name] = cursor
                raise
            except SlackRefused as refused:
                if refused.code == "invalid_cursor":
                    raise Later("Slack's list of channels is begun anew") from refused
                if refused.code in TOKEN_REFUSED:
                    raise
                self._warn(name, f"Slack refuses to list channels: {refused.code}")
                return None
            for channel in answer.get("channels") or ():
                if channel.get("name") == name:
                    return str(channel["id"])
            following = _next_cursor(answer)
            if following is None:
                break
            self._reached[name] = following
        self._warn(name, "create it, or set another announcement_channel")
        return None

    def _warn(self, name: str, fix: str) -> None:
        if name not in self._warned:
            self._warned.add(name)
            log.warning("no announcement channel", channel=name, fix=fix)


async def pages(
    gateway: Gateway, method: str, field: str, *, most: int = MOST_PAGES, **args: Any
) -> AsyncIterator[Mapping[str, Any]]:
    """The items of a method that answers in pages, at most `most` pages. Raises as `call`."""
    cursor: str | None = None
    for _ in range(most):
        answer = await gateway.call(method, cursor=cursor, **args)
        for item in answer.get(field) or ():
            yield item
        cursor = _next_cursor(answer)
        if cursor is None:
            return


def _next_cursor(answer: Mapping[str, Any]) -> str | None:
    return (answer.get("response_metadata") or {}).get("next_cursor") or None


def known_person(user: Mapping[str, Any]) -> KnownPerson:
    """A Slack user object as we keep people. `fetched_at` is real time."""
    profile = user.get("profile") or {}
    handle = str(user.get("name") or "") or None
    name = user.get("real_name") or profile.get("real_name") or handle or user["id"]
    return KnownPerson(
        name=str(name),
        handle=handle,
        slack_id=str(user["id"]),
        pagerduty_id=None,
        email=profile.get("email") or None,
        tz=str(user.get("tz") or "UTC"),
        title=str(profile.get("title") or ""),
        fetched_at=datetime.now(UTC),
    )
