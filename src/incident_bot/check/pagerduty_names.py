"""What the configuration names in PagerDuty: escalation policies, services, people.

None of it stops the bot: what is missing is a warning.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from incident_bot.check.asking_pagerduty import Asking, Unreached
from incident_bot.check.named import Named, where
from incident_bot.check.report import Finding, ok, warn
from incident_bot.pagerduty import PagerDutyRefused
from incident_bot.pagerduty.answers import part, word

POLICIES, SERVICES = "pagerduty.policies", "pagerduty.services"
PEOPLE = "pagerduty.people"
NAMES = (POLICIES, SERVICES, PEOPLE)
_ID = re.compile(r"[A-Z0-9]{5,}")


async def policies(asking: Asking, named: Named) -> list[Finding]:
    """Every escalation policy of a role exists."""
    if not named.escalation_policies:
        return [ok(POLICIES, "the configuration names none")]
    found, known = list[Finding](), list[str]()
    async with _told(POLICIES, found):
        for policy_id in named.escalation_policies:
            policy = await _by_id(asking, "escalation_policy", "/escalation_policies", policy_id)
            if policy is None:
                missing = (
                    f"there is no escalation policy {where(policy_id, named.escalation_policies)}"
                )
                fix = "Its id is the end of its address in PagerDuty; the role stays free."
                found.append(warn(POLICIES, missing, fix))
            else:
                known.append(word(policy, "name") or policy_id)
    return found or [ok(POLICIES, ", ".join(known))]


async def services(asking: Asking, named: Named) -> list[Finding]:
    """Every service of a route or an objective exists, by its id or its exact name."""
    if not named.services:
        return [ok(SERVICES, "the configuration names none")]
    found = list[Finding]()
    async with _told(SERVICES, found):
        for name in named.services:
            if await _is_service(asking, name):
                continue
            missing = f"there is no service {where(name, named.services)}"
            fix = "Write its id or its exact name, large and small letters too: no alert matches."
            found.append(warn(SERVICES, missing, fix))
    return found or [ok(SERVICES, ", ".join(named.services))]


async def _is_service(asking: Asking, name: str) -> bool:
    if _ID.fullmatch(name) and await _by_id(asking, "service", "/services", name) is not None:
        return True
    async for one in asking.items("/services", "services", query=name):
        if one.get("name") == name:
            return True
    return False


async def people(asking: Asking, named: Named) -> list[Finding]:
    """Who of those named by e-mail is in PagerDuty too. Nobody needs to be: Slack is enough."""
    if not named.emails:
        return [ok(PEOPLE, "the configuration names nobody by e-mail")]
    found, absent = list[Finding](), list[str]()
    async with _told(PEOPLE, found):
        for email in named.emails:
            async for user in asking.items("/users", "users", query=email):
                if str(user.get("email")).casefold() == email.casefold():
                    break
            else:
                absent.append(email)
    here = len(named.emails) - len(absent)
    told = f"{here} of {len(named.emails)} have an account"
    if absent:
        told += f"; without one, and reached through Slack only: {', '.join(absent)}"
    return found or [ok(PEOPLE, told)]


async def _by_id(asking: Asking, kind: str, path: str, item: str) -> Mapping[str, Any] | None:
    try:
        return part(await asking.get(f"{path}/{{id}}", item), kind)
    except PagerDutyRefused as refused:
        if refused.is_unknown:
            return None
        raise


@asynccontextmanager
async def _told(name: str, found: list[Finding]) -> AsyncIterator[None]:
    """What PagerDuty does not tell becomes a warning."""
    try:
        yield
    except Unreached as error:
        found.append(warn(name, str(error)))
    except PagerDutyRefused as refused:
        found.append(warn(name, f"the token may not look it up ({refused.status})"))
