"""Files of `NAME=value` lines: read the same by compose, systemd and kustomize, or not at all."""

import re
from pathlib import Path

from incident_bot import config
from incident_bot.config.variables import VARIABLES

READ = {variable.name for variable in VARIABLES}
"""The variables that the bot reads."""

FILLED_IN = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
    "PAGERDUTY_API_TOKEN": "u+abcdefghijklmnopqr",
    "PAGERDUTY_FROM_EMAIL": "bot@example.com",
    "PAGERDUTY_WEBHOOK_SECRETS": "one,two",
    "POSTGRES_PASSWORD": "a1b2c3",
}


def read(path: Path) -> dict[str, str]:
    """Its settings; AssertionError for a line that one of the three would read otherwise."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            hit = re.fullmatch(r"([A-Z_]+)=([^\s\"'#$\\]*)", line)
            assert hit is not None, f"{path.name}: not the same for everybody: {line}"
            assert hit[1] not in found, f"{path.name}: twice: {hit[1]}"
            found[hit[1]] = hit[2]
    return found


def check_filled_in(path: Path, environment: dict[str, str]) -> config.Settings:
    """The example filled in as it says, with `environment` on top, is a working configuration.

    In both modes; the settings of Socket Mode are returned.
    """
    given = read(path)
    assert set(given) <= READ | {"POSTGRES_PASSWORD"}
    assert not {name for name in given if given[name]} - {"DATABASE_URL"}, "a secret, or a default"
    filled = {name: FILLED_IN.get(name, value) for name, value in given.items()}
    assert config.load({**filled, **environment}).slack_app_token is None
    socket = filled | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xapp-1"}
    settings = config.load({**socket, **environment})
    assert settings.slack_app_token is not None
    assert len(settings.pagerduty_webhook_secrets) == 2
    return settings
