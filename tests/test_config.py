"""Every setting that is missing or wrong is told in one line that names it and the fix."""

from pathlib import Path

import pytest

from incident_bot import config
from incident_bot.config import ConfigError
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing-secret"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def toml(text: str) -> Policy:
    Path("team.toml").write_text(text, encoding="utf-8")
    return config.load_policy({"INCIDENT_BOT_CONFIG": "team.toml"})


def test_two_secrets_are_enough_and_the_rest_has_defaults() -> None:
    settings = config.load(GOOD)
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.database_url == config.DEFAULT_DATABASE_URL
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.pagerduty_api_url == "https://api.pagerduty.com"
    assert settings.policy == Policy()


def test_secrets_never_show() -> None:
    secret = {**GOOD, "PAGERDUTY_WEBHOOK_SECRETS": "one-secret, two-secret,"}
    settings = config.load(secret)
    assert [s.get_secret_value() for s in settings.pagerduty_webhook_secrets] == [
        "one-secret",
        "two-secret",
    ]
    assert not any(word in repr(settings) for word in ("xoxb-1", "signing-secret", "one-secret"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"SLACK_BOT_TOKEN": ""}, ("SLACK_BOT_TOKEN is missing", "xoxb-")),
        ({"SLACK_BOT_TOKEN": "xoxp-1"}, ("SLACK_BOT_TOKEN is not a bot token", "xoxb-")),
        ({"SLACK_SIGNING_SECRET": " "}, ("SLACK_SIGNING_SECRET is missing", "Basic Information")),
        (
            {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xoxb-1"},
            ("SLACK_APP_TOKEN is not an app-level token", "xapp-", "connections:write"),
        ),
        ({"SLACK_API_URL": "ftp://slack.com/api/"}, ("SLACK_API_URL", "Example")),
        ({"SLACK_API_URL": "http://["}, ("SLACK_API_URL", "Example")),
        ({"SLACK_API_URL": "http://host:port/api/"}, ("SLACK_API_URL", "Example")),
        ({"SLACK_API_URL": "https://slack.com"}, ("SLACK_API_URL", "/api/")),
        ({"PAGERDUTY_API_URL": "pagerduty"}, ("PAGERDUTY_API_URL", "Example")),
        ({"PAGERDUTY_API_TOKEN": "t"}, ("PAGERDUTY_FROM_EMAIL is missing", "Example")),
        ({"PAGERDUTY_FROM_EMAIL": "bot"}, ("PAGERDUTY_FROM_EMAIL", "e-mail")),
        ({"PORT": "http"}, ("PORT", "PORT=3000")),
        ({"PORT": "65536"}, ("PORT", "PORT=3000")),
        ({"PORT": "9" * 5000}, ("PORT", "PORT=3000")),
        ({"DATABASE_URL": "mysql://x"}, ("DATABASE_URL", "sqlite:////")),
        ({"DATABASE_URL": "postgresql://u:p@host:port/x"}, ("DATABASE_URL", "port")),
        ({"DATABASE_URL": "postgresql://h/x?sslmode=require"}, ("DATABASE_URL", "?ssl=require")),
        ({"DATABASE_URL": "sqlite:///x.db?mode=ro"}, ("DATABASE_URL", "leave out")),
        ({"INCIDENT_BOT_CONFIG": "nowhere.toml"}, ("INCIDENT_BOT_CONFIG", "does not exist")),
        ({"INCIDENT_BOT_CONFIG": "."}, ("INCIDENT_BOT_CONFIG", "a TOML file")),
        (
            {"INCIDENT_BOT_DEMO_CLOCK": "s", "SLACK_API_URL": "http://127.0.0.1:1/api/"},
            ("INCIDENT_BOT_DEMO_CLOCK", "unset it"),
        ),
    ],
)
def test_a_wrong_setting_is_one_line_with_the_fix(
    change: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        config.load({**GOOD, **change})
    sentence = str(refused.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence


def test_the_demo_clock_is_taken_on_loopback_only() -> None:
    local = {
        **GOOD,
        "INCIDENT_BOT_DEMO_CLOCK": "s",
        "SLACK_API_URL": "http://localhost:1/api/",
        "PAGERDUTY_API_URL": "http://127.0.0.1:2",
    }
    assert config.load(local).demo_clock is not None
    for host in ("0.0.0.0", "["):
        with pytest.raises(ConfigError, match="INCIDENT_BOT_DEMO_CLOCK"):
            config.load({**local, "HOST": host})


@pytest.mark.parametrize(("typed", "level"), [("", "INFO"), ("debug", "DEBUG"), ("Error", "ERROR")])
def test_the_log_level(typed: str, level: str) -> None:
    assert config.log_level({"LOG_LEVEL": typed}) == level


def test_an_unknown_log_level_names_the_known() -> None:
    with pytest.raises(ConfigError, match=r"LOG_LEVEL.*DEBUG, INFO, WARNING, ERROR"):
        config.log_level({"LOG_LEVEL": "verbose"})


# The file


def test_the_file_changes_roles_routes_and_names() -> None:
    policy = toml(
        """
        channel_template = "inc-{ref}-{slug}"
        announcement_channel = false
        default_severity = "Sev2"
        [roles.scribe]
        name = "Scribe"
        [roles.ic]
        people = ["alice@example.com"]
        [[routes]]
        service = "Payment API"
        severity = "Sev1"
        """
    )
    assert policy.announcement_channel is None
    assert policy.default_severity is Severity.SEV2
    assert [role.key for role in policy.roles] == ["ic", "ops", "comms", "scribe"]
    assert policy.roles[0].people == ("alice@example.com",)
    assert policy.roles[0].name == "Incident Commander"
    assert policy.routes[0].severity is Severity.SEV1


def test_the_default_file_is_read_if_present() -> None:
    assert config.load_policy({}) == Policy()
    Path("incident-bot.toml").write_text('announcement_channel = "war"', encoding="utf-8")
    assert config.load_policy({}).announcement_channel == "war"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = \n", ("not valid TOML", "line 1")),
        ('chanel_template = "a"', ("chanel_template", "did you mean channel_template?")),
        ("zzz = 1", ("zzz: unknown key", "channel_template, announcement_channel")),
        ('[[routes]]\nseverty = "Sev1"', ("routes.0.severty", "did you mean severity?")),
        ("[roles.ic]\nzzz = 1", ("roles.ic.zzz", "name, short, people")),
        ("announcement_channel = 5", ("announcement_channel: ", "string")),
        ("channel_template = 3", ("channel_template: ", "string")),
        ('channel_template = "{x}"', ("channel_template", "{slug}")),
        ('channel_template = "{date.__class__}"', ("channel_template", "{slug}")),
        ('channel_template = "{"', ("channel_template", "{slug}")),
        ('channel_template = ""', ("channel_template", "{slug}")),
        ('default_severity = "sev9"', ("default_severity", "'Sev1'")),
        ('[[routes]]\nseverity = "high"', ("routes.0.severity", "'Sev1'")),
        ('[[routes]]\nthen = "opn"', ("routes.0.then", "'open', 'notify' or 'ignore'")),
        ("routes = 5", ("routes: ", "[[routes]]")),
        ("roles = 3", ("roles: ", "[roles.NAME]")),
        ('[roles.ic]\npeople = "alice"', ("roles.ic.people", "write a list")),
        ('[roles."Big Boss"]\nname = "x"', ("roles.Big Boss", "a-z")),
    ],
)
def test_what_is_wrong_in_the_file_is_one_line_with_the_key(
    text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        toml(text)
    sentence = str(refused.value)
    assert sentence.startswith("team.toml: ")
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence


def test_a_file_that_is_not_utf_8_is_refused() -> None:
    Path("team.toml").write_bytes(b'announcement_channel = "\xff"')
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load_policy({"INCIDENT_BOT_CONFIG": "team.toml"})
