"""The operator's turn."""


class ConfigError(Exception):
    """The operator's turn: one line that names the setting and the fix."""
