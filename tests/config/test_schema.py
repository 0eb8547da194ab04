"""The JSON Schema: what the bot accepts validates, what is wrong in itself does not."""

import tomllib
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from incident_bot.config.keys import DEFAULTS
from incident_bot.config.schema import schema
from tests.config.test_file import WRONG

SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)

# Only the whole file shows these: two things with one name, an order, a word with two meanings.
BEYOND = {
    *("routes.1.name", "slos.1.service", "zones.1.from", "zones.1.name", "zones.0.from"),
    *("statuses.open.name", "statuses.open.also.0", "severities.sev2.priorities.0", "zones"),
    *("roles.scribe.short", "roles.ic.name", "roles.everyone", "permissions.resolve.0"),
    *("statuses.mitigated.name", "roles.lead"),
    *("permissions.role", "permissions.resolve", "permissions.declare.0"),
    *("permissions.private", "permissions.private.0", "routes.1.then"),
    *("reminders.zone", "reminders.quiet"),
    *("cadences.sev1", "slos.0.objective", "retries.first", "retries.give_up_after"),
}
OF_FORM = [(text, key) for text, key, _ in WRONG if key not in BEYOND]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_defaults_validate() -> None:
    VALIDATOR.validate(DEFAULTS)


@pytest.mark.parametrize(("text", "key"), OF_FORM, ids=[text for text, _ in OF_FORM])
def test_what_is_wrong_in_itself_does_not_validate(text: str, key: str) -> None:
    assert not VALIDATOR.is_valid(tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        "cadences.sev1 = 30",
        'cadences.sev1 = "30"',
        "cadences.sev1 = true",
        "slos = [{ service = 'a', objective = 100 }]",
        "slos = [{ service = 'a' }]",
        "channel_template = ''",
        "permissions.resolve = 'ic'",
        "permissions.resolve = []",
        "zones = [{ name = 'a', from = -1 }]",
        "statuses.open.also = ['a b']",
    ],
)
def test_forms_are_checked(text: str) -> None:
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_every_key_has_a_description_and_its_default() -> None:
    found = dict(_keys(SCHEMA, ()))
    assert len(found) > 80
    undescribed = [".".join(place) for place, inside in found.items() if not described(inside)]
    assert undescribed == []
    assert found["severities", "sev1", "priorities"]["default"] == ["P1"]
    assert found["cadences", "sev2"]["default"] == "1h"
    assert found["routes", "then"]["enum"] == ["open", "notify", "ignore"]
    assert found["default_severity",]["default"] == "Sev3"


def described(inside: dict[str, Any]) -> bool:
    return bool(inside.get("description")) or "properties" in inside


def _keys(inside: dict[str, Any], place: tuple[str, ...]) -> Any:
    for name, value in inside.get("properties", {}).items():
        yield (*place, name), value
        yield from _keys(value, (*place, name))
    if isinstance(inside.get("items"), dict):
        yield from _keys(inside["items"], place)
