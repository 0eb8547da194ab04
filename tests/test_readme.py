"""What the README shows must work when it is copied. Its TOML: tests/config/test_examples.py."""

import re
from pathlib import Path

from incident_bot.slack.listeners import NAMES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_command_that_it_names_is_one() -> None:
    typed = re.findall(r"`/incident ([a-z]+)", README)
    assert typed
    assert not [verb for verb in typed if verb not in NAMES]
