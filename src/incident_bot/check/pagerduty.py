"""PagerDuty: the token, in whose name the bot writes, the webhooks, and this machine's clock."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from incident_bot.check.asking_pagerduty import Asking, Limited, Unreached
from incident_bot.check.clock import clock
from incident_bot.check.isolation import alone
from incident_bot.check.named import named_in
from incident_bot.check.pagerduty_names import (
    NAMES,
    PEOPLE,
    POLICIES,
    SERVICES,
    people,
    policies as policies_check,
    services as services_check,
)
from incident_bot.check.report import Finding, Status, fail, ok, skip, warn
from incident_bot.check.settings import Reading
from incident_bot.config import Settings
from incident_bot.pagerduty import PagerDutyRefused
from incident_bot.pagerduty.answers import part, word

TOKEN, FROM, CLOCK = "pagerduty.token", "pagerduty.from", "pagerduty.clock"
SECRETS, WEBHOOK = "pagerduty.webhook_secrets", "pagerduty.webhook"
WITH_TOKEN = (TOKEN, FROM, CLOCK, WEBHOOK, *NAMES)

PATH = "/pagerduty/webhook"
EVENTS = (
    "incident.triggered",
    "incident.acknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.escalated",
    "incident.priority_updated",
    "incident.annotated",
)
"""What the bot acts on; further events go into the timeline."""

_MAY_ONLY_READ = frozenset(
    {"read_only_user", "read_only_limited_user", "observer", "restricted_access"}
)
_NEW_KEY = (
    "Copy the key again, or make one: Integrations, API Access Keys, Create New API Key (not "
    "read-only)."
)
_OTHER_REGION = {
    "api.pagerduty.com": "an account in the EU: PAGERDUTY_API_URL=https://api.eu.pagerduty.com",
    "api.eu.pagerduty.com": "an account in the US: PAGERDUTY_API_URL=https://api.pagerduty.com",
}
_MAKE_SUBSCRIPTION = (
    f"Make one: Integrations, Generic Webhooks (v3), New Webhook, https://YOUR-HOST{PATH}, all "
    "incident events; its secret, shown once, goes into PAGERDUTY_WEBHOOK_SECRETS."
)


def skipped(reading: Reading, why: str) -> list[Finding]:
    """Everything that would ask PagerDuty, skipped for a reason."""
    return [*webhook_secrets(reading), *(skip(name, why) for name in WITH_TOKEN)]


async def pagerduty_checks(reading: Reading, settings: Settings, seconds: float) -> list[Finding]:
    """All of PagerDuty's findings; `seconds` is the patience of each check."""
    for variable in ("PAGERDUTY_API_URL", "PAGERDUTY_API_TOKEN"):
        if not reading.usable(variable):
            return skipped(reading, f"{variable} is missing or wrong, see settings")
    if settings.pagerduty_api_token is None:
        none = warn(
            TOKEN,
            "none: nobody is looked up on call, and nothing is acknowledged or resolved in "
            "PagerDuty",
            "Set PAGERDUTY_API_TOKEN and PAGERDUTY_FROM_EMAIL.",
        )
        without = [skip(name, "there is no PAGERDUTY_API_TOKEN") for name in WITH_TOKEN[1:]]
        return [*webhook_secrets(reading), none, *without]
    asking = Asking(settings.pagerduty_api_token, settings.pagerduty_api_url, seconds)
    try:
        return [*webhook_secrets(reading), *await _asked(asking, reading, settings, seconds)]
    finally:
        await asking.close()


async def _asked(
    asking: Asking, reading: Reading, settings: Settings, seconds: float
) -> list[Finding]:
    token = await _token(asking)
    now = skip(CLOCK, "PagerDuty is not reached")
    if asking.heard is not None:
        now = clock(CLOCK, "PagerDuty", *asking.heard)
    if token.status is Status.FAIL:
        why = "PagerDuty is not reached" if asking.heard is None else "the token is refused"
        return [token, skip(FROM, why), now, *(skip(name, why) for name in WITH_TOKEN[3:])]
    named = named_in(settings.policy)
    slow = "PagerDuty did not tell"
    sender, *others = await asyncio.gather(
        alone(FROM, seconds, _from(asking, reading, settings), slow=slow, late=warn),
        alone(WEBHOOK, seconds, _webhook(asking, settings), slow=slow, late=warn),
        alone(POLICIES, seconds, policies_check(asking, named), slow=slow, late=warn),
        alone(SERVICES, seconds, services_check(asking, named), slow=slow, late=warn),
        alone(PEOPLE, seconds, people(asking, named), slow=slow, late=warn),
    )
    return [token, *sender, now, *(one for some in others for one in some)]


