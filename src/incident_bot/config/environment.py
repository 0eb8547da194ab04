"""Secrets and addresses come from the environment."""

import ipaddress
import re
from collections.abc import Mapping
from typing import Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr

from incident_bot.config.database import DEFAULT_DATABASE_URL, database_url
from incident_bot.config.errors import ConfigError
from incident_bot.config.file import load_policy
from incident_bot.config.forms import EMAIL
from incident_bot.config.variables import BY_NAME, given
from incident_bot.domain.policy import Policy

SLACK_API_URL = BY_NAME["SLACK_API_URL"].default
PAGERDUTY_API_URL = BY_NAME["PAGERDUTY_API_URL"].default
HOST, PORT = BY_NAME["HOST"].default, BY_NAME["PORT"].default
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("console", "json")

LogFormat = Literal["console", "json"]


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
    host: str = HOST
    port: int = int(PORT)
    demo_clock: SecretStr | None = None
    policy: Policy = Policy()


def load(env: Mapping[str, str]) -> Settings:
    """The settings for `run` from the environment and the file that it names.

    Raises ConfigError for the first thing that is missing or wrong.
    """
    known = given(env)
    token, app_token, secret = _slack(known)
    pagerduty_token, from_email = _pagerduty(known)
    return Settings(
        slack_bot_token=token,
        slack_signing_secret=secret,
        slack_app_token=app_token,
        slack_api_url=_slack_url(known),
        pagerduty_api_token=pagerduty_token,
        pagerduty_api_url=_url(known, "PAGERDUTY_API_URL", PAGERDUTY_API_URL).rstrip("/"),
        pagerduty_from_email=from_email,
        pagerduty_webhook_secrets=_webhook_secrets(known),
        database_url=database_url(known),
        host=_host(known.get("HOST", HOST)),
        port=_port(known.get("PORT", PORT)),
        policy=load_policy(known),
        demo_clock=_demo_clock(known),
    )


def log_level(env: Mapping[str, str]) -> str:
    """`LOG_LEVEL`, INFO by default."""
    level = env.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if level not in LOG_LEVELS:
        raise ConfigError(
            f"LOG_LEVEL is not a level: {level!r}. Use one of {', '.join(LOG_LEVELS)}"
        )
    return level


def log_format(env: Mapping[str, str]) -> LogFormat | None:
    """`LOG_FORMAT`; None: `console` on a terminal, `json` elsewhere."""
    form = env.get("LOG_FORMAT", "").strip().lower()
    if form and form not in LOG_FORMATS:
        raise ConfigError(
            f"LOG_FORMAT is not a format: {form!r}. Use console or json, or unset it: console on "
            "a terminal, json elsewhere"
        )
    return cast(LogFormat, form) if form else None


def _slack(known: Mapping[str, str]) -> tuple[SecretStr, SecretStr | None, SecretStr | None]:
    """Bot token, app-level token, signing secret: with an app-level token it is Socket Mode."""
    token = _secret(known, "SLACK_BOT_TOKEN")
    if token is None:
        raise ConfigError(
            "SLACK_BOT_TOKEN is missing: set it (the Bot User OAuth Token, it begins with xoxb-)."
        )
    if not token.get_secret_value().startswith("xoxb-"):
        raise ConfigError(
            "SLACK_BOT_TOKEN is not a bot token: copy the one that begins with xoxb- "
            "(OAuth & Permissions in your Slack app's settings)."
        )
    app_token = _secret(known, "SLACK_APP_TOKEN")
    if app_token and not app_token.get_secret_value().startswith("xapp-"):
        raise ConfigError(
            "SLACK_APP_TOKEN is not an app-level token: copy the one that begins with xapp- "
            "(Basic Information, App-Level Tokens, scope connections:write), or unset it for "
            "HTTP mode."
        )
    secret = _secret(known, "SLACK_SIGNING_SECRET")
    if not app_token and not secret:
        raise ConfigError(
            "SLACK_SIGNING_SECRET is missing: set it (Basic Information in your Slack app's "
            "settings), or set SLACK_APP_TOKEN for Socket Mode."
        )
    if secret and secret.get_secret_value().startswith(("xoxb-", "xapp-", "xoxp-")):
        raise ConfigError(
            "SLACK_SIGNING_SECRET is a token: copy the signing secret (Basic Information in your "
            "Slack app's settings)."
        )
    return token, app_token, secret


