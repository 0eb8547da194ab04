"""Every variable that is missing or wrong is told in one line that names it and the fix."""

import pytest

from incident_bot import config
from incident_bot.config import VARIABLES, ConfigError
from incident_bot.domain.policy import Policy
from incident_bot.store import postgresql

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing-secret"}

WRONG: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"SLACK_BOT_TOKEN": ""}, ("SLACK_BOT_TOKEN is missing", "xoxb-")),
    ({"SLACK_BOT_TOKEN": "xoxp-1"}, ("SLACK_BOT_TOKEN is not a bot token", "xoxb-")),
    ({"SLACK_BOT_TOKEN": "xoxb-1 # mine"}, ("SLACK_BOT_TOKEN has a space", "copy it again")),
    ({"SLACK_BOT_TOKEN": '"xoxb-1"'}, ("SLACK_BOT_TOKEN has quotes", "leave them out")),
    ({"SLACK_SIGNING_SECRET": " "}, ("SLACK_SIGNING_SECRET is missing", "Basic Information")),
    ({"SLACK_SIGNING_SECRET": "xapp-1"}, ("SLACK_SIGNING_SECRET is a token", "Basic Information")),
    ({"SLACK_SIGNING_SECRET": "a b"}, ("SLACK_SIGNING_SECRET has a space", "copy it again")),
    (
        {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": "xoxb-1"},
        ("SLACK_APP_TOKEN is not an app-level token", "xapp-", "connections:write"),
    ),
    ({"SLACK_API_URL": "ftp://slack.com/api/"}, ("SLACK_API_URL", "Example")),
    ({"SLACK_API_URL": "http://["}, ("SLACK_API_URL", "Example")),
    ({"SLACK_API_URL": "http://host:port/api/"}, ("SLACK_API_URL", "Example")),
    ({"SLACK_API_URL": "https://sl ack.com/api/"}, ("SLACK_API_URL", "Example")),
    ({"SLACK_API_URL": "https://slack.com"}, ("SLACK_API_URL", "/api/")),
    ({"PAGERDUTY_API_URL": "pagerduty"}, ("PAGERDUTY_API_URL", "Example")),
    ({"PAGERDUTY_API_TOKEN": "t"}, ("PAGERDUTY_FROM_EMAIL is missing", "Example")),
    ({"PAGERDUTY_API_TOKEN": "t\nt"}, ("PAGERDUTY_API_TOKEN has a space", "copy it again")),
    ({"PAGERDUTY_FROM_EMAIL": "bot"}, ("PAGERDUTY_FROM_EMAIL", "e-mail", "Example")),
    ({"PAGERDUTY_FROM_EMAIL": "a@b, c@d"}, ("PAGERDUTY_FROM_EMAIL", "e-mail", "Example")),
    ({"PAGERDUTY_WEBHOOK_SECRETS": "a, b c"}, ("PAGERDUTY_WEBHOOK_SECRETS has a space", "copy")),
    ({"HOST": "http://0.0.0.0"}, ("HOST", "127.0.0.1")),
    ({"HOST": "["}, ("HOST", "127.0.0.1")),
    ({"PORT": "http"}, ("PORT", "PORT=3000")),
    ({"PORT": "65536"}, ("PORT", "PORT=3000")),
    ({"PORT": "9" * 5000}, ("PORT", "PORT=3000")),
    ({"DATABASE_URL": "mysql://x"}, ("DATABASE_URL", "sqlite:////")),
    ({"DATABASE_URL": "sqlite:x.db"}, ("DATABASE_URL", "sqlite:////")),
    ({"DATABASE_URL": "postgresql://u:p@host:port/x"}, ("DATABASE_URL", "%2F for /")),
    ({"DATABASE_URL": "postgresql://u:p#p@host/x"}, ("DATABASE_URL", "%23 for #")),
    ({"DATABASE_URL": "sqlite:///a#b.db"}, ("DATABASE_URL has a #", "%23")),
    ({"DATABASE_URL": "postgresql://h/x?sslcert=a"}, ("DATABASE_URL", "sslcert", "sslmode")),
    ({"DATABASE_URL": "postgresql://h/x?sslmode=on"}, ("DATABASE_URL: sslmode", '"require"')),
    ({"DATABASE_URL": "postgresql://h/x?ssl=require&sslmode=require"}, ("DATABASE_URL has both",)),
    ({"DATABASE_URL": "postgresql://h/x?connect_timeout=1m"}, ("DATABASE_URL", "seconds")),
    ({"DATABASE_URL": "sqlite:///x.db?mode=ro"}, ("DATABASE_URL", "leave out")),
    ({"INCIDENT_BOT_CONFIG": "nowhere.toml"}, ("INCIDENT_BOT_CONFIG", "does not exist")),
    ({"INCIDENT_BOT_CONFIG": "."}, ("INCIDENT_BOT_CONFIG", "a TOML file")),
    (
        {"INCIDENT_BOT_DEMO_CLOCK": "s", "SLACK_API_URL": "http://127.0.0.1:1/api/"},
        ("INCIDENT_BOT_DEMO_CLOCK", "unset it"),
    ),
    ({"LOG_LEVEL": "verbose"}, ("LOG_LEVEL", "DEBUG, INFO, WARNING, ERROR")),
    ({"LOG_FORMAT": "xml"}, ("LOG_FORMAT", "console or json")),
]


