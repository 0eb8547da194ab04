"""Every delivery of Slack, in HTTP and Socket Mode alike: known in the log, counted, told once."""

import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from incident_bot import logs

SOURCE = "slack"
UNREADABLE = "unreadable"
_BOLTS_OWN = {"slack_bolt", *sys.stdlib_module_names}
_KINDS = {
    "block_actions": "button",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "view_submission": "view_submission",
    "view_closed": "view_closed",
    "block_suggestion": "block_suggestion",
    "url_verification": "url_verification",
}

Delivered = Callable[[str, str, str, float], None]
"""Hears of each delivery: source, kind, what became of it, and after how many seconds."""

log = structlog.get_logger(__name__)


class DeliveryApp(AsyncApp):
    """Bolt's app; `delivered` hears what became of each authentic request.

    400 for what is no payload of Slack's.
    """

    delivered: Delivered = staticmethod(lambda source, kind, outcome, seconds: None)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Bolt's own, with one line in the log for what came and what became of it."""
        with logs.delivery(SOURCE) as handled:
            handled.came(kind_of(req.body), id_of(req.body))
            try:
                answer = await super().async_dispatch(req)
            except Exception as error:
                if not is_shapeless(error):
                    raise
                log.warning("delivery turned away", reason=UNREADABLE, error=type(error).__name__)
                return BoltResponse(status=400, body=UNREADABLE)
            if answer.status == 401:
                log.warning("delivery turned away", reason="unsigned", kind=handled.kind)
                return answer
            handled.outcome = outcome = _outcome(handled.outcome, answer.status)
            self.delivered(SOURCE, handled.kind, outcome, handled.seconds)
            log.info("delivery", status=answer.status, **handled.facts())
            return answer


def is_shapeless(error: Exception) -> bool:
    """True for what Bolt itself raises on a body without the parts that it takes for granted: a
    signed one, but no payload of Slack's. Nothing of ours was run then."""
    if not isinstance(error, AttributeError | IndexError | KeyError | TypeError | ValueError):
        return False
    modules = [str(f.f_globals.get("__name__")) for f, _ in traceback.walk_tb(error.__traceback__)]
    return all(name == __name__ or name.partition(".")[0] in _BOLTS_OWN for name in modules)


def kind_of(body: Mapping[str, Any]) -> str:
    """What came: `command`, `button`, `event.app_home_opened`, …"""
    if "command" in body:
        return "command"
    kind = str(body.get("type") or "")
    if kind == "event_callback":
        event = body.get("event")
        return f"event.{event.get('type')}" if isinstance(event, Mapping) else "event"
    return _KINDS.get(kind, "ssl_check" if body.get("ssl_check") else "other")


def id_of(body: Mapping[str, Any]) -> str | None:
    """What the sender knows it by: an event's id, else the trigger id."""
    known = body.get("event_id") or body.get("trigger_id")
    return str(known) if known else None


def _outcome(told: str | None, status: int) -> str:
    """What the desk told, else what the answer's status says."""
    if status >= 500:
        return "unavailable" if status == 503 else "failed"
    if told is not None:
        return told
    return "ignored" if status == 404 else "answered"
