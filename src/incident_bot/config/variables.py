"""The environment's variables: what each means. The loader and the reference both use this table.

A secret may also stand in a file: `SLACK_BOT_TOKEN_FILE` names it, and its content counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from incident_bot.config.errors import ConfigError
from incident_bot.config.wording import nearest

FILE = "_FILE"
_MOST_BYTES = 65_536  # of a secret's file: it might be a device by mistake


@dataclass(frozen=True)
class Variable:
    """One variable. `default` "" is: none. `needed`: when it must be set, "" is: never."""

    name: str
    meaning: str
    default: str = ""
    example: str = ""
    needed: str = ""
    secret: bool = False


VARIABLES = (
    Variable(
        "SLACK_BOT_TOKEN",
        "The Bot User OAuth Token of your Slack app (OAuth & Permissions). It begins with `xoxb-`.",
        example="xoxb-…",
        needed="always",
        secret=True,
    ),
    Variable(
        "SLACK_APP_TOKEN",
        "An app-level token with the scope `connections:write` (Basic Information). It begins "
        "with `xapp-`. Set, the bot uses Socket Mode: it calls Slack, and needs no address of "
        "its own.",
        example="xapp-…",
        needed="in Socket Mode",
        secret=True,
    ),
    Variable(
        "SLACK_SIGNING_SECRET",
        "Your Slack app's signing secret (Basic Information): it proves that a request is from "
        "Slack.",
        needed="in HTTP mode",
        secret=True,
    ),
    Variable(
        "SLACK_API_URL",
        "Where Slack's Web API is, for GovSlack or a proxy. It ends in `/api/`.",
        default="https://slack.com/api/",
        example="https://slack-gov.com/api/",
    ),
    Variable(
        "PAGERDUTY_API_TOKEN",
        "A REST API key of PagerDuty. Without it nobody is looked up on call, and PagerDuty is "
        "not resolved from Slack.",
        needed="for anything done in PagerDuty",
        secret=True,
    ),
    Variable(
        "PAGERDUTY_FROM_EMAIL",
        "The e-mail address of a user of your PagerDuty account, in whose name the bot writes.",
        example="incident-bot@example.com",
        needed="with `PAGERDUTY_API_TOKEN`",
    ),
    Variable(
        "PAGERDUTY_WEBHOOK_SECRETS",
        "The secret of your V3 webhook subscription, shown once when it is made. Several, with a "
        "comma between, while one replaces the other. Without it no webhook is accepted.",
        needed="for alerts from PagerDuty",
        secret=True,
    ),
    Variable(
        "PAGERDUTY_API_URL",
        "Where PagerDuty's REST API is.",
        default="https://api.pagerduty.com",
        example="https://api.eu.pagerduty.com",
    ),
    Variable(
        "DATABASE_URL",
        "The database: a SQLite file (three slashes and a relative path, or four and an absolute "
        "one), or PostgreSQL.",
        default="sqlite:///incident-bot.db",
        example="postgresql://bot:password@db.example.com/incidents?sslmode=require",
        secret=True,
    ),
    Variable(
        "HOST",
        "The address to listen on. `0.0.0.0` is all addresses, as in a container.",
        default="127.0.0.1",
        example="0.0.0.0",  # noqa: S104
    ),
    Variable("PORT", "The port to listen on.", default="3000", example="8080"),
    Variable(
        "INCIDENT_BOT_CONFIG",
        "The configuration file. By default `incident-bot.toml` in the working directory, if it "
        "is there.",
        default="incident-bot.toml",
        example="/etc/incident-bot/incident-bot.toml",
    ),
    Variable(
        "LOG_LEVEL",
        "How much is logged: `DEBUG`, `INFO`, `WARNING` or `ERROR`.",
        default="INFO",
        example="DEBUG",
    ),
    Variable(
        "LOG_FORMAT",
        "How log lines look: `console` for people, `json` for programs. By default `console` on a "
        "terminal and `json` elsewhere.",
        example="json",
    ),
    Variable(
        "INCIDENT_BOT_DEMO_CLOCK",
        "`incident-bot demo` sets it, for a clock of its own. Refused unless Slack, PagerDuty and "
        "`HOST` are all on this machine.",
        secret=True,
    ),
)
"""Every variable that is read, in the order of the reference."""

BY_NAME = {variable.name: variable for variable in VARIABLES}
_READ = {*BY_NAME, *(v.name + FILE for v in VARIABLES if v.secret)}
_OURS = ("SLACK_", "PAGERDUTY_", "INCIDENT_BOT_")
# Kubernetes and Docker tell a container of the services beside it: INCIDENT_BOT_SERVICE_HOST.
_OF_A_SERVICE = re.compile(r".*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)")


def given(env: Mapping[str, str], *names: str) -> dict[str, str]:
    """What is set of `VARIABLES` (or of these names), without spaces around it, and secrets from
    their files.

    Raises ConfigError when a secret is given twice, or its file cannot be read.
    """
    found: dict[str, str] = {}
    for variable in [BY_NAME[name] for name in names] if names else VARIABLES:
        text = env.get(variable.name, "").strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            raise ConfigError(
                f"{variable.name} has quotes around its value: leave them out (a shell takes them "
                "away, Docker's --env-file does not)"
            )
        file = variable.name + FILE
        path = env.get(file, "").strip() if variable.secret else ""
        if text and path:
            raise ConfigError(f"{file} and {variable.name} are both set: unset one of them")
        if text := _content(file, path) if path else text:
            found[variable.name] = text
    return found


def _content(name: str, path: str) -> str:
    """A secret's file. Errors name the path and never what is in it."""
    try:
        with open(path, "rb") as file:
            content = file.read(_MOST_BYTES + 1)
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} names {path}, which is not text: save it as UTF-8") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{name} names {path}, which cannot be read ({why}): name a file that the bot's user "
            "may read"
        ) from error
    if not text:
        raise ConfigError(f"{name} names {path}, which is empty: write the secret into it")
    if len(content) > _MOST_BYTES:
        raise ConfigError(f"{name} names {path}, which is too long for a secret: name another file")
    return ",".join(text.split()) if name.startswith("PAGERDUTY_WEBHOOK_SECRETS") else text


def misspelt(env: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that is set, not read, and looks like one of ours."""
    return [sentence for name in sorted(env) if (sentence := _misspelt(name))]


def _misspelt(name: str) -> str:
    if name in _READ or _OF_A_SERVICE.fullmatch(name):
        return ""
    of_slack_or_pagerduty = name.upper().startswith(_OURS)
    near = nearest(name, _READ, 0.75 if of_slack_or_pagerduty else 0.9)
    if near is not None:
        return f"{name} is set, but nothing reads it: did you mean {near}?"
    if name.startswith("INCIDENT_BOT_"):
        ours = ", ".join(sorted(n for n in BY_NAME if n.startswith("INCIDENT_BOT_")))
        return f"{name} is set, but nothing reads it: known are {ours}"
    return ""
