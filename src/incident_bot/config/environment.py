"""Secrets and addresses come from the environment."""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from incident_bot.config.errors import ConfigError
from incident_bot.config.file import load_policy
from incident_bot.domain.policy import Policy

SLACK_API_URL = "https://slack.com/api/"
PAGERDUTY_API_URL = "https://api.pagerduty.com"
DEFAULT_DATABASE_URL = "sqlite:///incident-bot.db"
DATABASE_OPTIONS = {"sqlite": (), "postgresql": ("ssl", "host")}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Settings(BaseModel):
    """Everything that `run` needs. Secrets never show in a repr or a log."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr | None
    slack_app_token: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    pagerduty_api_token: SecretStr | None = None
    pagerduty_api_url: str = PAGERDUTY_API_URL
    pagerduty_from_email: str | None = None
    pagerduty_webhook_secrets: tuple[SecretStr, ...] = ()
    database_url: str = DEFAULT_DATABASE_URL
    host: str = "127.0.0.1"
    port: int = 3000
    demo_clock: SecretStr | None = None
    policy: Policy = Policy()


def load(env: Mapping[str, str]) -> Settings:
    """The settings for `run` from the environment and the file that it names.

    Raises ConfigError for the first thing that is missing or wrong.
    """
    given = {key: value.strip() for key, value in env.items()}
    token = _required(given, "SLACK_BOT_TOKEN", "the Bot User OAuth Token, it begins with xoxb-")
    if not token.startswith("xoxb-"):
        raise ConfigError(
            "SLACK_BOT_TOKEN is not a bot token: copy the one that begins with xoxb- "
            "(OAuth & Permissions in your Slack app's settings)."
        )
    app_token = given.get("SLACK_APP_TOKEN") or None
    if app_token and not app_token.startswith("xapp-"):
        raise ConfigError(
            "SLACK_APP_TOKEN is not an app-level token: copy the one that begins with xapp- "
            "(Basic Information, App-Level Tokens, scope connections:write), or unset it for "
            "HTTP mode."
        )
    secret = given.get("SLACK_SIGNING_SECRET") or None
    if not app_token and not secret:
        raise ConfigError(
            "SLACK_SIGNING_SECRET is missing: set it (Basic Information in your Slack app's "
            "settings), or set SLACK_APP_TOKEN for Socket Mode."
        )
    slack_url = _url(given, "SLACK_API_URL", SLACK_API_URL)
    if not slack_url.rstrip("/").endswith("/api"):
        raise ConfigError(f"SLACK_API_URL must end in /api/, like {SLACK_API_URL}")
    pagerduty_token = given.get("PAGERDUTY_API_TOKEN") or None
    from_email = given.get("PAGERDUTY_FROM_EMAIL") or None
    if pagerduty_token and not from_email:
        raise ConfigError(
            "PAGERDUTY_FROM_EMAIL is missing: PagerDuty wants the e-mail address of one of its "
            "users on every write. Example: PAGERDUTY_FROM_EMAIL=oncall-bot@example.com"
        )
    if from_email and "@" not in from_email:
        raise ConfigError(f"PAGERDUTY_FROM_EMAIL is not an e-mail address: {from_email!r}")
    secrets = [s.strip() for s in given.get("PAGERDUTY_WEBHOOK_SECRETS", "").split(",")]
    return Settings(
        slack_bot_token=SecretStr(token),
        slack_signing_secret=SecretStr(secret) if secret else None,
        slack_app_token=SecretStr(app_token) if app_token else None,
        slack_api_url=slack_url.rstrip("/") + "/",
        pagerduty_api_token=SecretStr(pagerduty_token) if pagerduty_token else None,
        pagerduty_api_url=_url(given, "PAGERDUTY_API_URL", PAGERDUTY_API_URL).rstrip("/"),
        pagerduty_from_email=from_email,
        pagerduty_webhook_secrets=tuple(SecretStr(s) for s in secrets if s),
        database_url=database_url(given),
        host=given.get("HOST") or "127.0.0.1",
        port=_port(given.get("PORT") or "3000"),
        policy=load_policy(given),
        demo_clock=_demo_clock(given),
    )


def database_url(env: Mapping[str, str]) -> str:
    """`DATABASE_URL`, or the SQLite file in the working directory."""
    url = env.get("DATABASE_URL", "").strip() or DEFAULT_DATABASE_URL
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise ConfigError(
            "DATABASE_URL is not understood: use sqlite:////absolute/path.db, "
            "sqlite:///relative.db or postgresql://user:password@host/database"
        )
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(f"DATABASE_URL names no host and port to go to: {error}") from error
    served = DATABASE_OPTIONS[parts.scheme]
    for option, _value in parse_qsl(parts.query, keep_blank_values=True):
        if option not in served:
            fix = "for TLS write ?ssl=require" if served else "leave out what follows the ?"
            raise ConfigError(f"DATABASE_URL has an option that is not served, {option}: {fix}")
    return url


def log_level(env: Mapping[str, str]) -> str:
    """`LOG_LEVEL`, INFO by default."""
    level = env.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in LOG_LEVELS:
        raise ConfigError(
            f"LOG_LEVEL is not a level: {level!r}. Use one of {', '.join(LOG_LEVELS)}"
        )
    return level


def _required(env: Mapping[str, str], name: str, where: str) -> str:
    value = env.get(name, "")
    if not value:
        raise ConfigError(f"{name} is missing: set it ({where}).")
    return value


def _url(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, "") or default
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ConfigError(f"{name} is not an http(s) address: {value!r}. Example: {default}")
    return value


def _port(value: str) -> int:
    if not value.isdecimal() or len(value) > 5 or int(value) > 65535:
        raise ConfigError(f"PORT is not a port number: {value!r}. Example: PORT=3000")
    return int(value)


def is_loopback(url: str) -> bool:
    """True when an address can only mean this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _demo_clock(env: Mapping[str, Any]) -> SecretStr | None:
    """The demo's virtual time, refused wherever a real Slack or PagerDuty could be meant."""
    secret = env.get("INCIDENT_BOT_DEMO_CLOCK", "")
    if not secret:
        return None
    urls = (env.get("SLACK_API_URL", SLACK_API_URL), env.get("PAGERDUTY_API_URL", ""))
    host = env.get("HOST", "") or "127.0.0.1"
    if not all(is_loopback(url) for url in urls) or not is_loopback(f"http://{host}"):
        raise ConfigError(
            "INCIDENT_BOT_DEMO_CLOCK is for `incident-bot demo` only: unset it. "
            "A virtual clock is refused unless Slack, PagerDuty and HOST are all on loopback."
        )
    return SecretStr(secret)
