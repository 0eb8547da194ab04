"""The manifest asks for what the code uses, all of it and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from incident_bot.slack.listeners import VERBS
from tests.slack.scopes import METHOD, scopes_for

ROOT = Path(__file__).parents[2]
SLACK = ROOT / "src" / "incident_bot" / "slack"
SHARED = ROOT.parent / "shared" / "slack"
FAMILIES = "auth|bookmarks|canvases|chat|conversations|files|pins|reactions|usergroups|users|views"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def methods_used() -> set[str]:
    """Every Web API method that a file of slack/ names as a string or calls on a client."""
    known = {name.replace(".", "_").lower(): name for name in METHOD}
    used: set[str] = set()
    for path in SLACK.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used.update(re.findall(rf"[\"']((?:{FAMILIES})\.[A-Za-z.]+)[\"']", source))
        for family, rest in re.findall(rf"\.({FAMILIES})_([A-Za-z_]+)\(", source):
            called = f"{family}_{rest}"
            used.add(known.get(called.replace("_", "").lower(), known.get(called.lower(), called)))
        if ".files_upload_v2(" in source:
            used |= {"files.getUploadURLExternal", "files.completeUploadExternal"}
    return used - {"files_upload_v2"}


def test_every_method_used_is_in_the_table_of_scopes() -> None:
    assert methods_used() - set(METHOD) == set()
    assert methods_used(), "the search found nothing: it is broken"


def test_the_scopes_are_those_of_the_methods_used(manifest: dict[str, Any]) -> None:
    asked = manifest["oauth_config"]["scopes"]["bot"]
    assert sorted(asked) == asked
    assert set(asked) == scopes_for(methods_used())


def test_the_hint_names_every_verb(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/incident"
    assert command["should_escape"] is True
    assert command["usage_hint"] == " | ".join(VERBS)


def test_nothing_is_subscribed_that_no_listener_takes(manifest: dict[str, Any]) -> None:
    listening = "".join(p.read_text(encoding="utf-8") for p in SLACK.rglob("*.py"))
    assert ("event_subscriptions" in manifest["settings"]) == (".event(" in listening)
    assert "shortcuts" not in manifest["features"]


def test_slack_takes_it(manifest: dict[str, Any]) -> None:
    schema = SHARED / "manifest.schema.2.0.0.json"
    if not schema.exists():
        pytest.skip("Slack's manifest schema is not beside this checkout")
    jsonschema.validate(manifest, json.loads(schema.read_text(encoding="utf-8")))


def test_the_table_names_real_methods() -> None:
    listed = SHARED / "methods.json"
    if not listed.exists():
        pytest.skip("Slack's list of methods is not beside this checkout")
    assert set(METHOD) - set(json.loads(listed.read_text(encoding="utf-8"))) == set()
