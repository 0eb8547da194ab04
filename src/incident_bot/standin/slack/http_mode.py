"""HTTP mode: what Slack has for the app is posted to its URL, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from .answers import Answer, understand
from .dispatch import Dispatch
from .scene import Scene

FORM = "application/x-www-form-urlencoded"


class HttpMode:
    """Posts to `bot_url + events_path`, signed with the signing secret and the real time."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def sign(self, body: bytes, timestamp: int) -> str:
        """Slack's v0 signature of a body."""
        base = b"v0:" + str(timestamp).encode() + b":" + body
        digest = hmac.new(self._scene.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return f"v0={digest}"

    async def carry(
        self, dispatch: Dispatch, *, signature: str | None = None, timestamp: int | None = None
    ) -> Answer:
        """Post it; `signature` and `timestamp` forge or replay. aiohttp.ClientError when the
        bot cannot be reached."""
        headers = {}
        if dispatch.retry_num is not None:
            headers = {
                "X-Slack-Retry-Num": str(dispatch.retry_num),
                "X-Slack-Retry-Reason": dispatch.retry_reason or "http_timeout",
            }
        kind = "application/json" if dispatch.kind == "events_api" else FORM
        return await self.send(
            _body(dispatch), kind, signature=signature, timestamp=timestamp, headers=headers
        )

    async def send(
        self,
        body: bytes,
        content_type: str,
        *,
        signature: str | None = None,
        timestamp: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Post a body to the bot, signed; the lowest way to talk to it."""
        at = int(time.time()) if timestamp is None else timestamp
        sent = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": self.sign(body, at) if signature is None else signature,
            "User-Agent": "Slackbot 1.0 (stand-in)",
            **(headers or {}),
        }
        started = time.monotonic()
        url = self._scene.bot_url.rstrip("/") + self._scene.events_path
        async with self._scene.session.post(url, data=body, headers=sent) as response:
            raw = await response.text()
            seconds = time.monotonic() - started
            return understand(response.status, raw, response.content_type, seconds)


def _body(dispatch: Dispatch) -> bytes:
    match dispatch.kind:
        case "slash_commands":
            return urlencode(dispatch.payload).encode()
        case "interactive":
            return urlencode({"payload": json.dumps(dispatch.payload)}).encode()
        case "events_api":
            return json.dumps(dispatch.payload).encode()
