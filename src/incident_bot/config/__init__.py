"""One typed settings tree: a TOML file and the environment. Every error names the key and the fix.

Secrets and addresses come from the environment; what a team decides (roles, routes, names) from
`incident-bot.toml`. Without a file everything works by the defaults.
"""

from incident_bot.config.environment import (
    DEFAULT_DATABASE_URL,
    Settings,
    database_url,
    is_loopback,
    load,
    log_level,
)
from incident_bot.config.errors import ConfigError
from incident_bot.config.file import DEFAULT_FILE, FileSettings, load_policy

__all__ = [
    "DEFAULT_DATABASE_URL",
    "DEFAULT_FILE",
    "ConfigError",
    "FileSettings",
    "Settings",
    "database_url",
    "is_loopback",
    "load",
    "load_policy",
    "log_level",
]
