"""Questions to PagerDuty, through the bot's own client, with what the headers tell."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from incident_bot.effects import Later
from incident_bot.pagerduty import PagerDuty
from incident_bot.pagerduty.answers import parts

PAGE = 100
MOST_PAGES = 20


class Unreached(Exception):
    """PagerDuty gave no usable answer; the words say why, for people."""


class Limited(Unreached):
    """PagerDuty is there, but not now."""


class Asking:
    """Asks with the token. `heard`: headers, local Unix time and seconds of the first answer."""

    def __init__(self, token: SecretStr, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.base = f"{parts.scheme}://{self.host}"
        self.heard: tuple[Mapping[str, str], float, float] | None = None
        self._seconds = seconds
        self._client = PagerDuty(token, url, timeout=seconds, heard=self._hear)

    async def close(self) -> None:
        """Let go of threads and connections."""
        await self._client.close()

    def _hear(self, headers: Mapping[str, str], seconds: float) -> None:
        if self.heard is None:
            self.heard = (headers, time.time(), seconds)

    async def get(self, path: str, item: str = "", **params: Any) -> Any:
        """One answer. Raises Unreached, and PagerDutyRefused."""
        try:
            return await self._client.get(path, item, **params)
        except Later as later:
            if later.paused:
                raise Limited("PagerDuty is asked too often just now: wait a minute") from None
            problem = self._words(later)
        raise Unreached(problem)

    async def items(self, path: str, name: str, **params: Any) -> AsyncIterator[Mapping[str, Any]]:
        """The objects of a list, page after page. Raises as `get`."""
        for number in range(MOST_PAGES):
            found = await self.get(path, limit=PAGE, offset=number * PAGE, **params)
            for item in parts(found, name):
                yield item
            if not (isinstance(found, Mapping) and found.get("more")):
                return

    def _words(self, later: Later) -> str:
        problem: BaseException | None = later
        while problem is not None and problem.__cause__ is not None:
            problem = problem.__cause__
        kind = type(problem).__name__
        if "Timeout" in kind:
            return f"no answer from {self.host} within {self._seconds:g} s"
        if kind == "ConnectError":
            return f"cannot connect to {self.host}: {_brief(str(problem))}"
        if problem is not later and kind not in ("PagerDutyUnknown", "ValueError"):
            return f"{self.host} hung up ({kind})"
        return f"{self.host} answers, but not as PagerDuty's REST API does"


def _brief(words: str) -> str:
    """httpx quotes errno and all: `[Errno -2] Name or service not known`."""
    return (words.partition("] ")[2] or words or "refused").lower()
