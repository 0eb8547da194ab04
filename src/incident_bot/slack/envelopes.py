"""From an envelope to its acknowledgement: what Bolt answered, as Socket Mode wants it."""

import json
from typing import Any

from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from incident_bot.slack.listeners.desk import FAILED

UNKNOWN_COMMAND = (
    "The bot does not know this command; it answers to `/incident`. Nothing was recorded."
)


def acknowledgement(envelope: SocketModeRequest, answer: BoltResponse) -> dict[str, Any] | None:
    """What to send for this envelope; None: nothing, so that Slack sends the event again or
    tells the person itself that it did not work.

    A command is always answered in words. An event that nobody listens to is acknowledged:
    it would only come again.
    """
    acknowledged: dict[str, Any] = {"envelope_id": envelope.envelope_id}
    if answer.status == 200:
        payload = _payload(answer)
    elif envelope.type == "slash_commands":
        words = UNKNOWN_COMMAND if answer.status == 404 else FAILED
        payload = {"response_type": "ephemeral", "text": words}
    elif envelope.type == "events_api" and answer.status == 404:
        payload = None
    else:
        return None
    if payload is not None and envelope.accepts_response_payload:
        acknowledged["payload"] = payload
    return acknowledged


def _payload(answer: BoltResponse) -> dict[str, Any] | None:
    if not answer.body:
        return None
    kind = answer.headers.get("content-type", [""])[0]
    if kind.startswith("application/json"):
        decoded = json.loads(answer.body)
        return decoded if isinstance(decoded, dict) else None
    return {"text": answer.body}
