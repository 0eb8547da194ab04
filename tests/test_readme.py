"""What the README shows must work when it is copied."""

import re
from pathlib import Path

from incident_bot.config import load_policy
from incident_bot.domain.words import OPS
from incident_bot.slack.listeners import NAMES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_example_configuration_loads(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", README, re.S)
    assert block is not None
    file = tmp_path / "incident-bot.toml"
    file.write_text(block[1], encoding="utf-8")
    policy = load_policy({"INCIDENT_BOT_CONFIG": str(file)})
    assert [route.then for route in policy.routes] == ["notify", "open"]
    role = policy.role(OPS)
    assert role is not None and role.people == ("bob@example.com",)


def test_every_command_that_it_names_is_one() -> None:
    typed = re.findall(r"`/incident ([a-z]+)", README)
    assert typed
    assert not [verb for verb in typed if verb not in NAMES]
