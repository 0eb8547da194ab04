"""V3 webhooks: their envelope, their signature, and what became of each."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

JSON = dict[str, Any]
PATIENCE = 5.0
"""Seconds PagerDuty waits for an answer."""


@dataclass
class Delivery:
    """One webhook that was sent: the bot's answer, and what would be sent again.

    `status` is 0 when the bot could not be reached or did not answer in time. `sent` and
    `sent_headers` are the raw body and headers, for `redeliver`. `seconds` is the wait.
    """

    status: int
    body: str
    headers: dict[str, str]
    seconds: float
    event_type: str
    event: JSON
    sent: bytes
    sent_headers: dict[str, str]

    @property
    def outcome(self) -> str:
        """What PagerDuty does next: `accepted`, `retried` or `dropped`."""
        if 200 <= self.status < 300:
            return "accepted"
        retried = self.status == 0 or self.status == 429 or self.status >= 500
        return "retried" if retried else "dropped"


def sign(raw: bytes, secrets: Sequence[str]) -> str:
    """The X-PagerDuty-Signature header: one v1 signature for each secret."""
    digests = (hmac.new(s.encode(), raw, hashlib.sha256).hexdigest() for s in secrets)
    return ",".join(f"v1={digest}" for digest in digests)


def envelope(
    event_type: str,
    data: JSON,
    *,
    event_id: str | None = None,
    occurred_at: datetime | None = None,
    agent: JSON | None = None,
    client: JSON | None = None,
) -> JSON:
    """An event in its envelope; `occurred_at` needs a time zone and defaults to now."""
    at = (occurred_at or datetime.now(UTC)).astimezone(UTC)
    return {
        "event": {
            "id": event_id or f"01{uuid.uuid4().hex[:24].upper()}",
            "event_type": event_type,
            "resource_type": event_type.partition(".")[0],
            "occurred_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "agent": agent,
            "client": client,
            "data": data,
        }
    }


async def send(
    session: aiohttp.ClientSession, url: str, raw: bytes, headers: dict[str, str], event: JSON
) -> Delivery:
    """Post a webhook and wait up to five seconds; never raises for the bot's sake."""
    started = time.monotonic()
    status, body, answered = 0, "", {}
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with session.post(url, data=raw, headers=headers, timeout=timeout) as response:
            status, body = response.status, await response.text()
            answered = dict(response.headers)
    except (TimeoutError, aiohttp.ClientError) as error:
        body = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - started
    kind = str(event.get("event", {}).get("event_type", ""))
    return Delivery(status, body, answered, seconds, kind, event, raw, headers)


def encode(event: JSON) -> bytes:
    """The raw body of an event."""
    return json.dumps(event, ensure_ascii=False).encode()
