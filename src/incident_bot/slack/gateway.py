"""The one way out to Slack: paced, never repeated behind the caller's back, errors sorted.

A call ends in one of four ways: an answer; `SlackRefused` (Slack said no, nothing was done);
`Later` (not now: Slack named a time); `SlackUnknown` (no usable answer: it may have been done, so
whoever repeats it has to look first).
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.config import is_loopback
from incident_bot.effects import Away, Later, Refused, must_hold
from incident_bot.slack.pacing import POST, Pacer
from incident_bot.slack.payload_check import complaints, fitted
from incident_bot.slack.remedies import SIGNED_OUT, TOKEN_REFUSED, remedy

log = structlog.get_logger(__name__)

DOWNLOAD = "the file download"
DOWNLOAD_SECONDS = 60.0
_SLACKS = ("slack.com", "slack-files.com")
PATIENCE = 3.0  # seconds that a call waits for its turn before it is handed back as Later
CallHook = Callable[[str, str, float], None]
_Answer = tuple[int, Mapping[str, str], Mapping[str, Any]]

# Slack's words for "something broke here": it may have been done (docs.slack.dev, each method).
_UNKNOWN = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "update_failed"}
)
_LIMITED = frozenset({"ratelimited", "rate_limited", "too_many_requests"})


class SlackRefused(Refused):
    """Slack answered `ok: false`: nothing was done and repeating does not help.

    `code` is Slack's error code, `answer` all that it said (`needed` scope, `errors` per user).
    """

    def __init__(self, method: str, code: str, answer: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code
        self.answer: Mapping[str, Any] = answer or {}

    @property
    def sentence(self) -> str:
        """What can be done about it, for people."""
        return remedy(self.method, self.code, self.answer)


class SlackUnknown(Away):
    """No usable answer (5xx, time-out, broken connection): it may or may not have been done.

    As an Away it makes the runner try again after its back-off, with `Effect.again` set.
    """

    def __init__(self, method: str, problem: str) -> None:
        super().__init__(f"Slack did not answer {method} ({problem})", "slack")


@dataclass(frozen=True)
class Identity:
    """Who the bot is in Slack."""

    bot_user_id: str
    bot_id: str
    team_id: str
    team: str
    url: str


class Gateway:
    """Calls Slack's Web API at `base_url` (ends in `/api/`). `timeout` is seconds for one call.

    `on_call(method, outcome, seconds)` hears of every call; outcome is `ok`, `refused`,
    `limited` or `unknown`. With `strict`, a message that breaks a limit is a ValueError (tests);
    without, it is shortened and a warning logged. `pacer` says when there is room for a call.
    """

    def __init__(
        self,
        token: SecretStr,
        base_url: str = "https://slack.com/api/",
        *,
        timeout: float = 10.0,
        on_call: CallHook | None = None,
        strict: bool = False,
    ) -> None:
        self._base_url = base_url
        self._client = AsyncWebClient(
            token=token.get_secret_value(), base_url=base_url, retry_handlers=[]
        )
        if is_loopback(base_url):
            self._client.proxy = None  # slack_sdk takes HTTP_PROXY and knows no NO_PROXY
        self._timeout = timeout
        self._on_call = on_call
        self._strict = strict
        self._session: aiohttp.ClientSession | None = None
        self.pacer = Pacer()
        self.token_refused: str | None = None
        """Slack's code since it has not accepted the token any more."""
        self._identity: Identity | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client, for what is called directly and once: an answer, no effect."""
        return self._client

    async def close(self) -> None:
        """Close the connections; harmless when none was opened."""
        if self._session is not None:
            await self._session.close()
            self._session = self._client.session = None

    async def warm(self) -> bool:
        """Open a connection and learn who we are (`auth.test`). False, never an error, when Slack
        is away or refuses: the bot starts all the same and asks again when it needs to know."""
        try:
            await self.identity()
        except (SlackRefused, Later) as error:
            log.warning("Slack not reached", error=str(error))
            return False
        return True

    @property
    def known_identity(self) -> Identity | None:
        """Who we are, if Slack has told us already."""
        return self._identity

    async def identity(self) -> Identity:
        """Who we are, asked once. Raises what `call` raises."""
        if self._identity is None:
            answer = await self.call("auth.test")
            self._identity = Identity(
                bot_user_id=answer["user_id"],
                bot_id=answer.get("bot_id") or "",
                team_id=answer.get("team_id") or "",
                team=answer.get("team") or "",
                url=answer.get("url") or "",
            )
        return self._identity

    async def call(
        self, method: str, *, urgent: bool = False, channel: str | None = None, **args: Any
    ) -> Mapping[str, Any]:
        """One call of a Web API method; `channel` is sent along when given.

        `urgent` overtakes what is not, never Slack's limits. Raises SlackRefused, SlackUnknown,
        and Later when there is no room for it soon.
        """
        if channel is not None:
            args["channel"] = channel
        args = {name: value for name, value in args.items() if value is not None}
        if method in (POST, "chat.update", "chat.postEphemeral"):
            args = self._checked(method, args)
        deadline = time.monotonic() + PATIENCE
        while True:
            patience = max(0.0, deadline - time.monotonic())
            turn = await self.pacer.turn(method, channel, urgent=urgent, patience=patience)
            limited = False
            try:
                answer = await self._once(method, args)
                limited = answer is None
            finally:
                self.pacer.over(turn, counted=not limited)
            if answer is not None:
                return answer

    async def upload(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that files.getUploadURLExternal gave."""
        must_hold()
        try:
            async with self._open_session().post(
                url, data=content, proxy=self._client.proxy
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError) as error:
            raise SlackUnknown("the file upload", type(error).__name__) from None
        if status != 200:
            raise SlackUnknown("the file upload", f"HTTP {status}")

    def may_fetch(self, url: str) -> bool:
        """True for an address that the bot's token may be sent to: Slack's own, by https, or one
        of the host that the Web API is at."""
        return is_slacks(url, self._base_url)

    async def download(self, url: str, most: int, *, html: bool = False) -> bytes | None:
        """A private file's bytes; None when it has more than `most`, or is there no more.

        No redirect is followed: without the permission for files Slack leads to its sign-in page,
        which is told as `missing_scope`. `html`: the file itself may be such a page. Raises
        SlackRefused, SlackUnknown and Later; ValueError for an address that is not Slack's.
        """
        if not self.may_fetch(url):
            raise ValueError("the bot's token is for Slack only")
        must_hold()
        token = self._client.token or ""
        try:
            async with self._open_session().get(
                url,
                headers={"Authorization": f"Bearer {token}"},
                allow_redirects=False,
                proxy=self._client.proxy,
                timeout=aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS),
            ) as response:
                if response.status == 429:
                    raise Later("Slack limits downloads", _seconds(response.headers), paused=True)
                if response.status in (404, 410):
                    return None
                signed_out = 300 <= response.status < 400 or response.status in (401, 403)
                if signed_out or (response.content_type == "text/html" and not html):
                    raise SlackRefused(DOWNLOAD, "missing_scope", {"needed": "files:read"})
                if response.status != 200:
                    raise SlackUnknown(DOWNLOAD, f"HTTP {response.status}")
                return await _at_most(response, most)
        except (aiohttp.ClientError, OSError) as error:
            problem = type(error).__name__
        raise SlackUnknown(DOWNLOAD, problem)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=60),
            )
            self._client.session = self._session
        return self._session

    async def _once(self, method: str, args: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """One request; None when Slack limits it (the pause is then noted)."""
        self._open_session()
        must_hold()
        began, outcome = time.monotonic(), "unknown"
        try:
            status, headers, answer = await self._send(method, _form(args))
            code = str(answer.get("error") or "")
            if status == 200 and answer.get("ok"):
                outcome, self.token_refused = "ok", None
                return answer
            if status == 429 or code in _LIMITED:
                outcome = "limited"
                self._note_pause(method, headers)
                return None
            if not code or status >= 500 or code in _UNKNOWN:
                raise SlackUnknown(method, f"HTTP {status} {code}".rstrip())
            outcome = "refused"
            if code in TOKEN_REFUSED:
                self._note_signed_out(code)
            raise SlackRefused(method, code, answer)
        finally:
            if self._on_call is not None:
                self._on_call(method, outcome, time.monotonic() - began)

    async def _send(self, method: str, form: Mapping[str, str]) -> _Answer:
        """Status, headers and body; SlackUnknown without them.

        Errors are raised after the `except`: their context would hold the request's headers, and
        a log that shows local variables would show the token.
        """
        try:
            response = await self._client.api_call(method, data=dict(form))
            data: Any = response.data
            return 200, response.headers, dict(data)
        except SlackApiError as error:
            return _parts(error)
        except (SlackClientError, aiohttp.ClientError, OSError, ValueError) as error:
            problem = type(error).__name__
        except AttributeError:  # slack_sdk on a 200 that is text and not JSON
            problem = "an answer that is not JSON"
        raise SlackUnknown(method, problem)

    def _note_pause(self, method: str, headers: Mapping[str, str]) -> None:
        seconds = _seconds(headers)
        self.pacer.pause(method, seconds)
        log.info("Slack limits calls", method=method, seconds=seconds)

    def _note_signed_out(self, code: str) -> None:
        """The operator hears of it once; each job that fails of it is told by the runner."""
        if self.token_refused is None:
            log.error("Slack does not accept the bot's token", code=code, todo=SIGNED_OUT)
        self.token_refused = code

    def _checked(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        text, blocks = str(args.get("text", "")), args.get("blocks") or []
        wrong = complaints(text, blocks)
        if not wrong:
            return args
        if self._strict:
            raise ValueError(f"{method}: " + "; ".join(wrong))
        log.warning("message shortened", method=method, complaints=wrong)
        text, blocks = fitted(text, blocks)
        return {**args, "text": text} | ({"blocks": blocks} if "blocks" in args else {})


def is_slacks(url: str, base_url: str) -> bool:
    """True for an https address of Slack's own, or one of the host that `base_url` is at."""
    try:
        parts, base = urlsplit(url), urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
        if parts.username or parts.password:
            return False
        if (parts.scheme, host, port) == (base.scheme, base.hostname, base.port):
            return True
    except ValueError:
        return False
    own = (*_SLACKS, base.hostname or "slack.com")
    return (
        parts.scheme == "https"
        and port in (None, 443)
        and any(host == name or host.endswith(f".{name}") for name in own)
    )


def _seconds(headers: Mapping[str, str]) -> float:
    try:
        return max(0.1, float(headers.get("Retry-After") or 1.0))
    except ValueError:
        return 1.0


async def _at_most(response: aiohttp.ClientResponse, most: int) -> bytes | None:
    if (response.content_length or 0) > most:
        return None
    content = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > most:
            return None
    return bytes(content)


def _form(args: Mapping[str, Any]) -> dict[str, str]:
    """Every method takes a form (reads take no JSON); what has structure goes in as JSON."""
    form: dict[str, str] = {}
    for name, value in args.items():
        match value:
            case bool():
                form[name] = "true" if value else "false"
            case str():
                form[name] = value
            case int() | float():
                form[name] = str(value)
            case _:
                form[name] = json.dumps(value, ensure_ascii=False)
    return form


def _parts(error: SlackApiError) -> _Answer:
    """Status, headers and body of a failed call; slack_sdk hands over two kinds of response."""
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    return int(status or 0), response.headers, data if isinstance(data, dict) else {}
