"""The table of methods against Slack's recorded descriptions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from incident_bot.standin.slack.arguments import FLAGS, LISTS, METHODS, STRUCTURES
from incident_bot.standin.slack.standin import HANDLERS

RECORDED = Path(__file__).parents[2].parent / "shared" / "slack" / "methods.json"
PER_MINUTE = {"Tier1": 1, "Tier2": 20, "Tier3": 50, "Tier4": 100}


def test_every_method_in_the_table_is_served() -> None:
    assert set(METHODS) == set(HANDLERS)


def test_every_form_is_of_an_argument_and_none_has_two() -> None:
    names = {name for method in METHODS.values() for name in method.names}
    assert names >= FLAGS | STRUCTURES | LISTS
    assert len(FLAGS | STRUCTURES | LISTS) == len(FLAGS) + len(STRUCTURES) + len(LISTS)


@pytest.mark.skipif(not RECORDED.exists(), reason="Slack's method descriptions are not at hand")
def test_the_table_agrees_with_slacks_descriptions() -> None:
    recorded = json.loads(RECORDED.read_text())
    for name, method in METHODS.items():
        described = recorded[name]
        assert method.required == set(described["required"]), name
        assert method.optional == set(described["optional"]), name
        assert method.per_minute == PER_MINUTE.get(described["tier"], 0), name
