"""The environment and the file: everything that is wrong at once, and no secret in any line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from incident_bot.check import Finding, Status, check
from incident_bot.check.settings import read
from incident_bot.standin import PagerDutyStandIn, SlackStandIn
from tests.check.conftest import found, only, says

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
Env = dict[str, str]


async def test_all_that_is_wrong_is_told_at_once_and_the_rest_is_still_looked_at(env: Env) -> None:
    env |= {"PORT": "http", "DATABASE_URL": "mysql://x", "LOG_LEVEL": "LOUD", "LOG_FORMAT": "xml"}
    report = await check(env)
    wrong = [f for f in report.findings if f.name == "settings"]
    assert {f.status for f in wrong} == {FAIL}
    assert {f.found.split()[0] for f in wrong} == {
        "PORT",
        "DATABASE_URL",
        "LOG_LEVEL",
        "LOG_FORMAT",
    }
    by_name = {f.name: f.status for f in report.findings}
    assert by_name["slack.token"] is by_name["pagerduty.token"] is OK
    assert by_name["database"] is by_name["address"] is SKIP
    assert not report.loadable and not report.good


@pytest.mark.parametrize(
    ("variable", "value", "words", "skipped"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is missing", "slack.token"),
        ("SLACK_BOT_TOKEN", "xapp-1-A0-1-x", "belongs in SLACK_APP_TOKEN", "slack.token"),
        ("SLACK_BOT_TOKEN", "xoxp-1-x", "a user's token", "slack.token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-x", "token rotation", "slack.token"),
        ("SLACK_APP_TOKEN", "xoxb-1-x", "belongs in SLACK_BOT_TOKEN", "slack.app_token"),
        ("SLACK_SIGNING_SECRET", "", "SLACK_SIGNING_SECRET is missing", "slack.signing_secret"),
        ("SLACK_API_URL", "slack.com", "SLACK_API_URL", "slack.token"),
        ("PAGERDUTY_API_URL", "ftp://x", "PAGERDUTY_API_URL", "pagerduty.token"),
        ("PAGERDUTY_FROM_EMAIL", "", "PAGERDUTY_FROM_EMAIL is missing", "pagerduty.from"),
        ("PAGERDUTY_FROM_EMAIL", "bot", "PAGERDUTY_FROM_EMAIL", "pagerduty.from"),
        ("DATABASE_URL", "postgresql://h:port/x", "DATABASE_URL", "database"),
        ("HOST", "not a host", "HOST", "address"),
        ("PORT", "70000", "PORT", "address"),
        ("INCIDENT_BOT_DEMO_CLOCK", "x", "INCIDENT_BOT_DEMO_CLOCK", None),
    ],
)
async def test_each_wrong_variable_is_told_and_only_its_own_check_is_skipped(
    env: Env, variable: str, value: str, words: str, skipped: str | None
) -> None:
    env[variable] = value
    report = await check(env)
    [line] = [f for f in report.findings if f.name == "settings"]
    assert line.status is FAIL and words in line.sentence
    by_name = {f.name: f for f in report.findings}
    if skipped:
        assert by_name[skipped].status is SKIP and "see settings" in by_name[skipped].found
    untouched = {"slack.token", "pagerduty.token", "database"} - {skipped}
    assert {by_name[name].status for name in untouched} == {OK}


async def test_a_secrets_file_that_is_not_there(env: Env) -> None:
    del env["SLACK_BOT_TOKEN"]
    env["SLACK_BOT_TOKEN_FILE"] = "nowhere"
    await says(env, "settings", FAIL, "SLACK_BOT_TOKEN_FILE names nowhere")
    await says(env, "slack.token", SKIP)


async def test_secrets_in_files_are_used(env: Env, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(env.pop("SLACK_BOT_TOKEN"))
    env["SLACK_BOT_TOKEN_FILE"] = str(tmp_path / "token")
    await says(env, "slack.token", OK)


async def test_a_misspelt_variable_is_a_warning(env: Env) -> None:
    env["PAGERDUTY_WEBHOOK_SECRET"] = "x"
    await says(env, "settings", WARN, "did you mean PAGERDUTY_WEBHOOK_SECRETS?")


async def test_the_mode_is_told(env: Env, slack: SlackStandIn) -> None:
    await says(env, "settings", OK, "HTTP mode")
    env["SLACK_APP_TOKEN"] = slack.app_token
    await says(env, "settings", OK, "Socket Mode")


# The file


async def test_without_a_file_the_defaults_are_told(env: Env) -> None:
    await says(env, "file", OK, "no incident-bot.toml", "roles IC, Ops, Comms", "#incidents")


async def test_the_file_is_told_in_short(env: Env, configure: Callable[[str], None]) -> None:
    configure(
        """
        announcement_channel = false
        [roles.scribe]
        short = "Scribe"
        [[routes]]
        name = "all"
        [[slos]]
        service = "Payment API"
        objective = 99.9
        """
    )
    await says(
        env, "file", OK, "Ops, Comms, Scribe", "1 route;", "announces nowhere", "1 objective"
    )


async def test_every_problem_of_the_file_is_hinted_at(
    env: Env, configure: Callable[[str], None]
) -> None:
    configure("announcment_channel = 'x'")
    await says(env, "file", FAIL, "announcement_channel")
    assert (await only(env, "slack.token")).status is OK
    assert (await found(env, "settings"))[0].status is OK


async def test_a_file_that_is_named_and_not_there(env: Env) -> None:
    env["INCIDENT_BOT_CONFIG"] = "other.toml"
    await says(env, "file", FAIL, "other.toml, which does not exist")


def test_reading_ends_even_if_harmless_values_are_refused(tmp_path: Path) -> None:
    wrong = read({"SLACK_BOT_TOKEN": "x", "INCIDENT_BOT_DEMO_CLOCK": "x", "PORT": "x"}).wrong
    assert {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "PORT"} <= set(wrong)


# No secret, ever


def everything(findings: tuple[Finding, ...]) -> str:
    return json.dumps([(f.name, f.found, f.fix) for f in findings])


MARKED = {
    "SLACK_BOT_TOKEN": "xoxb-1-marked-one",
    "SLACK_APP_TOKEN": "xapp-1-A0-2-marked-two",
    "SLACK_SIGNING_SECRET": "marked-three-of-32-characters-it",
    "PAGERDUTY_API_TOKEN": "marked-four-four-fou",
    "PAGERDUTY_WEBHOOK_SECRETS": "marked-five,marked-six",
    "DATABASE_URL": "postgresql://bot:marked-seven@127.0.0.1:1/x",
}


@pytest.mark.parametrize("socket_mode", [False, True])
async def test_no_secret_is_named_when_everything_is_refused(
    env: Env, socket_mode: bool, slack: SlackStandIn, pagerduty: PagerDutyStandIn
) -> None:
    env |= MARKED
    if not socket_mode:
        del env["SLACK_APP_TOKEN"]
    said = everything((await check(env)).findings)
    assert "marked" not in said.lower()


@pytest.mark.parametrize("variable", ["PORT", "HOST", "SLACK_API_URL", "PAGERDUTY_FROM_EMAIL"])
@pytest.mark.parametrize("secret", ["xoxb-1-marked-token", "marked-four-four-fou"])
async def test_a_secret_in_the_wrong_variable_is_blanked(
    env: Env, variable: str, secret: str
) -> None:
    env["PAGERDUTY_API_TOKEN"] = "marked-four-four-fou"
    env[variable] = secret
    said = everything((await check(env)).findings)
    assert "marked" not in said


async def test_a_password_in_an_address_is_blanked(env: Env) -> None:
    env["SLACK_API_URL"] = "http://me:marked-word@127.0.0.1:1/api/"
    env["PAGERDUTY_API_URL"] = "http://me:marked-word@127.0.0.1:1"
    assert "marked" not in everything((await check(env)).findings)


async def test_a_password_that_breaks_the_url_is_blanked(env: Env) -> None:
    env["DATABASE_URL"] = "postgresql://bot:marked/word#@db:5432/x"
    assert "marked" not in everything((await check(env)).findings)


async def test_what_somebody_called_something_makes_no_second_line(
    env: Env, slack: SlackStandIn
) -> None:
    slack.desk.team_name = "team\nok    slack.scopes  all that the bot needs"
    one = await only(env, "slack.token")
    assert one.found.endswith("in the workspace team ok slack.scopes all that the bot needs")


async def test_a_secret_that_slack_echoes_is_blanked(env: Env, slack: SlackStandIn) -> None:
    slack.desk.team_name = f"team {env['SLACK_BOT_TOKEN']}"
    one = await only(env, "slack.token")
    assert "[hidden]" in one.found and "marked" not in one.found
