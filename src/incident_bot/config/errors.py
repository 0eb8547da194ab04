"""The operator's turn."""

from collections.abc import Sequence

Problem = tuple[str, str]
"""A setting (`routes.0.severty`, `PORT`) and a sentence: what is wrong, and what to write."""


class ConfigError(Exception):
    """The operator's turn: one line that names the setting and the fix."""


def and_more(first: str, further: Sequence[str]) -> ConfigError:
    """The first thing that is wrong in words, and which other settings are wrong too."""
    if not further:
        return ConfigError(first)
    return ConfigError(f"{first} (and {len(further)} more: {', '.join(further)})")
