"""`incident-bot check`: proves a configuration before it is used, and changes nothing.

Each family of checks has a file. They run at the same time, each with a time limit, and what is
wrong in one hides nothing in another. Every name is explained in docs/reference/check.md.
"""

import asyncio
from collections.abc import Mapping

from incident_bot.check import database, pagerduty, settings as of_settings, slack, surroundings
from incident_bot.check.isolation import alone
from incident_bot.check.report import Finding, Report, Status, skip, without_secrets
from incident_bot.check.settings import Reading
from incident_bot.check.sqlite_file import DATABASE
from incident_bot.config import Settings

__all__ = ["NAMES", "Finding", "Report", "Status", "check"]

NAMES = (
    of_settings.SETTINGS,
    of_settings.FILE,
    *slack.MODE_NAME.values(),
    *slack.WITH_BOT_TOKEN,
    pagerduty.SECRETS,
    *pagerduty.WITH_TOKEN,
    *database.NAMES,
    *surroundings.NAMES,
)
"""Every name that a finding may have."""

_ROUNDS = 4
"""So many questions one after the other, each with the time limit, may a family take."""


async def check(env: Mapping[str, str], *, offline: bool = False, seconds: float = 10.0) -> Report:
    """Everything that is found with these environment variables.

    `offline`: nothing is asked over the network. `seconds`: the patience with each answer.
    """
    reading = await asyncio.to_thread(of_settings.read, env)
    found = of_settings.findings(env, reading)
    if reading.settings is None:
        why = "the settings cannot be read"
        rest = [
            *slack.skipped(reading, why),
            *pagerduty.skipped(reading, why),
            *(skip(name, why) for name in (*database.NAMES, surroundings.ADDRESS)),
            surroundings.time_zones(),
        ]
    else:
        rest = await _checked(reading, reading.settings, offline, seconds)
    findings = without_secrets([*found, *rest], of_settings.secrets(env))
    return Report(reading.mode, findings, loadable=not reading.wrong)


async def _checked(
    reading: Reading, settings: Settings, offline: bool, seconds: float
) -> list[Finding]:
    limit = seconds * _ROUNDS

    async def asked_slack() -> list[Finding]:
        if offline:
            return slack.skipped(reading, "--offline")
        return await slack.slack_checks(reading, settings, seconds)

    async def asked_pagerduty() -> list[Finding]:
        if offline:
            return pagerduty.skipped(reading, "--offline")
        return await pagerduty.pagerduty_checks(reading, settings, seconds)

    async def zones() -> list[Finding]:
        return [await asyncio.to_thread(surroundings.time_zones)]

    families = await asyncio.gather(
        alone(slack.TOKEN, limit, asked_slack(), slow="Slack does not answer"),
        alone(pagerduty.TOKEN, limit, asked_pagerduty(), slow="PagerDuty does not answer"),
        alone(
            DATABASE,
            limit,
            database.database_checks(reading, settings, seconds, offline=offline),
            slow="the database does not answer",
        ),
        alone(
            surroundings.ADDRESS,
            limit,
            surroundings.address(reading, settings, seconds),
            slow="the address does not answer",
        ),
        alone(surroundings.ZONES, limit, zones(), slow="not read"),
    )
    return [one for some in families for one in some]
