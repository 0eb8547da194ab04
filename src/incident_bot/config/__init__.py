"""One typed settings tree: a TOML file and the environment. Every error names the key and the fix.

Secrets and addresses come from the environment; what a team decides (roles, routes, names) from
`incident-bot.toml`. Without a file everything works by the defaults.
"""

from incident_bot.config.database import DATABASE_OPTIONS, DEFAULT_DATABASE_URL, database_url
from incident_bot.config.environment import (
    LogFormat,
    Settings,
    is_loopback,
    load,
    log_format,
    log_level,
)
from incident_bot.config.errors import ConfigError
from incident_bot.config.file import DEFAULT_FILE, load_policy, policy_from
from incident_bot.config.forms import is_channel_id, is_group, is_user
from incident_bot.config.tree import FileSettings
from incident_bot.config.variables import VARIABLES, given, misspelt

__all__ = [
    "DATABASE_OPTIONS",
    "DEFAULT_DATABASE_URL",
    "DEFAULT_FILE",
    "VARIABLES",
    "ConfigError",
    "FileSettings",
    "LogFormat",
    "Settings",
    "database_url",
    "given",
    "is_channel_id",
    "is_group",
    "is_loopback",
    "is_user",
    "load",
    "load_policy",
    "log_format",
    "log_level",
    "misspelt",
    "policy_from",
]