def _pagerduty(known: Mapping[str, str]) -> tuple[SecretStr | None, str | None]:
    token, from_email = _secret(known, "PAGERDUTY_API_TOKEN"), known.get("PAGERDUTY_FROM_EMAIL")
    if token and not from_email:
        raise ConfigError(
            "PAGERDUTY_FROM_EMAIL is missing: PagerDuty wants the e-mail address of one of its "
            "users on every write. Example: PAGERDUTY_FROM_EMAIL=oncall-bot@example.com"
        )
    if from_email and not re.fullmatch(EMAIL, from_email):
        raise ConfigError(
            f"PAGERDUTY_FROM_EMAIL is not an e-mail address: {from_email!r}. "
            "Example: PAGERDUTY_FROM_EMAIL=oncall-bot@example.com"
        )
    return token, from_email


def _secret(known: Mapping[str, str], name: str) -> SecretStr | None:
    """A secret in one piece: what a copy brought along would only be found out by Slack."""
    value = known.get(name, "")
    if value and not re.fullmatch("[!-~]+", value):
        raise ConfigError(
            f"{name} has a space, a line break or a letter in it that none has: copy it again"
        )
    return SecretStr(value) if value else None


def _webhook_secrets(known: Mapping[str, str]) -> tuple[SecretStr, ...]:
    name = "PAGERDUTY_WEBHOOK_SECRETS"
    parts = [part.strip() for part in known.get(name, "").split(",")]
    return tuple(secret for part in parts if (secret := _secret({name: part}, name)))


def _slack_url(known: Mapping[str, str]) -> str:
    url = _url(known, "SLACK_API_URL", SLACK_API_URL).rstrip("/")
    if not url.endswith("/api"):
        raise ConfigError(f"SLACK_API_URL must end in /api/, like {SLACK_API_URL}")
    return url + "/"


def _url(known: Mapping[str, str], name: str, default: str) -> str:
    value = known.get(name, default)
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not value.isprintable() or " " in value:
        shown = without_login(value)
        raise ConfigError(f"{name} is not an http(s) address: {shown!r}. Example: {default}")
    if "@" in parts.netloc:
        raise ConfigError(
            f"{name} has a user or password in it, which would be sent instead of the token: "
            f"leave out what stands before the @. Example: {default}"
        )
    return value


def without_login(url: str) -> str:
    """An address without the user and password that may stand in it, however it is written."""
    return re.sub(r"//[^/?#]*@", "//***@", url)


def _host(value: str) -> str:
    if not re.fullmatch(r"[\w.:%-]+", value):
        raise ConfigError(
            f"HOST is not an address to listen on: {value!r}. Write 127.0.0.1 for this machine "
            "only, or 0.0.0.0 for all"
        )
    return value


def _port(value: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", value) or int(value) > 65535:
        raise ConfigError(f"PORT is not a port number: {value!r}. Example: PORT=3000")
    return int(value)


def is_loopback(url: str) -> bool:
    """True when an address can only mean this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _demo_clock(known: Mapping[str, str]) -> SecretStr | None:
    """The demo's virtual time, refused wherever a real Slack or PagerDuty could be meant."""
    secret = _secret(known, "INCIDENT_BOT_DEMO_CLOCK")
    if secret is None:
        return None
    urls = (known.get("SLACK_API_URL", SLACK_API_URL), known.get("PAGERDUTY_API_URL", ""))
    if not all(is_loopback(url) for url in urls) or not is_loopback(
        f"http://{known.get('HOST', HOST)}"
    ):
        raise ConfigError(
            "INCIDENT_BOT_DEMO_CLOCK is for `incident-bot demo` only: unset it. "
            "A virtual clock is refused unless Slack, PagerDuty and HOST are all on loopback."
        )
    return secret
