"""Whom a route invites: e-mail addresses, Slack ids and user groups, made into Slack ids."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from incident_bot.config import is_group, is_user
from incident_bot.effects import Away, Later, Side
from incident_bot.slack.effects.needs import Directory
from incident_bot.slack.gateway import SlackRefused
from incident_bot.slack.lookup import Lookup

log = structlog.get_logger(__name__)

WHERE = "incident-bot.toml, routes"
NO_GROUP = "The user group {name} does not exist in Slack ({where}): invite its people by hand."
EMPTY_GROUP = "Nobody is in the user group {name} ({where})."
NO_ADDRESS = "Nobody in Slack has the address {name} ({where}): invite them by hand."
NO_NAME = "{name} is no e-mail address, Slack id or user group like @payments ({where})."
REFUSED = "Slack does not tell who {name} is ({why}; {where}): invite them by hand."


@dataclass
class Found:
    """Slack ids, each once; `refused` says in words who is not to be had; `waiting`, by the name
    given, why nobody could tell just now; `away` is the side that did not answer."""

    ids: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    away: Side | None = None


class Guests:
    """Finds them in Slack, all at once; one that is not found keeps no other out."""

    def __init__(self, people: Directory, lookup: Lookup) -> None:
        self._people = people
        self._lookup = lookup

    async def __call__(self, named: Sequence[str]) -> Found:
        """The people behind the names."""
        looks = await asyncio.gather(*map(self._ids, named), return_exceptions=True)
        found = Found()
        for name, one in zip(named, looks, strict=True):
            match one:
                case str():
                    found.refused.append(one.format(name=name, where=WHERE))
                case SlackRefused():
                    found.refused.append(REFUSED.format(name=name, why=_why(one), where=WHERE))
                case Later():
                    found.waiting[name] = f" ({one})"
                    found.away = one.side if isinstance(one, Away) else found.away
                case Exception():
                    # Neither the address nor the error's words, which may quote it.
                    log.warning("a guest not looked up", error=type(one).__name__)
                    found.waiting[name] = ""
                case BaseException():
                    raise one
                case ids:
                    found.ids += ids
        found.ids = list(dict.fromkeys(found.ids))
        return found

    async def _ids(self, name: str) -> Sequence[str] | str:
        """Slack ids, or the sentence that says why there are none."""
        if is_user(name):
            return [name]
        if is_group(name):
            members = await self._lookup.usergroup(name)
            return NO_GROUP if members is None else members or EMPTY_GROUP
        if "@" not in name:
            return NO_NAME
        person = await self._people.by_email(name)
        return [person.slack_id] if person and person.slack_id else NO_ADDRESS


def _why(refused: SlackRefused) -> str:
    if refused.code == "missing_scope":
        return f"the Slack app lacks the permission {refused.answer.get('needed') or 'for it'}"
    if refused.code == "plan_upgrade_required":
        return "this workspace's plan has no user groups"
    return f"{refused.method}: {refused.code}"
