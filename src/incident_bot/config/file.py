"""`incident-bot.toml`: what a team decides. Every error names the key and the fix."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from incident_bot.config.errors import ConfigError, and_more
from incident_bot.config.explain import explain
from incident_bot.config.rules import problems
from incident_bot.config.team import policy_of
from incident_bot.config.tree import FileSettings
from incident_bot.domain.policy import Policy

DEFAULT_FILE = "incident-bot.toml"


def load_policy(env: Mapping[str, str]) -> Policy:
    """The team's choices from `INCIDENT_BOT_CONFIG`, or from `incident-bot.toml` if present.

    Raises ConfigError: one line for the first thing that is wrong, and the keys of the others.
    """
    named = env.get("INCIDENT_BOT_CONFIG", "").strip()
    path = Path(named or DEFAULT_FILE)
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors on Windows put a mark first
    except FileNotFoundError as error:
        if named:
            raise ConfigError(
                f"INCIDENT_BOT_CONFIG names {named}, which does not exist: name your file, or "
                "write one with `incident-bot config init`."
            ) from error
        return Policy()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8: save it as UTF-8") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{path}: cannot be read ({why}): INCIDENT_BOT_CONFIG must name a TOML file"
        ) from error
    return policy_from(text, str(path))


def policy_from(text: str, path: str = DEFAULT_FILE) -> Policy:
    """The policy of a file's text. `path` is what the file is called in errors (ConfigError)."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    return policy_of(tree_from(data, path))


def tree_from(data: Mapping[str, Any], path: str = DEFAULT_FILE) -> FileSettings:
    """The file's tree from what tomllib read. Raises ConfigError as `load_policy`."""
    try:
        tree = FileSettings.model_validate(data)
        wrong = problems(tree)
    except ValidationError as error:
        wrong = explain(error)
    if wrong:
        (key, sentence), *further = wrong
        raise and_more(f"{path}: {key}: {sentence}", [other for other, _ in further])
    return tree
