"""Questions to Slack, each asked once, with what its answer's headers tell."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.check.isolation import why
from incident_bot.config import is_loopback

PAGE = 999  # Slack takes fewer than 1,000
MOST_PAGES = 18
"""Slack lists 20 pages a minute."""

LIMITED, TOO_MANY = "ratelimited", "too_many_pages"
"""Slack's code for "not now", and ours for a list that is too long to be read in one go."""

_QUIET = logging.Logger("incident_bot.check.slack", logging.CRITICAL)  # of nobody: says nothing


class Unreached(Exception):
    """Slack gave no usable answer; the words say why, for people."""


@dataclass(frozen=True)
class Said:
    """Slack's answer. `code` "": ok. `received`: local Unix time; `seconds`: how long it took."""

    code: str
    data: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    received: float = 0.0
    seconds: float = 0.0


class Slack:
    """Asks with one token, and waits so many seconds for each answer."""

    def __init__(self, token: SecretStr, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.base = f"{parts.scheme}://{self.host}"
        self._seconds = seconds
        self._client = AsyncWebClient(
            token=token.get_secret_value(),
            base_url=url,
            timeout=math.ceil(seconds) + 1,  # it takes whole seconds; ours come first
            retry_handlers=[],
            logger=_QUIET,
        )
        if is_loopback(url):
            self._client.proxy = None  # slack_sdk takes HTTP_PROXY and knows no NO_PROXY

    async def ask(self, method: str, **args: str) -> Said:
        """One call. Raises Unreached."""
        began = time.time()
        data, headers, status = await self._send(method, args)
        received = time.time()
        refused = data.get("error") if data.get("ok") is False else None
        code = refused if isinstance(refused, str) else ""
        if status == 429:
            code = LIMITED
        if not code and not (status == 200 and data.get("ok")):
            raise Unreached(f"{self.host} answers {status}, and not as Slack's Web API does")
        return Said(code, data, headers, received, received - began)

    async def _send(
        self, method: str, args: Mapping[str, str]
    ) -> tuple[Mapping[str, Any], Mapping[str, str], int]:
        try:
            async with asyncio.timeout(self._seconds):
                answer: Any = await self._client.api_call(method, data=dict(args))
            return _object(answer.data), answer.headers, 200
        except SlackApiError as error:
            said: Any = error.response
            status = getattr(said, "status_code", None) or getattr(said, "status", None) or 0
            return _object(getattr(said, "data", None)), said.headers, int(status)
        except AttributeError:  # slack_sdk on a 200 that is text and not JSON
            problem = f"{self.host} answers, but not as Slack's Web API does"
        except (SlackClientError, aiohttp.ClientError, OSError, ValueError) as error:
            problem = self._words(error)
        # Raised after the `except`: its context would hold the request with the token.
        raise Unreached(problem)

    def _words(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                return f"no answer from {self.host} within {self._seconds:g} s"
            case aiohttp.ClientConnectorDNSError():
                return f"the name {self.host} is not known here (DNS)"
            case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
                return f"the certificate of {self.host} is not trusted here"
            case aiohttp.ClientProxyConnectionError():
                return "the proxy (HTTPS_PROXY) does not answer"
            case aiohttp.ClientConnectorError():
                return f"cannot connect to {self.host}: {why(error.os_error)}"
            case _:
                return f"{self.host} hung up ({type(error).__name__})"

    async def pages(self, method: str, items: str, **args: str) -> AsyncIterator[Mapping[str, Any]]:
        """The items of a method that answers in pages. Raises Unreached, and Refused."""
        cursor = ""
        for _ in range(MOST_PAGES):
            said = await self.ask(method, limit=str(PAGE), **args, **_given(cursor=cursor))
            if said.code:
                raise Refused(said.code, said.data)
            for item in said.data.get(items) or ():
                yield item
            cursor = (said.data.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return
        raise Refused(TOO_MANY, {})


class Refused(Exception):
    """Slack's error code for a question (or TOO_MANY), and all that it said."""

    def __init__(self, code: str, data: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


def _object(data: object) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


def _given(**args: str) -> dict[str, str]:
    return {name: value for name, value in args.items() if value}


def refusal(code: str, data: Mapping[str, Any]) -> str:
    """Slack's no to a question, in words."""
    match code:
        case "missing_scope":
            return f"the token lacks the scope {data.get('needed') or 'for it'}"
        case "ratelimited":
            return "Slack is asked too often just now: wait a minute"
        case "too_many_pages":
            return "not among the first of very many"
        case "plan_upgrade_required":
            return "this Slack plan has none"
        case _:
            return f"Slack refuses to tell ({code})"
