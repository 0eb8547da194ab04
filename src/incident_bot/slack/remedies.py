"""Slack's error codes as sentences for people, each with what they can do."""

from collections.abc import Mapping
from typing import Any

from incident_bot.slack.views.sentence import shorten

TOKEN_REFUSED = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}
)
"""The token itself is not accepted: nothing will work until somebody mends it."""

SIGNED_OUT = (
    "Slack does not accept the bot's token. Whoever runs the bot has to set a valid "
    "SLACK_BOT_TOKEN and restart it."
)
_RESTRICTED = (
    "The workspace does not allow the bot to do that: ask a Slack admin, or do it by hand."
)
_REMEDIES = {
    **dict.fromkeys(TOKEN_REFUSED, SIGNED_OUT),
    "not_in_channel": "The bot is not in the channel. Invite it there with /invite @Incident Bot.",
    "channel_not_found": (
        "The channel does not exist, or it is private and the bot is not in it. "
        "Invite the bot there with /invite."
    ),
    "is_archived": "The channel is archived. Unarchive it and invite the bot again.",
    "is_inactive": "The channel is archived. Unarchive it and invite the bot again.",
    "restricted_action": _RESTRICTED,
    "access_denied": _RESTRICTED,
    "no_permission": _RESTRICTED,
    "not_authorized": _RESTRICTED,
    "permission_denied": _RESTRICTED,
    "restricted_action_read_only_channel": "Only some people may post in that channel: ask them.",
    "accesslimited": _RESTRICTED,
    "cannot_create_channel": _RESTRICTED,
    "user_is_restricted": _RESTRICTED,
    "too_many_pins": "The room has no pin left. Unpin something, then pin the summary by hand.",
    "not_pinnable": "Pin it by hand.",
    "too_many_bookmarks": "The room has no bookmark left. The link is in the summary.",
    "invalid_link": "Slack does not take the link. It is in the summary.",
    "storage_limit_reached": "The workspace has no room for files. Use `incident-bot export`.",
    "file_uploads_disabled": "Files are turned off in this workspace. Use `incident-bot export`.",
    "file_type_not_allowed": "The workspace takes no such files. Use `incident-bot export`.",
}


def remedy(method: str, code: str, answer: Mapping[str, Any]) -> str:
    """What people can do about a refusal. `answer` is all that Slack said."""
    if code == "missing_scope":
        scope = shorten(str(answer.get("needed") or f"for {method}"), 100)
        return (
            f"The Slack app lacks the permission {scope}. Ask a Slack admin to add it to the app "
            "and to install the app again."
        )
    return _REMEDIES.get(code, f"Slack answered {shorten(code, 80)}. Do it by hand for now.")
