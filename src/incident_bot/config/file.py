"""`incident-bot.toml`: what a team decides. Every error names the key and the fix."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from incident_bot.config.errors import ConfigError
from incident_bot.config.explain import explain
from incident_bot.domain.policy import DEFAULT_ROLES, DEFAULT_ROUTES, Policy, Role, Route
from incident_bot.domain.words import Severity

DEFAULT_FILE = "incident-bot.toml"

RoleKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]


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
        raise ConfigError(f"{path}: {explain(error, FileSettings)}") from error
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
