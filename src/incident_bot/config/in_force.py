"""What is in force: the file with every default filled in, and the environment without secrets."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from incident_bot.config import toml_text
from incident_bot.config.database import database_url
from incident_bot.config.environment import without_login
from incident_bot.config.file import DEFAULT_FILE, load_policy
from incident_bot.config.team import as_file
from incident_bot.config.variables import VARIABLES, given

SET, NOT_SET = "(set)", "(not set)"


def environment_in_force(env: Mapping[str, str]) -> dict[str, str]:
    """Each variable with what counts; of a secret only whether it is set. Raises ConfigError."""
    known = given(env)
    shown = {
        v.name: (SET if v.secret else known[v.name]) if v.name in known else v.default or NOT_SET
        for v in VARIABLES
    }
    for name in ("SLACK_API_URL", "PAGERDUTY_API_URL"):
        shown[name] = without_login(shown[name])
    return {**shown, "DATABASE_URL": _without_password(database_url(env))}


def file_in_force(env: Mapping[str, str]) -> dict[str, Any]:
    """What a file would say that holds every key with the value that counts. Raises ConfigError."""
    return as_file(load_policy(env))


def in_force(env: Mapping[str, str]) -> str:
    """Both as one TOML file that can be used: the environment stands in comments."""
    return "\n".join(_head(env)) + "\n\n" + toml_text.document(file_in_force(env))


def _head(env: Mapping[str, str]) -> Iterator[str]:
    shown = environment_in_force(env)
    named = shown["INCIDENT_BOT_CONFIG"]
    if named == DEFAULT_FILE and not Path(named).exists():
        yield f"# There is no {DEFAULT_FILE}: these are the defaults."
    else:
        yield f"# {named}, with every default filled in."
    yield "#"
    yield "# The environment:"
    yield from (f"#   {name}: {value}" for name, value in shown.items())


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if ":" not in user:
        return url
    return parts._replace(netloc=f"{user.partition(':')[0]}:***{at}{host}").geturl()
