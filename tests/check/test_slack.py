"""Slack's checks against the stand-in, over real HTTP: all good, and each thing gone wrong."""

from typing import Any

import pytest
from pydantic import SecretStr

from incident_bot.check import Status, check
from incident_bot.check.asking_slack import Said
from incident_bot.check.slack import of_a_workspace, other_app
from incident_bot.slack.scopes import BOT_SCOPES
from incident_bot.standin import SlackStandIn
from tests.check.conftest import only, says

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
Env = dict[str, str]


async def test_a_good_app_is_good_and_nothing_is_written(slack: SlackStandIn, env: Env) -> None:
    report = await check(env)
    mine = {f.name: f for f in report.findings if f.name.startswith("slack.")}
    assert {f.status for f in mine.values()} == {OK}
    assert "@incident-bot" in mine["slack.token"].found
    assert "Stand-in" in mine["slack.token"].found
    assert {call.method for call in slack.calls} == {"auth.test", "conversations.list"}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_auth", "Copy the Bot User OAuth Token"),
        ("token_revoked", "Install the app again"),
        ("account_inactive", "Install the app again"),
        ("token_expired", "token rotation"),
        ("org_login_required", "try again"),
        ("team_added_to_org", "refuses the token"),
    ],
)
async def test_a_refused_token_says_where_to_click(
    slack: SlackStandIn, env: Env, code: str, words: str
) -> None:
    slack.faults.add("auth.test", error=code, times=None)
    await says(env, "slack.token", FAIL, code, words)
    for name in ("slack.scopes", "slack.channel", "slack.people", "slack.groups"):
        await says(env, name, SKIP, "the token is refused")
    assert (await only(env, "slack.clock")).status is OK


async def test_a_wrong_token_is_refused_by_slack_itself(env: Env) -> None:
    env["SLACK_BOT_TOKEN"] = "xoxb-2-of-another-workspace"
    await says(env, "slack.token", FAIL, "invalid_auth")


def test_a_token_of_a_whole_organisation_is_told_so() -> None:
    """Without a workspace of its own Slack opens no channel: `missing_argument`, team_id."""
    finding = of_a_workspace(
        Said("", {"user": "bot", "team": "Acme", "is_enterprise_install": True})
    )
    assert finding.status is FAIL
    assert "whole organisation" in finding.found and "one workspace" in finding.fix


async def test_a_busy_slack_is_only_a_warning(slack: SlackStandIn, env: Env) -> None:
    slack.faults.add("auth.test", status=429, retry_after=30, times=None)
    await says(env, "slack.token", WARN, "Wait a minute")


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}])
async def test_a_broken_slack_is_told_once(
    slack: SlackStandIn, env: Env, fault: dict[str, Any]
) -> None:
    slack.faults.add("auth.test", times=None, **fault)
    report = await check(env)
    mine = [f for f in report.findings if f.name.startswith("slack.")]
    assert [f.name for f in mine if f.status is FAIL] == ["slack.token"]
    assert {f.found for f in mine if f.status is SKIP} == {"Slack is not reached"}


async def test_what_is_no_slack_is_said_so(env: Env, pagerduty: Any) -> None:
    env["SLACK_API_URL"] = f"{pagerduty.url}/api/"
    await says(env, "slack.token", FAIL, "not as Slack's Web API does", "SLACK_API_URL")


async def test_missing_scopes_are_named(slack: SlackStandIn, env: Env) -> None:
    slack.scopes = set(BOT_SCOPES) - {"pins:write", "channels:join"}
    await says(env, "slack.scopes", FAIL, "channels:join, pins:write", "manifest", "reinstall")


async def test_scopes_that_are_not_needed_are_a_warning(slack: SlackStandIn, env: Env) -> None:
    slack.scopes = {*BOT_SCOPES, "admin.users:write"}
    await says(env, "slack.scopes", WARN, "admin.users:write")


async def test_the_stand_in_grants_what_the_manifest_asks_for(env: Env) -> None:
    await says(env, "slack.scopes", OK, f"all {len(BOT_SCOPES)}")


@pytest.mark.parametrize(
    ("secret", "status"),
    [("0" * 32, OK), ("a" * 31, WARN), ("A" * 32, WARN), ("not-a-signing-secret", WARN)],
)
async def test_the_form_of_the_signing_secret(env: Env, secret: str, status: Status) -> None:
    env["SLACK_SIGNING_SECRET"] = secret
    one = await only(env, "slack.signing_secret")
    assert one.status is status
    assert secret not in one.sentence


# Socket Mode


@pytest.fixture
def socket_env(slack: SlackStandIn, env: Env) -> Env:
    del env["SLACK_SIGNING_SECRET"]
    env["SLACK_APP_TOKEN"] = slack.app_token
    return env


async def test_socket_mode_opens_no_connection(slack: SlackStandIn, socket_env: Env) -> None:
    report = await check(socket_env)
    assert (report.mode, report.good) == ("socket", True)
    assert "slack.signing_secret" not in {f.name for f in report.findings}
    await says(socket_env, "slack.app_token", OK)
    assert "apps.connections.open" in {call.method for call in slack.calls}
    assert slack.socket.opened == 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_auth", "App-Level Tokens"),
        ("missing_scope", "connections:write"),
        ("token_revoked", "App-Level Tokens"),
        ("forbidden_team", "admin"),
        ("access_denied", "Socket Mode"),
    ],
)
async def test_a_refused_app_token_says_what_to_do(
    slack: SlackStandIn, socket_env: Env, code: str, words: str
) -> None:
    slack.faults.add("apps.connections.open", error=code, times=None)
    await says(socket_env, "slack.app_token", FAIL, code, words)
    assert (await only(socket_env, "slack.token")).status is OK


async def test_the_app_token_is_looked_at_without_a_bot_token(socket_env: Env) -> None:
    del socket_env["SLACK_BOT_TOKEN"]
    await says(socket_env, "slack.app_token", OK)
    await says(socket_env, "slack.token", SKIP, "SLACK_BOT_TOKEN")


@pytest.mark.parametrize(
    ("token", "app", "differ"),
    [
        ("xapp-1-A0STANDIN-1-secret", "A0OTHER", True),
        ("xapp-1-A0STANDIN-1-secret", "A0STANDIN", False),
        ("xapp-1-A0STANDIN-1-secret", "", False),
        ("xapp-of-another-form", "A0OTHER", False),
    ],
)
def test_two_tokens_of_two_apps(token: str, app: str, differ: bool) -> None:
    finding = other_app(SecretStr(token), app)
    assert (finding is not None) == differ
    if finding:
        assert finding.status is FAIL
        assert "A0STANDIN" in finding.found and "secret" not in finding.sentence


# The clock


@pytest.mark.parametrize(
    ("ahead", "status", "words"),
    [
        (0, OK, " s off Slack's"),
        (-90, WARN, "ahead of Slack's"),
        (90, WARN, "behind Slack's"),
        (-290, FAIL, "ahead of Slack's"),
        (3600, FAIL, "timedatectl"),
    ],
)
async def test_the_clock_against_slacks(
    slack: SlackStandIn, env: Env, ahead: int, status: Status, words: str
) -> None:
    slack.date_offset = ahead
    await says(env, "slack.clock", status, words)
    if not ahead:  # its header has whole seconds, and one may pass on the way
        assert (await only(env, "slack.clock")).found[:3] in ("0 s", "1 s")
    assert (await only(env, "pagerduty.clock")).status is OK