def load_all(env: dict[str, str]) -> config.Settings:
    """All that a start reads of the environment."""
    config.log_level(env)
    config.log_format(env)
    return config.load(env)


def test_two_secrets_are_enough_and_the_rest_has_defaults() -> None:
    settings = load_all(GOOD)
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.database_url == "sqlite:///incident-bot.db" == config.DEFAULT_DATABASE_URL
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.pagerduty_api_url == "https://api.pagerduty.com"
    assert settings.policy == Policy()


def test_an_app_level_token_needs_no_signing_secret() -> None:
    settings = config.load({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    assert settings.slack_app_token is not None
    assert settings.slack_signing_secret is None


def test_a_password_in_an_address_is_not_quoted() -> None:
    with pytest.raises(ConfigError) as refused:
        config.load({**GOOD, "PAGERDUTY_API_URL": "htps://bot:hunter2@proxy.example.com"})
    assert "PAGERDUTY_API_URL" in str(refused.value) and "hunter2" not in str(refused.value)


def test_secrets_never_show() -> None:
    secret = {**GOOD, "PAGERDUTY_WEBHOOK_SECRETS": "one-secret, two-secret,"}
    settings = config.load(secret)
    assert [s.get_secret_value() for s in settings.pagerduty_webhook_secrets] == [
        "one-secret",
        "two-secret",
    ]
    assert not any(word in repr(settings) for word in ("xoxb-1", "signing-secret", "one-secret"))


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[str(list(c)) for c, _ in WRONG])
def test_a_wrong_setting_is_one_line_with_the_fix(
    change: dict[str, str], words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        load_all({**GOOD, **change})
    sentence = str(refused.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence


def test_each_variable_was_wrong_once() -> None:
    told = " ".join(words[0] for _, words in WRONG)
    assert [v.name for v in VARIABLES if v.name not in told] == []


@pytest.mark.parametrize("variable", [v.name for v in VARIABLES if v.secret])
def test_no_error_shows_a_secret(variable: str) -> None:
    for value in ("hunter2 hunter2", "xoxp-hunter2", "postgresql://u:hunter2/2@h/d", '"hunter2"'):
        try:
            load_all({**GOOD, variable: value})
        except ConfigError as error:
            assert "hunter2" not in str(error)


@pytest.mark.parametrize("name", ["SLACK_API_URL", "PAGERDUTY_API_URL"])
@pytest.mark.parametrize("login", ["bot:hunter2@", "hunter2@", ":hunter2@"])
def test_a_login_in_an_address_would_be_sent_instead_of_the_token(name: str, login: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} has a user or password") as refused:
        config.load({**GOOD, name: f"https://{login}proxy.example.com/api/"})
    assert "hunter2" not in str(refused.value)


def test_the_demo_clock_is_taken_on_loopback_only() -> None:
    local = {
        **GOOD,
        "INCIDENT_BOT_DEMO_CLOCK": "s",
        "SLACK_API_URL": "http://localhost:1/api/",
        "PAGERDUTY_API_URL": "http://127.0.0.1:2",
    }
    assert config.load(local).demo_clock is not None
    for elsewhere in (
        {"HOST": "0.0.0.0"},
        {"HOST": "example.com"},
        {"PAGERDUTY_API_URL": "https://api.pagerduty.com"},
        {"PAGERDUTY_API_URL": ""},
    ):
        with pytest.raises(ConfigError, match="INCIDENT_BOT_DEMO_CLOCK"):
            config.load({**local, **elsewhere})


@pytest.mark.parametrize(("typed", "level"), [("", "INFO"), ("debug", "DEBUG"), ("Error", "ERROR")])
def test_the_log_level(typed: str, level: str) -> None:
    assert config.log_level({"LOG_LEVEL": typed}) == level


@pytest.mark.parametrize(("typed", "form"), [("", None), ("JSON", "json"), ("console", "console")])
def test_the_log_format(typed: str, form: str | None) -> None:
    assert config.log_format({"LOG_FORMAT": typed}) == form


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("postgres://u:p@h/d", "postgresql://u:p@h/d"),
        ("postgresql://h/d?sslmode=verify-full", "postgresql://h/d?sslmode=verify-full"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql"),
        ("sqlite:////var/lib/bot.db", "sqlite:////var/lib/bot.db"),
    ],
)
def test_database_urls_that_are_understood(given: str, url: str) -> None:
    assert config.database_url({"DATABASE_URL": given}) == url


def test_the_store_serves_the_options_that_are_let_through() -> None:
    assert set(config.DATABASE_OPTIONS["postgresql"]) == set(postgresql.OPTIONS)
