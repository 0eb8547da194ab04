"""Show a form: called directly and once, for a trigger holds three seconds and is used up by it.

It is an answer, no effect: when Slack does not show it, whoever asked is told, and types instead.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.slack.listeners.spec import Modal
from incident_bot.slack.payload_check import view_complaints
from incident_bot.slack.views.answer import Answer, shown

NOT_SHOWN = (
    "Slack did not show the form, so nothing was recorded. Try again, or type what you want to do: "
    "`/incident help` shows how."
)

log = structlog.get_logger(__name__)


async def show(
    client: AsyncWebClient, modal: Modal, body: Mapping[str, Any], seconds: float
) -> Answer | None:
    """None when Slack shows it; else the answer that says what to do instead."""
    view, about = dict(modal.view), body.get("view") or {}
    if wrong := view_complaints(view):
        log.error("a form breaks Slack's limits", callback_id=view.get("callback_id"), wrong=wrong)
    try:
        async with asyncio.timeout(seconds):
            if modal.how == "update" and about.get("type") == "modal":
                await client.views_update(view_id=about["id"], hash=about.get("hash"), view=view)
            elif modal.how == "push" and about.get("type") == "modal":
                await client.views_push(trigger_id=str(body.get("trigger_id")), view=view)
            else:
                await client.views_open(trigger_id=str(body.get("trigger_id")), view=view)
    except SlackApiError as refused:
        log.warning("form not shown", error=str(refused.response.get("error")))
    except Exception as error:  # outermost edge of an answer: the connection, the time
        log.warning("form not shown", error=type(error).__name__)
    else:
        return None
    return shown(NOT_SHOWN)
