"""PagerDuty's REST API, through the official client, off the event loop.

The official client (`pagerduty` 7.2, synchronous) retries 429 without limit, repeats POST after
network errors (one note was seen to go out four times), waits 60 seconds, and takes only https.
Here every call is made once, with a short timeout; the job queue repeats, and looks first.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pagerduty
from pydantic import SecretStr

from incident_bot.effects import Away, Later, must_hold
from incident_bot.pagerduty.answers import answer, part, parts, word
from incident_bot.pagerduty.errors import PagerDutyRefused, PagerDutyUnknown
from incident_bot.store import KnownPerson

DEFAULT_URL = "https://api.pagerduty.com"
TIMEOUT_SECONDS = 8.0  # for each of: connect, send, read
THREADS = 6
NOTE_CHARACTERS = 20_000


Heard = Callable[[Mapping[str, str], float], None]
"""Is told the headers of each answer and the seconds that it took, in the thread of the call."""


class CallMetrics(Protocol):
    """Where calls out are counted; `web.Metrics` is one."""

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """One call, finished or failed, and how long it took."""


class PagerDuty:
    """The calls that the bot makes. Every one of them may raise:

    - `PagerDutyRefused`: a 4xx; nothing was done.
    - `effects.Later`: a rate limit (`paused`); as `Away`, a question without an answer. Nothing
      was done.
    - `PagerDutyUnknown`: a write met a 5xx or no answer; it may have been done.

    `from_email` None: no From header unless one is given.
    """

    def __init__(
        self,
        token: SecretStr,
        base_url: str = DEFAULT_URL,
        from_email: str | None = None,
        *,
        metrics: CallMetrics | None = None,
        timeout: float = TIMEOUT_SECONDS,
        threads: int = THREADS,
        heard: Heard | None = None,
    ) -> None:
        self.from_email = from_email
        self._metrics = metrics
        self._client = _Once(token.get_secret_value(), base_url.rstrip("/"), timeout, heard)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pagerduty")

    async def close(self) -> None:
        """Let go of threads and connections; calls under way are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(self._client.close)

    async def get(self, path: str, item: str = "", **params: Any) -> Any:
        """The JSON of a GET; `item` takes the place of `{id}` in the path."""
        return await self._call("GET", path, item, params=params)

    async def resolve(
        self, incident_id: str, from_email: str | None = None, resolution: str = ""
    ) -> None:
        """Resolve it; `resolution` becomes the note of PagerDuty's resolve log entry."""
        await self._set_status(incident_id, "resolved", from_email, resolution)

    async def acknowledge(self, incident_id: str, from_email: str | None = None) -> None:
        """Acknowledge it. Beware: on a resolved incident PagerDuty takes this as reopening."""
        await self._set_status(incident_id, "acknowledged", from_email)

    async def add_note(self, incident_id: str, text: str, from_email: str | None = None) -> None:
        """Write a note, once. Look into `notes` before repeating one of unknown outcome."""
        await self._call(
            "POST",
            "/incidents/{id}/notes",
            incident_id,
            json={"note": {"content": text[:NOTE_CHARACTERS]}},
            headers=self._sender(from_email),
        )

    async def notes(self, incident_id: str) -> tuple[str, ...]:
        """The texts of the incident's notes."""
        found = await self._call("GET", "/incidents/{id}/notes", incident_id)
        return tuple(str(n.get("content") or "") for n in parts(found, "notes"))

    async def status(self, incident_id: str) -> str | None:
        """`triggered`, `acknowledged` or `resolved`; None when PagerDuty does not know it."""
        try:
            found = await self._call("GET", "/incidents/{id}", incident_id)
        except PagerDutyRefused as refused:
            if refused.is_unknown:
                return None
            raise
        status = part(found, "incident").get("status")
        return status if isinstance(status, str) else None

    async def user(self, pagerduty_id: str) -> KnownPerson | None:
        """Name, e-mail, zone and title of a user; None when PagerDuty does not know them."""
        try:
            found = await self._call("GET", "/users/{id}", pagerduty_id)
        except PagerDutyRefused as refused:
            if refused.is_unknown:
                return None
            raise
        return _known(pagerduty_id, part(found, "user"))

    async def on_call(self, escalation_policy_id: str) -> list[KnownPerson]:
        """Who is on call now for the policy: those of its first level that has anybody.

        Those whose e-mail the list does not tell are looked up.
        """
        found = await self._call(
            "GET",
            "/oncalls",
            params={
                "escalation_policy_ids[]": [escalation_policy_id],
                "include[]": ["users"],
                "limit": 100,
            },
        )
        rows = [(part(row, "user"), _level(row)) for row in parts(found, "oncalls")]
        levels = [level for user, level in rows if word(user, "id")]
        users = {word(user, "id"): user for user, level in rows if level == min(levels, default=0)}
        asked = (self._with_email(i, user) for i, user in users.items() if i is not None)
        return list(await asyncio.gather(*asked))

    async def _with_email(self, pagerduty_id: str, user: Mapping[str, Any]) -> KnownPerson:
        listed = _known(pagerduty_id, user)
        return listed if listed.email else await self.user(pagerduty_id) or listed

    async def _set_status(
        self, incident_id: str, status: str, from_email: str | None, resolution: str = ""
    ) -> None:
        change = {"type": "incident_reference", "status": status}
        if resolution:
            change["resolution"] = resolution
        await self._call(
            "PUT",
            "/incidents/{id}",
            incident_id,
            json={"incident": change},
            headers=self._sender(from_email),
        )

    def _sender(self, from_email: str | None) -> dict[str, str]:
        sender = from_email or self.from_email
        return {"From": sender} if sender else {}

    async def _call(self, method: str, path: str, item: str = "", **request: Any) -> Any:
        """One request; the answer's JSON. Counted, whatever becomes of it."""
        url = path.replace("{id}", quote(item, safe=""))

        def send() -> Any:
            must_hold()
            return answer(lambda: self._client.request(method, url, **request), f"{method} {path}")

        started, outcome = time.monotonic(), "unknown"
        try:
            context = copy_context()  # which has the lease of the job in hand
            found = await asyncio.get_running_loop().run_in_executor(
                self._threads, context.run, send
            )
            outcome = "ok"
            return found
        except PagerDutyRefused as refused:
            outcome = str(refused.status)
            raise
        except Later:
            outcome = "429"
            raise
        except PagerDutyUnknown as unknown:
            if method == "GET":
                raise Away(str(unknown), "pagerduty") from unknown
            raise
        finally:
            if self._metrics is not None:
                seconds = time.monotonic() - started
                self._metrics.call("pagerduty", f"{method} {path}", outcome, seconds)


