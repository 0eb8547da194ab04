"""What the bot answered to a command, a click or an event."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .blocks import MESSAGE_CHARACTERS, characters, check_blocks

JSON = dict[str, Any]
DEADLINE = 3.0


@dataclass
class Answer:
    """The bot's answer to one request or envelope of Slack's.

    `status` is the HTTP status; in Socket Mode 200 for an acknowledgement and 0 for none.
    `seconds` is how long it took. `problem` says what Slack would have held against it: not
    2xx, nobody connected (`dispatch_failed`), more than three seconds (`operation_timeout`),
    blocks it refuses.
    `ts` is set when the answer is a message with which people can work on (see `click`).
    """

    status: int
    body: JSON | str
    text: str = ""
    response_type: str = ""
    seconds: float = 0.0
    problem: str | None = None
    ts: str | None = None

    @property
    def blocks(self) -> list[JSON]:
        """The blocks in the answer, if it is a message."""
        found = self.body.get("blocks", []) if isinstance(self.body, dict) else []
        return found if isinstance(found, list) else []


def understand(status: int, raw: str, kind: str, seconds: float) -> Answer:
    """Read an HTTP answer the way Slack does."""
    body: JSON | str = raw
    if kind == "application/json" and raw:
        try:
            decoded = json.loads(raw)
        except ValueError:
            return Answer(status, raw, raw, "", seconds, "the answer is not valid JSON")
        if isinstance(decoded, dict):
            body = decoded
    return answered(status, body, seconds)


def answered(status: int, body: JSON | str, seconds: float) -> Answer:
    """The answer with this body, and what Slack would hold against it."""
    if isinstance(body, str):
        text, response_type = body, "ephemeral" if body else ""
    else:
        text = str(body.get("text") or "")
        spoken = "text" in body or "blocks" in body
        response_type = str(body.get("response_type") or ("ephemeral" if spoken else ""))
    return Answer(
        status, body, text, response_type, seconds, _problem(status, body, seconds)
    )  # fmt: skip


def _problem(status: int, body: JSON | str, seconds: float) -> str | None:
    if not 200 <= status < 300:
        return f"http_status {status}"
    if seconds > DEADLINE:
        return "operation_timeout"
    return message_problem(body)


def message_problem(body: JSON | str) -> str | None:
    """Why Slack would not show this message; None when it would."""
    blocks = body.get("blocks") if isinstance(body, dict) else None
    if blocks is None:
        return None
    complaints = check_blocks(blocks, "message")
    if complaints:
        return "invalid_blocks: " + "; ".join(complaints)
    return "msg_blocks_too_long" if characters(blocks) > MESSAGE_CHARACTERS else None
