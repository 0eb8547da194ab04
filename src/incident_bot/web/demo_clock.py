"""The demo's virtual time: `POST /demo/clock` says what time it is. Never mounted otherwise.

Only what entries carry follows it; leases, back-off, pacing and signatures keep real time.
"""

import hmac
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from aiohttp import web
from pydantic import SecretStr

STEADY_SECONDS = 30.0
HEADER = "X-Demo-Clock"


class DemoClock:
    """Starts at the real time; once set, it goes on from there at the pace of the real one."""

    def __init__(self) -> None:
        self._set_to: datetime | None = None
        self._set_when = 0.0

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        if self._set_to is None:
            return datetime.now(UTC)
        return self._set_to + timedelta(seconds=time.monotonic() - self._set_when)

    def is_steady(self) -> bool:
        """False while a story jumps from hour to hour: nobody is reminded then of what would be
        due meanwhile."""
        return self._set_to is None or time.monotonic() - self._set_when > STEADY_SECONDS

    def set(self, to: datetime) -> None:
        """From now on it is `to` (aware)."""
        self._set_to, self._set_when = to.astimezone(UTC), time.monotonic()


def routes(
    clock: DemoClock,
    secret: SecretStr,
    remind: Callable[[], Awaitable[object]],
) -> list[web.RouteDef]:
    """`POST /demo/clock` with `{"now": ISO 8601}` and the secret in `X-Demo-Clock`.

    With `"remind": true` it also looks at once what there is to be reminded of.
    """

    async def set_clock(request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.get_secret_value().encode()):
            return web.json_response({"error": "not for you"}, status=403)
        try:
            body = await request.json()
            to = datetime.fromisoformat(body["now"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": 'send {"now": ISO 8601 time}'}, status=400)
        if to.tzinfo is None:
            return web.json_response({"error": "the time needs its zone"}, status=400)
        clock.set(to)
        if body.get("remind") is True:
            await remind()
        return web.json_response({"now": clock.now().isoformat()})

    return [web.post("/demo/clock", set_clock)]