async def _token(asking: Asking) -> Finding:
    """A user's key knows itself; an account's key does not, and lists the account's abilities.
    One that may do only some things may list users at least: the bot needs that."""
    try:
        try:
            if me := part(await asking.get("/users/me"), "user"):
                return _of_a_user(me)
            raise Unreached(f"{asking.host} answers, but not as PagerDuty's REST API does")
        except PagerDutyRefused as refused:
            if refused.status not in (400, 403, 404):
                raise
        try:
            await asking.get("/abilities")
        except PagerDutyRefused as refused:
            if refused.status not in (403, 404):
                raise
            await asking.get("/users", limit=1)
    except Limited as limited:
        return warn(TOKEN, str(limited))
    except Unreached as error:
        fix = f"This machine must reach {asking.base} (firewall, proxy, PAGERDUTY_API_URL)."
        return fail(TOKEN, str(error), fix)
    except PagerDutyRefused as refused:
        return refused_token(refused, asking.host)
    return ok(
        TOKEN, "accepted, a key of the account; that it may also write only the first write proves"
    )


def _of_a_user(me: Mapping[str, Any]) -> Finding:
    name, role = word(me, "name") or "somebody", word(me, "role") or "user"
    if role in _MAY_ONLY_READ:
        return warn(
            TOKEN,
            f"accepted, but it is {name}'s own key, and the role {role} may only read",
            "Take a key of the account, or of a user who may respond to incidents.",
        )
    return ok(TOKEN, f"accepted, {name}'s own key; when {name} leaves, it ends")


def refused_token(refused: PagerDutyRefused, host: str) -> Finding:
    """What to say of a token that PagerDuty at this host does not take."""
    if refused.status == 401:
        other = _OTHER_REGION.get(host)
        fix = f"{_NEW_KEY} For {other}." if other else _NEW_KEY
        return fail(TOKEN, "PagerDuty does not know this token (401)", fix)
    if refused.status == 404:
        return fail(
            TOKEN,
            f"{host} answers, but not as PagerDuty's REST API does (404)",
            "Check PAGERDUTY_API_URL: https://api.pagerduty.com, https://api.eu.pagerduty.com.",
        )
    return fail(TOKEN, f"PagerDuty refuses the token ({refused.status})", _NEW_KEY)


async def _from(asking: Asking, reading: Reading, settings: Settings) -> list[Finding]:
    email = settings.pagerduty_from_email
    if not reading.usable("PAGERDUTY_FROM_EMAIL") or email is None:
        return [skip(FROM, "PAGERDUTY_FROM_EMAIL is missing or wrong, see settings")]
    try:
        async for user in asking.items("/users", "users", query=email):
            if str(user.get("email")).casefold() == email.casefold():
                return [ok(FROM, f"{email}, the user {word(user, 'name')}")]
    except Unreached as error:
        return [warn(FROM, str(error))]
    except PagerDutyRefused as refused:
        return [warn(FROM, f"the token may not list users ({refused.status})")]
    return [
        fail(
            FROM,
            f"PagerDuty has no user {email}, and refuses every write in that name",
            "Set PAGERDUTY_FROM_EMAIL to the e-mail address of one of its users.",
        )
    ]


