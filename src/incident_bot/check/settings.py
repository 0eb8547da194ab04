"""The environment and the file: every variable's form, and all that is wrong at once.

`config.load` stops at the first thing that is wrong. Here it is asked again with that one replaced
by something harmless, until it is content: a wrong PORT must not hide a wrong token.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from incident_bot import config
from incident_bot.check.report import Finding, Mode, fail, ok, warn
from incident_bot.config import ConfigError, Settings
from incident_bot.domain.policy import Policy

SETTINGS, FILE = "settings", "file"
_FILE_VARIABLE = "INCIDENT_BOT_CONFIG"
_LOG_VARIABLES = ("LOG_LEVEL", "LOG_FORMAT")

# What a variable is replaced by once it is found wrong, so that `config.load` goes on. The others
# are left out, and their default counts.
_HARMLESS = {
    "SLACK_BOT_TOKEN": "xoxb-",
    "SLACK_APP_TOKEN": "xapp-",
    "SLACK_SIGNING_SECRET": "none",
    "PAGERDUTY_FROM_EMAIL": "nobody@example.com",
    _FILE_VARIABLE: os.devnull,
}
_NAMES = frozenset(variable.name for variable in config.VARIABLES)
_SECRET = frozenset(variable.name for variable in config.VARIABLES if variable.secret)
_KINDS = (
    ("xoxe.", "one that expires: make the app anew, from a manifest without token rotation"),
    ("xoxe-", "a refresh token: the bot needs the Bot User OAuth Token"),
    ("xoxp-", "a user's token: the bot needs the Bot User OAuth Token"),
    ("xoxb-", "a bot token, which belongs in SLACK_BOT_TOKEN"),
    ("xapp-", "an app-level token, which belongs in SLACK_APP_TOKEN"),
)


@dataclass(frozen=True)
class Reading:
    """The settings as far as they can be read. `wrong`: the sentence for each wrong variable.

    `settings` None: not even the rest could be read.
    """

    settings: Settings | None
    wrong: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "http"

    def usable(self, variable: str) -> bool:
        """False when this variable is wrong, and what stands in `settings` is only harmless."""
        return variable not in self.wrong


def read(env: Mapping[str, str]) -> Reading:
    """All that is wrong, and the settings with something harmless in each wrong place."""
    known, wrong = dict(env), dict[str, str]()
    while True:
        try:
            for one in (config.log_level, config.log_format):
                one(known)
            return Reading(config.load(known), wrong, _mode(env))
        except ConfigError as error:
            name = _named(str(error))
            if name in wrong:
                return Reading(None, wrong, _mode(env))
            wrong[name] = re.sub(r" \(and \d+ more: .*\)$", "", str(error), flags=re.DOTALL)
            known.pop(f"{name}_FILE", None)
            known[name] = _HARMLESS.get(name, "")


def _mode(env: Mapping[str, str]) -> Mode:
    given = any(env.get(name, "").strip() for name in ("SLACK_APP_TOKEN", "SLACK_APP_TOKEN_FILE"))
    return "socket" if given else "http"


def _named(sentence: str) -> str:
    """The variable that a sentence begins with; the other sentences are about the file."""
    first = re.match(r"[A-Z_]+", sentence)
    name = first[0].removesuffix("_FILE") if first else ""
    return name if name in _NAMES else _FILE_VARIABLE


def secrets(env: Mapping[str, str]) -> list[str]:
    """Every secret in the environment and in the files that it names, as it may be quoted."""
    found: list[str] = []
    for name in _SECRET:
        value = env.get(name, "").strip()
        try:
            value = config.given(env, name).get(name, value)
        except ConfigError:
            value = value.strip("\"'")
        if name == "DATABASE_URL":
            found += _password(value)
        else:
            found += [value, *(part.strip() for part in value.split(","))]
    for name in ("SLACK_API_URL", "PAGERDUTY_API_URL"):
        found += _password(env.get(name, "").strip())
    return [value for value in found if value]


def _password(url: str) -> list[str]:
    """The password in a URL, as it is and decoded; of what is no URL, all after its scheme."""
    try:
        password = urlsplit(url).password
        return [password, unquote(password)] if password else []
    except ValueError:
        return [url, url.partition("//")[2]]


def findings(env: Mapping[str, str], reading: Reading) -> list[Finding]:
    """A line for each wrong variable, one for each that may be misspelt, one for the file."""
    found = [
        fail(SETTINGS, sentence, _mixed_up(name, env))
        for name, sentence in reading.wrong.items()
        if name != _FILE_VARIABLE
    ]
    found += [warn(SETTINGS, sentence) for sentence in config.misspelt(env)]
    if not found:
        how = "Socket Mode" if reading.mode == "socket" else "HTTP mode"
        found.append(ok(SETTINGS, f"{how}; every variable has the right form"))
    return [*found, _file(env, reading)]


def _mixed_up(name: str, env: Mapping[str, str]) -> str:
    """What the value looks like instead, when it is a token of another kind."""
    value = env.get(name, "").strip()
    kinds = (what for prefix, what in _KINDS if value.startswith(prefix))
    what = next(kinds, None) if name in _SECRET else None
    return f"The token that is there is {what}." if what else ""


def _file(env: Mapping[str, str], reading: Reading) -> Finding:
    if sentence := reading.wrong.get(_FILE_VARIABLE):
        return fail(FILE, sentence)
    path = Path(env.get(_FILE_VARIABLE, "").strip() or config.DEFAULT_FILE)
    told = _in_short(reading.settings.policy) if reading.settings else ""
    return ok(FILE, f"{path}: {told}" if path.exists() else f"no {path}, so by default: {told}")


def _in_short(policy: Policy) -> str:
    """What a team decided, in a few words."""
    channel = policy.announcement_channel
    told = [
        f"roles {', '.join(role.short for role in policy.roles)}",
        _many(policy.routes, "route"),
        f"announces in {channel_words(channel)}" if channel else "announces nowhere",
    ]
    if policy.slos:
        told.append(_many(policy.slos, "objective"))
    return "; ".join(told)


def channel_words(name: str) -> str:
    """A channel as people write it: `#incidents`, or its id."""
    return name if config.is_channel_id(name) else f"#{name.removeprefix('#')}"


def _many(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'s' if len(things) != 1 else ''}"
