"""Slack: the tokens, what they may do, and this machine's clock."""

import asyncio
import re
from collections.abc import Mapping

from pydantic import SecretStr

from incident_bot.check.asking_slack import Said, Slack, Unreached
from incident_bot.check.clock import clock
from incident_bot.check.isolation import alone
from incident_bot.check.named import named_in
from incident_bot.check.report import Finding, Status, fail, ok, skip, warn
from incident_bot.check.settings import Reading
from incident_bot.check.slack_names import BY_ID, CHANNEL, GROUPS, PEOPLE, channel, groups, people
from incident_bot.config import Settings
from incident_bot.slack.scopes import APP_TOKEN, BOT_SCOPES

TOKEN, SCOPES, CLOCK = "slack.token", "slack.scopes", "slack.clock"
APP, SIGNING = "slack.app_token", "slack.signing_secret"
WITH_BOT_TOKEN = (TOKEN, SCOPES, CLOCK, CHANNEL, PEOPLE, GROUPS)
MODE_NAME = {"http": SIGNING, "socket": APP}

_COPY = (
    "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions in your Slack app's settings."
)
_INSTALL = "Install the app again (Install App in your Slack app's settings) and set the new token."
_TOKEN_WORDS: Mapping[str, tuple[str, str]] = {
    "invalid_auth": ("Slack does not know this token", _COPY),
    "not_authed": ("Slack got no token", _COPY),
    "token_revoked": ("this token was revoked", _INSTALL),
    "account_inactive": ("the app was removed from the workspace", _INSTALL),
    "token_expired": (
        "this token has expired: the app rotates its tokens, which the bot does not follow",
        "Make a new app from `incident-bot manifest`: there token rotation is off, and Slack does "
        "not let one switch it off.",
    ),
    "not_allowed_token_type": ("this is another kind of token", _COPY),
    "org_login_required": ("the workspace is being moved by Slack", "Wait, and try again."),
    "team_access_not_granted": ("the app may not act in this workspace", _INSTALL),
    "access_denied": ("the app may not act in this workspace", "Ask a Slack admin to allow it."),
    "ekm_access_denied": ("an admin has suspended the app", "Ask a Slack admin to allow it."),
}
_NEW_APP_TOKEN = (
    f"Make an app-level token with the scope {APP_TOKEN[0]} (Basic Information, App-Level Tokens) "
    "and set SLACK_APP_TOKEN to it."
)
_APP_WORDS: Mapping[str, tuple[str, str]] = {
    "invalid_auth": ("Slack does not know this token", _NEW_APP_TOKEN),
    "not_authed": ("Slack got no token", _NEW_APP_TOKEN),
    "token_revoked": ("this token was revoked", _NEW_APP_TOKEN),
    "account_inactive": ("the app was removed from the workspace", _INSTALL),
    "missing_scope": (f"the token lacks the scope {APP_TOKEN[0]}", _NEW_APP_TOKEN),
    "not_allowed_token_type": ("this is no app-level token", _NEW_APP_TOKEN),
    "forbidden_team": ("the app may not act in this workspace", "Ask a Slack admin to allow it."),
}
_REINSTALL = (
    "Add them under OAuth & Permissions, or paste `incident-bot manifest` under App Manifest; then "
    "reinstall the app."
)


def skipped(reading: Reading, why: str) -> list[Finding]:
    """Everything that would ask Slack, skipped for a reason."""
    names = [*WITH_BOT_TOKEN, *([APP] if reading.mode == "socket" else [])]
    return [*_signing_secret(reading), *(skip(name, why) for name in names)]


async def slack_checks(reading: Reading, settings: Settings, seconds: float) -> list[Finding]:
    """All of Slack's findings; `seconds` is the patience of each check."""
    if not reading.usable("SLACK_API_URL"):
        return skipped(reading, "SLACK_API_URL is missing or wrong, see settings")
    with_bot, mode = await asyncio.gather(
        _with_bot_token(reading, settings, seconds), _mode(reading, settings, seconds)
    )
    return [*mode, *with_bot]


async def _with_bot_token(reading: Reading, settings: Settings, seconds: float) -> list[Finding]:
    if not reading.usable("SLACK_BOT_TOKEN"):
        return [
            skip(name, "SLACK_BOT_TOKEN is missing or wrong, see settings")
            for name in WITH_BOT_TOKEN
        ]
    slack = Slack(settings.slack_bot_token, settings.slack_api_url, seconds)
    try:
        said = await slack.ask("auth.test")
    except Unreached as error:
        others = [skip(name, "Slack is not reached") for name in WITH_BOT_TOKEN[1:]]
        fix = f"This machine must reach {slack.base} (firewall, proxy, SLACK_API_URL)."
        return [fail(TOKEN, str(error), fix), *others]
    now = clock(CLOCK, "Slack", said.headers, said.received, said.seconds)
    if said.code:
        others = [skip(name, "the token is refused") for name in WITH_BOT_TOKEN[3:]]
        return [_refused(said), skip(SCOPES, "the token is refused"), now, *others]
    named = named_in(settings.policy)
    slow = "not looked up"
    found = await asyncio.gather(
        alone(
            CHANNEL,
            seconds,
            channel(slack, settings.policy, said),
            slow=slow,
            fix=BY_ID,
            late=warn,
        ),
        alone(PEOPLE, seconds, people(slack, named), slow=slow, late=warn),
        alone(GROUPS, seconds, groups(slack, named), slow=slow, late=warn),
    )
    return [of_a_workspace(said), _scopes(said), now, *(one for some in found for one in some)]


