"""What the configuration names in Slack: the announcement channel, people, user groups.

None of it stops the bot: what is missing is a warning, as it is in a running bot.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from incident_bot.check.asking_slack import (
    LIMITED,
    TOO_MANY,
    Refused,
    Said,
    Slack,
    Unreached,
    refusal,
)
from incident_bot.check.named import Named, where
from incident_bot.check.report import Finding, ok, warn
from incident_bot.check.settings import channel_words
from incident_bot.config import is_channel_id
from incident_bot.domain.policy import Policy

CHANNEL, PEOPLE, GROUPS = "slack.channel", "slack.people", "slack.groups"
_NOBODY = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
_AT_ONCE = 5
BY_ID = (
    'Write its id, which needs no search: announcement_channel = "C…" (in Slack, at the end of '
    "the channel's details)."
)


async def channel(slack: Slack, policy: Policy, who: Said) -> list[Finding]:
    """The announcement channel: there, open, and the bot is in it or can join it."""
    name = policy.announcement_channel
    if not name:
        return [ok(CHANNEL, "none is configured, so nothing is announced")]
    bot = str(who.data.get("user") or "incident-bot")
    try:
        if is_channel_id(name):
            said = await slack.ask("conversations.info", channel=name)
            if said.code not in ("", "channel_not_found"):
                raise Refused(said.code, said.data)
            found = [said.data["channel"]] if not said.code else []
        else:
            found = await _by_name(slack, name.removeprefix("#"))
    except Unreached as error:
        return [warn(CHANNEL, f"{channel_words(name)}: {error}")]
    except Refused as refused:
        told = f"{channel_words(name)}: {refusal(refused.code, refused.data)}"
        return [warn(CHANNEL, told, BY_ID if refused.code in (LIMITED, TOO_MANY) else "")]
    return [channel_finding(name, found, bot)]


async def _by_name(slack: Slack, name: str) -> list[Mapping[str, Any]]:
    """The channels of that name that the bot can see; archived ones, of which large workspaces
    have many, only when there is no other."""
    kinds = "public_channel,private_channel"
    for archived in ("true", "false"):
        found = []
        listed = slack.pages(
            "conversations.list", "channels", types=kinds, exclude_archived=archived
        )
        async for one in listed:
            if one.get("name") == name:
                found.append(one)
                if not one.get("is_archived") and not one.get("is_private"):
                    break
        if found:
            return found
    return []


def channel_finding(name: str, found: list[Mapping[str, Any]], bot: str) -> Finding:
    """What to say of the channels that go by a configured name or id."""
    shown = channel_words(name)
    by_id = is_channel_id(name)
    best = min(found, key=lambda c: (bool(c.get("is_archived")), bool(c.get("is_private"))),
               default=None)  # fmt: skip
    if best is None and by_id:
        return warn(
            CHANNEL,
            f"the bot sees no channel {shown}, so nothing is announced",
            f"If it is private, type /invite @{bot} in it; or set announcement_channel.",
        )
    if best is None:
        return warn(
            CHANNEL,
            f"there is no public channel {shown}, so nothing is announced",
            "Create it, or set announcement_channel (false: announce nothing).",
        )
    if best.get("is_archived"):
        return warn(
            CHANNEL,
            f"{shown} is archived, so nothing is announced",
            "Unarchive it, or set announcement_channel.",
        )
    if best.get("is_private") and not by_id:
        return warn(
            CHANNEL,
            f"{shown} is private, and a name is only looked for among public channels",
            f'Write its id: announcement_channel = "{best.get("id")}".',
        )
    if best.get("is_member"):
        return ok(CHANNEL, f"{shown}, and the bot is in it")
    if best.get("is_private"):
        return warn(
            CHANNEL,
            f"{shown} is private, and the bot is not in it",
            f"Type /invite @{bot} in it.",
        )
    return ok(CHANNEL, f"{shown}, which the bot joins with its first announcement")


async def people(slack: Slack, named: Named) -> list[Finding]:
    """Everybody in roles, routes and permissions has an active account."""
    everybody = {**named.users, **named.emails}
    if not everybody:
        return [ok(PEOPLE, "the configuration names nobody")]
    turn = asyncio.Semaphore(_AT_ONCE)

    async def look(name: str) -> Said:
        async with turn:
            if name in named.emails:
                return await slack.ask("users.lookupByEmail", email=name)
            return await slack.ask("users.info", user=name)

    try:
        said = await asyncio.gather(*map(look, everybody))
    except Unreached as error:
        return [warn(PEOPLE, str(error))]
    found, untold = list[Finding](), dict[str, list[str]]()
    for name, answer in zip(everybody, said, strict=True):
        problem = person_problem(answer)
        if problem and answer.code not in ("", *_NOBODY):  # most likely the same for everybody
            untold.setdefault(problem, []).append(name)
        elif problem:
            fix = "They are not invited and fill no role."
            found.append(warn(PEOPLE, f"{where(name, everybody)} {problem}", fix))
    found += [warn(PEOPLE, f"{', '.join(names)} {problem}") for problem, names in untold.items()]
    many = f"{len(everybody)} people" if len(everybody) != 1 else "1 person"
    return found or [ok(PEOPLE, f"{many} in the configuration, all with an active account")]


def person_problem(said: Said) -> str:
    """What is the matter with a person that Slack was asked about; "" when nothing is."""
    if said.code in _NOBODY:
        return "has no active account in this workspace"
    if said.code:
        return f"could not be looked up: {refusal(said.code, said.data)}"
    user = said.data.get("user") or {}
    if user.get("deleted"):
        return "has a deactivated account"
    if user.get("is_bot"):
        return "is a bot"
    return ""


async def groups(slack: Slack, named: Named) -> list[Finding]:
    """The user groups whose people are invited, or may do what others may not, are in use."""
    if not named.groups:
        return [ok(GROUPS, "the configuration names none")]
    try:
        said = await slack.ask("usergroups.list", include_disabled="true")
    except Unreached as error:
        return [warn(GROUPS, str(error))]
    if said.code:
        return [warn(GROUPS, f"not looked up: {refusal(said.code, said.data)}")]
    return groups_findings(named, said.data.get("usergroups") or [])


def groups_findings(named: Named, listed: list[Mapping[str, Any]]) -> list[Finding]:
    """What to say of the configured groups, given all that the workspace has."""
    known = {str(g.get("id")): g for g in listed}
    known |= {f"@{str(g.get('handle')).casefold()}": g for g in listed}
    found = []
    for name in named.groups:
        group = known.get(name.casefold() if name.startswith("@") else name)
        if group is None:
            fix = f"Check the handle under People, User groups; {_without(name, named)}."
            found.append(warn(GROUPS, f"there is no {where(name, named.groups)}", fix))
        elif group.get("date_delete"):
            fix = f"Enable it under People, User groups; {_without(name, named)}."
            found.append(warn(GROUPS, f"{where(name, named.groups)} is disabled", fix))
    return found or [ok(GROUPS, f"{', '.join(named.groups)} exist" + _s(named))]


def _without(name: str, named: Named) -> str:
    """What follows from a group that cannot be asked for."""
    permitted = sum(place.startswith("permissions.") for place in named.groups[name])
    says = ["nobody is taken for one of it, and is refused"] if permitted else []
    if permitted < len(named.groups[name]):
        says.append("nobody of it is invited")
    return "; ".join(says)


def _s(named: Named) -> str:
    return "s" if len(named.groups) == 1 else ""
