"""The manifest asks for what the code uses, all of it and nothing else, in both modes."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from incident_bot.slack import manifest as slack_manifest
from incident_bot.slack.listeners import VERBS
from incident_bot.slack.listeners.events import EVENTS
from incident_bot.slack.listeners.shortcuts import SHORTCUTS
from incident_bot.slack.manifest import EXAMPLE_URL, ManifestError, build, complaints
from incident_bot.slack.scopes import BOT_SCOPES, METHODS, scopes_for

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "incident_bot"
SLACK = PACKAGE / "slack"
SHARED = ROOT.parent / "shared" / "slack"
FAMILIES = (
    "apps|auth|bookmarks|canvases|chat|conversations|files|pins|reactions|usergroups|users|views"
)


@pytest.fixture(params=[EXAMPLE_URL, None], ids=["http", "socket"])
def manifest(request: pytest.FixtureRequest) -> dict[str, Any]:
    return build(request.param)


def sources() -> list[str]:
    """Every file that may call Slack; the table of scopes itself calls nothing."""
    files = [*SLACK.rglob("*.py"), *(PACKAGE / "check").rglob("*.py")]
    return [p.read_text(encoding="utf-8") for p in files if p.name != "scopes.py"]


def methods_used() -> set[str]:
    """Every Web API method that a file names as a string or calls on a client."""
    known = {name.replace(".", "_").lower(): name for name in METHODS}
    used: set[str] = set()
    for source in sources():
        used.update(re.findall(rf"[\"']((?:{FAMILIES})\.[A-Za-z.]+)[\"']", source))
        for family, rest in re.findall(rf"\.({FAMILIES})_([A-Za-z_]+)\(", source):
            called = f"{family}_{rest}"
            used.add(known.get(called.replace("_", "").lower(), known.get(called.lower(), called)))
        if ".files_upload_v2(" in source:
            used |= {"files.getUploadURLExternal", "files.completeUploadExternal"}
    return used - {"files_upload_v2"}


def test_the_table_of_scopes_has_the_methods_used_and_no_other() -> None:
    used = methods_used()
    assert used, "the search found nothing: it is broken"
    assert used == set(METHODS)


def test_the_scopes_are_those_of_the_methods_used(manifest: dict[str, Any]) -> None:
    asked = manifest["oauth_config"]["scopes"]["bot"]
    assert sorted(asked) == asked
    assert asked == list(BOT_SCOPES) == list(scopes_for(methods_used()))


def test_the_hint_names_every_verb(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/incident"
    assert command["should_escape"] is True
    assert command["usage_hint"] == " | ".join(VERBS)


def test_exactly_what_a_listener_takes_is_subscribed(manifest: dict[str, Any]) -> None:
    told = manifest["settings"].get("event_subscriptions", {}).get("bot_events", [])
    assert {"message" if name.startswith("message.") else name for name in told} == set(EVENTS)
    home = manifest["features"].get("app_home", {})
    assert home.get("home_tab_enabled", False) == ("app_home_opened" in EVENTS)
    listed = {s["callback_id"]: s["type"] for s in manifest["features"].get("shortcuts", ())}
    assert listed == {name: shortcut.kind for name, shortcut in SHORTCUTS.items()}


def test_socket_mode_has_no_request_urls_and_http_has_them_all() -> None:
    for url in (EXAMPLE_URL, None):
        text = json.dumps(build(url))
        assert text.count("/slack/events") == ((3 if EVENTS else 2) if url else 0)
        assert build(url)["settings"]["socket_mode_enabled"] is (url is None)


def test_slack_takes_it(manifest: dict[str, Any]) -> None:
    schema = SHARED / "manifest.schema.2.0.0.json"
    if not schema.exists():
        pytest.skip("Slack's manifest schema is not beside this checkout")
    jsonschema.validate(manifest, json.loads(schema.read_text(encoding="utf-8")))


def test_the_table_names_real_methods() -> None:
    listed = SHARED / "methods.json"
    if not listed.exists():
        pytest.skip("Slack's list of methods is not beside this checkout")
    assert set(METHODS) - set(json.loads(listed.read_text(encoding="utf-8"))) == set()


def test_the_file_at_the_top_is_what_the_code_makes() -> None:
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert text == slack_manifest.as_yaml(build(EXAMPLE_URL))


def test_yaml_and_the_manifest_say_the_same(manifest: dict[str, Any]) -> None:
    text = slack_manifest.as_yaml(manifest)
    assert yaml.safe_load(text) == manifest
    assert max(map(len, text.splitlines())) <= 100
    socket = manifest["settings"]["socket_mode_enabled"]
    comment = "".join(line for line in text.splitlines() if line.startswith("#"))
    assert ("connections:write" in comment and "SLACK_APP_TOKEN" in comment) == socket
    assert ("SLACK_SIGNING_SECRET" in comment) == (not socket)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("https://bot.example.com", "https://bot.example.com/slack/events"),
        ("https://bot.example.com/", "https://bot.example.com/slack/events"),
        (" https://bot.example.com:8443/ops/ ", "https://bot.example.com:8443/ops/slack/events"),
        ("https://bot.example.com/slack/events/", "https://bot.example.com/slack/events"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000/slack/events"),
        ("http://localhost", "http://localhost/slack/events"),
        ("http://[::1]:3000", "http://[::1]:3000/slack/events"),
    ],
)
def test_an_address_becomes_the_request_url(given: str, made: str) -> None:
    manifest = build(given)
    assert manifest["features"]["slash_commands"][0]["url"] == made
    assert manifest["settings"]["interactivity"]["request_url"] == made


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("http://bot.example.com", "https://"),
        ("bot.example.com", "--url"),
        ("", "--url"),
        ("ftp://bot.example.com", "https"),
        ("https://", "https"),
        ("https://bot.example.com:port", "--url"),
        ("https://user:hunter2@bot.example.com", "without user"),
        ("https://bot.example.com/?a=1", "without user"),
        ("https://bot.example.com/a b", "https"),
        ("https://bot.example.com/" + "a" * 3000, "too long"),
    ],
)
def test_an_address_that_slack_cannot_use_is_refused(given: str, words: str) -> None:
    with pytest.raises(ManifestError, match=re.escape(words)) as refused:
        build(given)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "x" * 36])
def test_names_that_slack_refuses_are_refused(name: str) -> None:
    with pytest.raises(ManifestError, match="1 to 35"):
        build(None, name=name)


def test_another_name_names_the_bot_too() -> None:
    manifest = build(None, name="Störung & Co")
    assert manifest["display_information"]["name"] == "Störung & Co"
    assert manifest["features"]["bot_user"]["display_name"] == "st-rung-co"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("display_information", "description"), "x" * 141, "140"),
        (("display_information", "long_description"), "too short", "175"),
        (("display_information", "long_description"), "x" * 4001, "4000"),
        (("display_information", "background_color"), "red", "#8b1a1a"),
        (("features", "bot_user", "display_name"), "x" * 81, "80"),
        (("features", "bot_user", "display_name"), "Bot", "a-z"),
        (("features", "slash_commands", 0, "usage_hint"), "x" * 1001, "1000"),
        (("features", "slash_commands", 0, "command"), "incident", "begin with /"),
        (("features", "slash_commands", 0, "command"), "/Incident", "a-z"),
        (("features", "slash_commands", 0, "command"), "/" + "x" * 32, "2 to 32"),
        (("features", "slash_commands", 0, "description"), "", "2000"),
        (("oauth_config", "scopes", "bot"), ["chat:write", "Everything!"], "not a scope"),
        (("settings", "socket_mode_enabled"), True, "Socket Mode"),
        (("settings", "interactivity", "request_url"), None, "all of them"),
    ],
)
def test_our_own_check_finds_what_slack_would_refuse(
    path: tuple[str | int, ...], value: object, words: str
) -> None:
    manifest: Any = build(EXAMPLE_URL)
    assert complaints(manifest) == []
    place = manifest
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    found = complaints(manifest)
    assert len(found) == 1
    assert re.search(words, found[0])
