"""`incident-bot config …`, as it is typed."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from incident_bot import config
from incident_bot.cli import app
from incident_bot.config.starter import starter
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity


def call(*words: str, **env: str) -> Result:
    result = CliRunner().invoke(app, ["config", *words], env=env)
    assert "Traceback" not in result.output
    return result


def test_init_writes_the_file_that_is_found_by_itself() -> None:
    result = call("init")
    assert result.exit_code == 0
    assert Path("incident-bot.toml").read_text(encoding="utf-8") == starter()
    assert "config schema --out incident-bot.schema.json" in result.output
    assert "INCIDENT_BOT_CONFIG" not in result.output
    assert config.load_policy({}) == Policy()


def test_init_elsewhere_says_how_it_is_found() -> None:
    result = call("init", "--out", "team.toml")
    assert f"INCIDENT_BOT_CONFIG={Path('team.toml').absolute()}" in result.output


def test_init_prints_instead() -> None:
    assert call("init", "--out", "-").output == starter()
    assert list(Path().iterdir()) == []


def test_init_overwrites_only_when_told_to() -> None:
    Path("incident-bot.toml").write_text("mine = true", encoding="utf-8")
    refused = call("init")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1 and "--force" in refused.stderr
    assert Path("incident-bot.toml").read_text(encoding="utf-8") == "mine = true"
    assert call("init", "--force").exit_code == 0
    assert Path("incident-bot.toml").read_text(encoding="utf-8") == starter()


@pytest.mark.parametrize("words", [("init", "--out"), ("schema", "--out")])
def test_what_cannot_be_written_is_one_line(words: tuple[str, ...]) -> None:
    refused = call(*words, "nowhere/file")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1 and "nowhere/file cannot be written" in refused.stderr


def test_schema_prints_or_writes() -> None:
    printed = call("schema").output
    Draft202012Validator.check_schema(json.loads(printed))
    assert call("schema", "--out", "s.json").exit_code == 0
    assert call("schema", "--out", "s.json").exit_code == 0, "an older schema is replaced"
    assert Path("s.json").read_text(encoding="utf-8") == printed


TEAM = 'default_severity = "Sev2"\n[roles.scribe]\n'


def test_show_prints_a_file_that_says_the_same() -> None:
    Path("incident-bot.toml").write_text(TEAM, encoding="utf-8")
    shown = call("show").output
    assert shown.startswith("# incident-bot.toml, with every default filled in.")
    assert config.policy_from(shown) == config.policy_from(TEAM)
    assert tomllib.loads(shown)["cadences"]["sev1"] == "30m"


def test_show_says_that_there_is_no_file() -> None:
    assert call("show").output.startswith("# There is no incident-bot.toml")


def test_show_never_shows_a_secret() -> None:
    Path("secret").write_text("xoxb-hunter2", encoding="utf-8")
    env = {
        "SLACK_BOT_TOKEN_FILE": "secret",
        "SLACK_APP_TOKEN": "xapp-hunter2",
        "SLACK_SIGNING_SECRET": "hunter2",
        "PAGERDUTY_API_TOKEN": "hunter2",
        "PAGERDUTY_WEBHOOK_SECRETS": "hunter2,hunter2",
        "DATABASE_URL": "postgres://bot:hunter2@db/incidents?sslmode=require",
        "INCIDENT_BOT_DEMO_CLOCK": "hunter2",
        "PORT": "8080",
        "SLACK_API_URL": "https://bot:hunter2@proxy.example.com/api/",
        "PAGERDUTY_API_URL": "https://hunter2@proxy.example.com",
    }
    for words in (("show",), ("show", "--json")):
        shown = call(*words, **env).output
        assert "hunter2" not in shown
        assert "postgresql://bot:***@db/incidents?sslmode=require" in shown
        assert "8080" in shown
    environment = json.loads(call("show", "--json", **env).output)["environment"]
    assert environment["SLACK_BOT_TOKEN"] == "(set)"
    assert environment["HOST"] == "127.0.0.1"
    assert environment["PAGERDUTY_FROM_EMAIL"] == "(not set)"


def test_show_as_json_has_the_file() -> None:
    Path("team.toml").write_text(TEAM, encoding="utf-8")
    shown = json.loads(call("show", "--json", INCIDENT_BOT_CONFIG="team.toml").output)
    assert shown["file"]["default_severity"] == Severity.SEV2.label
    assert list(shown["file"]["roles"]) == ["ic", "ops", "comms", "scribe"]


@pytest.mark.parametrize("words", [("show",), ("show", "--json")])
def test_show_says_what_is_wrong(words: tuple[str, ...]) -> None:
    Path("incident-bot.toml").write_text("defualt_severity = 1", encoding="utf-8")
    refused = call(*words)
    assert refused.exit_code == 2
    assert refused.stderr == (
        "incident-bot: incident-bot.toml: defualt_severity: unknown key; "
        "did you mean default_severity?\n"
    )