class _Once(pagerduty.RestApiV2Client):
    """The official client, made to send each request once and to take http:// (a stand-in)."""

    max_network_attempts = 0
    timeout: Any  # seconds; declared as an int, passed on to httpx as it is

    def __init__(
        self, token: str, base_url: str, timeout: float, heard: Heard | None = None
    ) -> None:
        super().__init__(token, base_url=base_url)
        self.timeout = timeout
        self._heard = heard

    @property
    def url(self) -> str:
        """The base URL."""
        return self._base

    @url.setter
    def url(self, base_url: str) -> None:
        self._base = base_url

    def postprocess(self, response: Any, suffix: str | None = None) -> None:
        """Hand a 429 over at once. Left alone, the client sleeps in its thread and repeats it.

        The original only counts calls, by address and for ever.
        """
        if self._heard is not None:
            self._heard(response.headers, response.elapsed.total_seconds())
        if response.status_code == 429:
            raise pagerduty.HttpError("rate limited", response)


def _known(pagerduty_id: str, user: Mapping[str, Any]) -> KnownPerson:
    """A user object, or a reference to one, as a person."""
    return KnownPerson(
        name=word(user, "name") or word(user, "summary") or pagerduty_id,
        pagerduty_id=pagerduty_id,
        email=word(user, "email"),
        tz=_zone(user.get("time_zone")),
        title=word(user, "job_title") or "",
        fetched_at=datetime.now(UTC),
    )


def _level(row: Mapping[str, Any]) -> int:
    level = row.get("escalation_level")
    return level if isinstance(level, int) else 99


def _zone(name: object) -> str:
    """The zone if it is one of the tz database (PagerDuty also sends names of its own)."""
    if not isinstance(name, str):
        return "UTC"
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return "UTC"