def webhook_secrets(reading: Reading) -> list[Finding]:
    """Their form and number. PagerDuty never tells a secret again, so nothing proves it here."""
    name = "PAGERDUTY_WEBHOOK_SECRETS"
    if not reading.usable(name) or reading.settings is None:
        return [skip(SECRETS, f"{name} is missing or wrong, see settings")]
    secrets = [s.get_secret_value() for s in reading.settings.pagerduty_webhook_secrets]
    token = reading.settings.pagerduty_api_token
    if not secrets:
        fix = f"Set {name} to the secret that PagerDuty showed when the webhook was made."
        return [warn(SECRETS, "none: every webhook of PagerDuty is refused", fix)]
    found = []
    for number, secret in enumerate(secrets, 1):
        which = "it" if len(secrets) == 1 else f"number {number}"
        if problem := _no_webhook_secret(secret, token.get_secret_value() if token else ""):
            found.append(fail(SECRETS, f"{which} {problem}", _MAKE_SUBSCRIPTION))
        elif len(secret) < 8 or re.fullmatch(r"(.)\1*", secret):
            short = f"{which} has {len(secret)} characters, so it may not have been copied whole"
            found.append(warn(SECRETS, short, _MAKE_SUBSCRIPTION))
    if len(set(secrets)) < len(secrets):
        found.append(warn(SECRETS, "one of them stands there twice", f"Take it out of {name}."))
    many = f"{len(secrets)} secrets" if len(secrets) > 1 else "1 secret"
    return found or [ok(SECRETS, f"{many}; the first webhook of PagerDuty proves it")]


def _no_webhook_secret(secret: str, token: str) -> str:
    """What it is instead, where that can be seen; "" when it may be one."""
    if secret == token:
        return "is PAGERDUTY_API_TOKEN"
    if secret.startswith(("xoxb-", "xapp-", "xoxp-", "xoxe")):
        return "is a token of Slack's"
    if secret.startswith(("http://", "https://")):
        return "is an address"
    if '"' in secret or "'" in secret:
        return "has quotes in it: leave them out"
    return ""


async def _webhook(asking: Asking, settings: Settings) -> list[Finding]:
    try:
        ours = [
            one
            async for one in asking.items("/webhook_subscriptions", "webhook_subscriptions")
            if urlsplit(_url(one)).path.rstrip("/").endswith(PATH)
        ]
    except Unreached as error:
        return [warn(WEBHOOK, str(error))]
    except PagerDutyRefused as refused:
        return [skip(WEBHOOK, f"the token may not list webhooks ({refused.status})")]
    return webhook_findings(ours, len(settings.pagerduty_webhook_secrets))


def _url(subscription: Mapping[str, Any]) -> str:
    """Where it goes, without what may be a secret: user, password and query."""
    parts = urlsplit(word(part(subscription, "delivery_method"), "url") or "")
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def webhook_findings(ours: list[Mapping[str, Any]], secrets: int) -> list[Finding]:
    """What to say of the subscriptions whose address ends like the bot's."""
    if not ours:
        return [
            warn(WEBHOOK, f"no subscription to an address ending in {PATH}", _MAKE_SUBSCRIPTION)
        ]
    found = []
    for one in ours:
        shown = f"{one.get('id')} to {_url(one)}"
        if part(one, "delivery_method").get("temporarily_disabled"):
            found.append(
                fail(
                    WEBHOOK,
                    f"{shown} is disabled: three deliveries in a row were refused",
                    "Often the secret is wrong. Mend it, then enable the webhook under "
                    f"Integrations, Generic Webhooks (or POST /webhook_subscriptions/"
                    f"{one.get('id')}/enable). What happened meanwhile is lost.",
                )
            )
        elif one.get("active") is False:
            found.append(warn(WEBHOOK, f"{shown} is switched off", "Switch it on in PagerDuty."))
        elif missing := [event for event in EVENTS if event not in (one.get("events") or ())]:
            found.append(
                warn(
                    WEBHOOK,
                    f"{shown} does not send {', '.join(missing)}",
                    "Edit it under Integrations, Generic Webhooks: all incident events.",
                )
            )
    if 0 < secrets < len(ours):
        found.append(
            warn(
                WEBHOOK,
                f"{len(ours)} subscriptions, and {secrets} in PAGERDUTY_WEBHOOK_SECRETS",
                "Each has a secret of its own; those of other bots need not be here.",
            )
        )
    told = ", ".join(f"{_url(one)} ({_reach(one)})" for one in ours)
    return found or [ok(WEBHOOK, told)]


def _reach(subscription: Mapping[str, Any]) -> str:
    kind = word(part(subscription, "filter"), "type") or ""
    return {
        "service_reference": "one service's alerts",
        "team_reference": "one team's alerts",
    }.get(kind, "all alerts")