def of_a_workspace(said: Said) -> Finding:
    """Whose token it is, by Slack's answer to `auth.test`."""
    bot = said.data.get("user") or said.data.get("user_id")
    if said.data.get("is_enterprise_install"):
        return fail(
            TOKEN,
            f"@{bot} is installed for a whole organisation, and opens channels in no workspace",
            "Install the app to one workspace and set that token.",
        )
    return ok(TOKEN, f"@{bot} in the workspace {said.data.get('team')}")


def _refused(said: Said) -> Finding:
    if said.code == "ratelimited":
        return warn(TOKEN, "Slack is asked too often just now", "Wait a minute, and try again.")
    found, fix = _TOKEN_WORDS.get(said.code, ("Slack refuses the token", _COPY))
    return fail(TOKEN, f"{found} ({said.code})", fix)


def _scopes(said: Said) -> Finding:
    header = said.headers.get("X-OAuth-Scopes") or said.headers.get("x-oauth-scopes")
    if header is None:
        return skip(SCOPES, "Slack's answer does not name them")
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    missing = [scope for scope in BOT_SCOPES if scope not in granted]
    more = sorted(granted - set(BOT_SCOPES))
    if missing:
        return fail(SCOPES, f"missing: {', '.join(missing)}", _REINSTALL)
    if more:
        return warn(
            SCOPES,
            f"more than the bot needs: {', '.join(more)}",
            "Take them out under OAuth & Permissions: what is not granted cannot be misused.",
        )
    return ok(SCOPES, f"all {len(BOT_SCOPES)} that the bot needs, and no other")


async def _mode(reading: Reading, settings: Settings, seconds: float) -> list[Finding]:
    if reading.mode == "http":
        return _signing_secret(reading)
    if not reading.usable("SLACK_APP_TOKEN") or settings.slack_app_token is None:
        return [skip(APP, "SLACK_APP_TOKEN is missing or wrong, see settings")]
    return [await _app_token(reading, settings, settings.slack_app_token, seconds)]


async def _app_token(
    reading: Reading, settings: Settings, token: SecretStr, seconds: float
) -> Finding:
    """Opens no connection: Slack only hands out an address, which nobody uses."""
    slack = Slack(token, settings.slack_api_url, seconds)
    try:
        said = await slack.ask("apps.connections.open")
        if said.code == "ratelimited":
            return warn(APP, "Slack is asked too often just now", "Wait a minute, and try again.")
        if said.code:
            words = "Slack opens no connection: is Socket Mode switched on in the app's settings?"
            found, fix = _APP_WORDS.get(said.code, (words, _NEW_APP_TOKEN))
            return fail(APP, f"{found} ({said.code})", fix)
        if not reading.usable("SLACK_BOT_TOKEN"):
            return ok(APP, "Slack opens connections for it")
        bot = Slack(settings.slack_bot_token, settings.slack_api_url, seconds)
        return other_app(token, await _app_of(bot)) or ok(
            APP, "Slack opens connections for it (no connection was made)"
        )
    except Unreached:
        return skip(APP, "Slack is not reached")


async def _app_of(bot: Slack) -> str:
    """The id of the app that the bot belongs to, "" when Slack does not tell."""
    who = await bot.ask("auth.test")
    if who.code or not who.data.get("user_id"):
        return ""
    said = await bot.ask("users.info", user=str(who.data["user_id"]))
    profile = (said.data.get("user") or {}).get("profile") or {}
    return str(profile.get("api_app_id") or "")


def other_app(app_token: SecretStr, app: str) -> Finding | None:
    """A FAIL when the two tokens are of two apps: `xapp-1-A012AB3CD-…` names its own."""
    own = re.match(r"xapp-\d+-(A[A-Z0-9]+)-", app_token.get_secret_value())
    if not app or own is None or own[1] == app:
        return None
    return fail(
        APP,
        f"it is of the app {own[1]}, and SLACK_BOT_TOKEN of {app}",
        "Take both tokens from one app.",
    )


def _signing_secret(reading: Reading) -> list[Finding]:
    """Its form only: nothing but a request from Slack proves it."""
    if reading.mode == "socket":
        return []
    secret = reading.settings.slack_signing_secret if reading.settings else None
    if secret is None or not reading.usable("SLACK_SIGNING_SECRET"):
        return [skip(SIGNING, "SLACK_SIGNING_SECRET is missing or wrong, see settings")]
    if re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()):
        return [ok(SIGNING, "has the form of one; the first request from Slack proves it")]
    return [
        Finding(
            SIGNING,
            Status.WARN,
            "does not look like one: those have 32 characters, 0-9 and a-f",
            "Copy the Signing Secret from Basic Information, App Credentials (not the Client "
            "Secret, not the Verification Token).",
        )
    ]
