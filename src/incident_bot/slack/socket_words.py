"""Why Socket Mode does not connect, for whoever can mend it."""

_NEW_ONE = (
    "make an app-level token with the scope connections:write (Basic Information, App-Level "
    "Tokens in your Slack app's settings), set SLACK_APP_TOKEN to it and start the bot again"
)
_WORDS = {
    "link_disabled": "it was switched off in the Slack app's settings. Switch it on there (Socket "
    "Mode), or unset SLACK_APP_TOKEN and start the bot again in HTTP mode",
    "too_many_websockets": "Slack allows 10 connections for an app and all are taken: each "
    "running bot needs 2, and 4 for a moment. Stop other bots that use this SLACK_APP_TOKEN",
    "missing_scope": f"SLACK_APP_TOKEN lacks the scope connections:write: {_NEW_ONE}",
    "not_allowed_token_type": f"SLACK_APP_TOKEN is not an app-level token: {_NEW_ONE}",
}
_REFUSED_TOKENS = frozenset(
    {"invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"}
)
_ENDED = frozenset({"lost", "warning", "refresh_requested"})


def what_to_do(reason: str) -> str:
    """Words for Slack's error code or disconnect reason, or for what went wrong on the way."""
    if reason in _WORDS:
        return _WORDS[reason]
    if reason in _REFUSED_TOKENS:
        return f"Slack does not accept SLACK_APP_TOKEN ({reason}): {_NEW_ONE}"
    if reason in _ENDED:
        return "Slack ended the connection before it began. The bot keeps trying"
    if reason == "TimeoutError":
        reason = "Slack does not answer in time"
    elif reason.endswith("Error"):
        reason = f"the way to Slack is broken ({reason})"
    return f"{reason}. The bot keeps trying; see that DNS, firewall and proxy let it reach Slack"
