"""The starting file: it changes nothing, and every line of it may be uncommented."""

import re
import tomllib

import pytest
from jsonschema import Draft202012Validator

from incident_bot.config import policy_from
from incident_bot.config.keys import sections
from incident_bot.config.schema import schema
from incident_bot.config.starter import starter
from incident_bot.domain.policy import Policy

LINES = starter().splitlines()
SETTINGS = [n for n, line in enumerate(LINES) if re.match(r"#[a-z\[]", line)]
VALIDATOR = Draft202012Validator(schema())


def uncommented(*numbers: int) -> str:
    return "\n".join(line[1:] if n in numbers else line for n, line in enumerate(LINES))


def test_as_it_is_it_changes_nothing() -> None:
    assert policy_from(starter()) == Policy()
    VALIDATOR.validate(tomllib.loads(starter()))


@pytest.mark.parametrize("number", SETTINGS, ids=[LINES[n][:40] for n in SETTINGS])
def test_each_setting_may_be_uncommented_by_itself(number: int) -> None:
    text = uncommented(number)
    policy_from(text)
    assert tomllib.loads(text) != tomllib.loads(starter())
    VALIDATOR.validate(tomllib.loads(text))


def test_all_may_be_uncommented_at_once() -> None:
    text = uncommented(*SETTINGS)
    policy = policy_from(text)
    assert [role.key for role in policy.roles] == ["ic", "ops", "comms", "scribe"]
    VALIDATOR.validate(tomllib.loads(text))


def test_every_key_is_in_it() -> None:
    data = tomllib.loads(uncommented(*SETTINGS))
    assert set(data) == {section.name for section in sections()}
    for section in sections():
        inside = data[section.name]
        if section.names:
            assert list(inside) == list(section.names)
        if section.kind == "tables":
            assert set(inside[next(iter(inside))]) == {key.name for key in section.keys}
        for key in section.keys:
            assert f"- {key.name}: " in starter()


def test_an_editor_finds_the_schema() -> None:
    assert LINES[0] == "#:schema ./incident-bot.schema.json"


def test_no_comment_looks_like_a_setting() -> None:
    """Whoever uncomments must not have to think about which lines are meant."""
    prose = [line for n, line in enumerate(LINES) if line.startswith("#") and n not in SETTINGS]
    assert [line for line in prose if re.search(r"^#\s+[\w.]+\s*=|^#\s+\[", line)] == []
