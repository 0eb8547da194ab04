"""One typed settings tree: a TOML file and the environment. Every error names the key and the fix.

Secrets and addresses come from the environment; what a team decides (roles, routes, names) from
`incident-bot.toml`. Without a file everything works by the defaults.
"""

import difflib
import ipaddress
import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
)

from incident_bot.domain.policy import DEFAULT_ROLES, DEFAULT_ROUTES, Policy, Role, Route
from incident_bot.domain.words import Severity

SLACK_API_URL = "https://slack.com/api/"
PAGERDUTY_API_URL = "https://api.pagerduty.com"
DEFAULT_DATABASE_URL = "sqlite:///incident-bot.db"
DEFAULT_FILE = "incident-bot.toml"
DATABASE_OPTIONS = {"sqlite": (), "postgresql": ("ssl", "host")}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

RoleKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]


class ConfigError(Exception):
    """The operator's turn: one line that names the setting and the fix."""


class RoleSettings(BaseModel):
    """`[roles.KEY]`: what a role is called and who fills it when a room opens."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    short: str | None = None
    people: tuple[str, ...] = ()
    escalation_policy: str | None = None


class FileSettings(BaseModel):
    """What `incident-bot.toml` may hold."""

    model_config = ConfigDict(extra="forbid")

    channel_template: str = "incident-{date}-{slug}"
    announcement_channel: str = "incidents"
    default_severity: Severity = Severity.SEV3
    roles: dict[RoleKey, RoleSettings] = Field(default_factory=dict)
    routes: tuple[Route, ...] = DEFAULT_ROUTES

    @field_validator("announcement_channel", mode="before")
    @classmethod
    def _none_at_all(cls, value: object) -> object:
        """`announcement_channel = false`: nothing is announced."""
        return "" if value is False else value

    def policy(self) -> Policy:
        """The same as the domain wants it: the three known roles first, then the added ones."""
        known = {role.key: role for role in DEFAULT_ROLES}
        roles = [
            _role(known.get(key, Role(key=key, name=key.capitalize(), short=key)), settings)
            for key, settings in {**dict.fromkeys(known), **self.roles}.items()
        ]
        return Policy(
            roles=tuple(roles),
            routes=self.routes,
            default_severity=self.default_severity,
            channel_template=self.channel_template,
            announcement_channel=self.announcement_channel or None,
        )


def _role(role: Role, settings: RoleSettings | None) -> Role:
    if settings is None:
        return role
    return role.model_copy(
        update={k: v for k, v in settings.model_dump().items() if v not in (None, ())}
    )


class Settings(BaseModel):
    """Everything that `run` needs. Secrets never show in a repr or a log."""

    model_config = ConfigDict(frozen=True)

    slack_bot_token: SecretStr
    slack_signing_secret: SecretStr
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
    if given.get("SLACK_APP_TOKEN") and not given.get("SLACK_SIGNING_SECRET"):
        raise ConfigError(
            "SLACK_APP_TOKEN asks for Socket Mode, which this version does not speak yet: "
            "set SLACK_SIGNING_SECRET and use HTTP mode."
        )
    secret = _required(
        given, "SLACK_SIGNING_SECRET", "Basic Information in your Slack app's settings"
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
        slack_signing_secret=SecretStr(secret),
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


def load_policy(env: Mapping[str, str]) -> Policy:
    """The team's choices from `INCIDENT_BOT_CONFIG`, or from `incident-bot.toml` if present."""
    named = env.get("INCIDENT_BOT_CONFIG", "").strip()
    path = Path(named or DEFAULT_FILE)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if named:
            raise ConfigError(
                f"INCIDENT_BOT_CONFIG names {named}, which does not exist."
            ) from error
        return FileSettings().policy()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}): INCIDENT_BOT_CONFIG must name a TOML file"
        ) from error
    try:
        policy = FileSettings.model_validate(data).policy()
    except ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error)}") from error
    _check_template(policy.channel_template, str(path))
    return policy


def _check_template(template: str, path: str) -> None:
    fields = {"date": "2025-10-27", "slug": "api", "ref": "inc-1", "severity": "sev2"}
    try:
        named = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        understood = named <= set(fields) and bool(template.format(**fields).strip())
    except ValueError:
        understood = False
    if not understood:
        raise ConfigError(
            f"{path}: channel_template: {template!r} is not understood; "
            "use {date}, {slug}, {ref} and {severity}, like incident-{date}-{slug}"
        )


def _explain(error: ValidationError) -> str:
    """The first thing that is wrong, with the nearest known key for a misspelt one."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    key = ".".join(part for part in place if part != "[key]")
    if place[-1] in ("severity", "default_severity"):
        return f"{key}: write one of {', '.join(f'{s.label!r}' for s in Severity)}"
    match first["type"]:
        case "extra_forbidden":
            known = _known_keys(place)
            near = difflib.get_close_matches(place[-1], known, n=1)
            fix = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            return f"{key}: unknown key; {fix}"
        case "tuple_type" if place == ["routes"]:
            return f"{key}: write each route as a table that begins with [[routes]]"
        case "tuple_type":
            return f'{key}: write a list, like ["…"]'
        case "dict_type" | "model_type":
            return f"{key}: write a table, like [roles.scribe]"
        case "string_pattern_mismatch":
            return f"{key}: a role's key is typed in commands: use a-z, digits, - and _ only"
        case _:
            return f"{key}: {first['msg']}"


def _known_keys(place: list[str]) -> list[str]:
    """What may stand beside an unknown key."""
    tables: dict[str, type[BaseModel]] = {"routes": Route, "roles": RoleSettings}
    table = tables.get(place[0], FileSettings) if len(place) > 1 else FileSettings
    return list(table.model_fields)


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
