"""Slack's error codes as sentences for people, each with what they can do."""

from incident_bot.effects import Done, Effect, GiveUp, Handler
from incident_bot.slack.gateway import SlackRefused
from incident_bot.slack.views.sentence import shorten

_SIGNED_OUT = (
    "Slack does not accept the bot's token. Whoever runs the bot has to set a valid "
    "SLACK_BOT_TOKEN and restart it."
)
_RESTRICTED = (
    "The workspace does not allow the bot to do that: ask a Slack admin, or do it by hand."
)
_REMEDIES = {
    "invalid_auth": _SIGNED_OUT,
    "not_authed": _SIGNED_OUT,
    "token_revoked": _SIGNED_OUT,
    "token_expired": _SIGNED_OUT,
    "account_inactive": _SIGNED_OUT,
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


def given_up(what: str, refused: SlackRefused) -> GiveUp:
    """`what` completes "I could not …"."""
    if refused.code == "missing_scope":
        scope = shorten(str(refused.answer.get("needed") or f"for {refused.method}"), 100)
        remedy = (
            f"The Slack app lacks the permission {scope}. Ask a Slack admin to add it to the app "
            "and to install the app again."
        )
    else:
        remedy = _REMEDIES.get(
            refused.code, f"Slack answered {shorten(refused.code, 80)}. Do it by hand for now."
        )
    return GiveUp(f"I could not {what}. {remedy}")


def told(what: str, handler: Handler) -> Handler:
    """The handler, with every refusal of Slack that it lets through told in words."""

    async def telling(effect: Effect) -> Done:
        try:
            return await handler(effect)
        except SlackRefused as refused:
            raise given_up(what, refused) from refused

    return telling
