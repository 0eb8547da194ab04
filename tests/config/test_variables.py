"""Secrets in files, and variables that nothing reads."""

from pathlib import Path

import pytest

from incident_bot import config
from incident_bot.config import VARIABLES, ConfigError

SECRETS = [v.name for v in VARIABLES if v.secret]


def secret_file(text: str | bytes, name: str = "secret") -> str:
    path = Path(name).absolute()
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_a_secret_may_stand_in_a_file() -> None:
    settings = config.load(
        {
            "SLACK_BOT_TOKEN_FILE": secret_file("xoxb-from-a-file\n", "bot"),
            "SLACK_APP_TOKEN_FILE": secret_file("xapp-from-a-file", "app"),
            "SLACK_BOT_TOKEN": "",  # as Docker Compose leaves it
            "PAGERDUTY_WEBHOOK_SECRETS_FILE": secret_file("one\ntwo,three\n", "webhook"),
            "DATABASE_URL_FILE": secret_file("postgres://u:p@h/d\n", "database"),
        }
    )
    assert settings.slack_bot_token.get_secret_value() == "xoxb-from-a-file"
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == "xapp-from-a-file"
    secrets = [s.get_secret_value() for s in settings.pagerduty_webhook_secrets]
    assert secrets == ["one", "two", "three"]
    assert settings.database_url == "postgresql://u:p@h/d"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_given_twice_is_refused(name: str) -> None:
    env = {name: "a", f"{name}_FILE": secret_file("b")}
    with pytest.raises(ConfigError, match=f"{name}_FILE and {name} are both set: unset one"):
        config.given(env)


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "is not text"),
        (b"x" * 100_000, "is too long"),
    ],
)
def test_a_file_that_holds_no_secret_is_named(name: str, content: bytes | None, words: str) -> None:
    path = "nowhere" if content is None else secret_file(content)
    with pytest.raises(ConfigError) as refused:
        config.given({f"{name}_FILE": path})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name}_FILE names {path}")
    assert words in sentence and "\n" not in sentence and "xxx" not in sentence


def test_only_secrets_are_read_from_files() -> None:
    assert config.given({"PORT_FILE": secret_file("80")}) == {}
    assert config.misspelt({"HOST_FILE": "x"}) == []


def test_a_command_that_needs_the_database_reads_no_other_secret() -> None:
    assert config.database_url({"SLACK_BOT_TOKEN_FILE": "nowhere"}) == config.DEFAULT_DATABASE_URL


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SLACK_BOT_TOKNE", "SLACK_BOT_TOKEN"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLAK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("slack_bot_token", "SLACK_BOT_TOKEN"),
        ("SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"),
        ("SLACK_BOT_TOKEN_FLIE", "SLACK_BOT_TOKEN_FILE"),
        ("PAGERDUTY_WEBHOOK_SECRET", "PAGERDUTY_WEBHOOK_SECRETS"),
        ("PAGERDUTY_API_KEY", "PAGERDUTY_API_TOKEN"),
        ("PAGERDUTY_EMAIL", "PAGERDUTY_FROM_EMAIL"),
        ("INCIDENT_BOT_CONFG", "INCIDENT_BOT_CONFIG"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("LOG_LEVLE", "LOG_LEVEL"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_nearest(name: str, meant: str) -> None:
    (sentence,) = config.misspelt({name: "hunter2", "PATH": "/bin", "HOME": "/"})
    assert sentence == f"{name} is set, but nothing reads it: did you mean {meant}?"


def test_a_variable_of_ours_that_is_near_nothing_is_told_with_the_known() -> None:
    (sentence,) = config.misspelt({"INCIDENT_BOT_ZZZ": ""})
    assert "INCIDENT_BOT_ZZZ" in sentence and "INCIDENT_BOT_CONFIG" in sentence


def test_what_others_set_is_no_concern_of_ours() -> None:
    others = {
        *("PATH", "HOSTNAME", "LOGNAME", "PORTS", "DATABASE_HOST", "SLACK_WEBHOOK_URL"),
        # what Kubernetes tells of a service called incident-bot, and of one called slack
        *("INCIDENT_BOT_SERVICE_HOST", "INCIDENT_BOT_SERVICE_PORT", "INCIDENT_BOT_PORT"),
        *("INCIDENT_BOT_PORT_3000_TCP", "INCIDENT_BOT_PORT_3000_TCP_ADDR"),
        *("INCIDENT_BOT_SERVICE_PORT_HTTP", "SLACK_SERVICE_HOST", "SLACK_PORT"),
    }
    assert config.misspelt(dict.fromkeys(others, "x")) == []


def test_no_variable_that_is_read_is_called_misspelt() -> None:
    known = [v.name for v in VARIABLES] + [f"{name}_FILE" for name in SECRETS]
    assert config.misspelt(dict.fromkeys(known, "x")) == []
