"""The PagerDuty stand-in: REST over HTTP, and webhooks to the bot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from ..faults import Call, Fault, Faults
from ..wire import hang_up
from . import changes
from .account import PagerDutyError, invalid
from .asking import Ask, Handler
from .happenings import Happenings
from .rest import NEEDS_FROM, ROUTES

JSON = dict[str, Any]


class PagerDutyStandIn(Happenings):
    """A local PagerDuty. Use as `async with PagerDutyStandIn() as pd`.

    `from_emails` are further addresses that the `From` header may carry, besides those of
    users added. With `echo = True` what the bot does over REST comes back as webhooks, sent
    in the background (`await settled()` waits for them). Objects are dicts as REST shows
    them; methods that take one also take its id.
    """

    def __init__(
        self,
        api_token: str = "pd-standin",
        webhook_secret: str = "standin-webhook-secret",
        from_emails: Sequence[str] = (),
        on_call: Callable[[Call], None] | None = None,
        *,
        port: int = 0,
        bot_url: str = "http://127.0.0.1:3000",
    ) -> None:
        super().__init__(webhook_secret, bot_url, port)
        self.api_token = api_token
        self.on_call = on_call
        self.calls: list[Call] = []
        self.faults = Faults()
        self.delay = 0.0
        self.echo = False
        for email in from_emails:
            self.account.add_user(email.partition("@")[0], email)

    @property
    def url(self) -> str:
        """The REST base URL, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    async def _echo(self, events: list[changes.Event], agent: JSON | None) -> None:
        for event in events:
            await self.tell(event, agent, None)

    # REST

    def application(self) -> web.Application:
        app = web.Application()
        for route, handler in ROUTES.items():
            verb, path = route.split()
            app.router.add_route(verb, path, self._route(route, handler))
        app.router.add_route("*", "/{path:.*}", self._route("", None))
        return app

    def _route(self, route: str, handler: Handler | None) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            name = route or f"{request.method} {request.path}"
            call = Call(name, {}, time.monotonic(), headers=dict(request.headers),
                        path=request.path)  # fmt: skip
            self.calls.append(call)
            try:
                return await self._serve(request, call, handler)
            finally:
                call.ended = time.monotonic()
                if self.on_call is not None:
                    self.on_call(call)

        return serve

    async def _serve(
        self, request: web.Request, call: Call, handler: Handler | None
    ) -> web.Response:
        query: dict[str, list[str]] = {}
        for name, value in request.query.items():
            query.setdefault(name, []).append(value)
        try:
            body = await request.json() if request.can_read_body else {}
        except ValueError:
            return self._refuse(call, invalid("The body is not valid JSON"))
        call.args = {**query, **(body if isinstance(body, dict) else {})}
        fault = self.faults.take(call.method, call.args)
        await asyncio.sleep(self.delay + (fault.delay if fault else 0.0))
        refused = self._faulty(request, call, fault)
        if refused is not None:
            return refused
        try:
            by = self._admit(request, call.method)
            if handler is None:
                raise PagerDutyError(404, "Not Found", 2100)
            if not isinstance(body, dict):
                raise invalid("The body must be an object")
            ask = Ask(request.match_info.get("id", ""), query, body, by)
            self.account.webhook_url = self.bot_url.rstrip("/") + self.webhook_path
            status, answer, events = handler(self.account, ask)
        except PagerDutyError as error:
            return self._refuse(call, error)
        if events and (self.echo or events[0][0] == "pagey.ping"):
            self.echo_later(self._echo(events, by))
        if fault is not None and fault.drop == "after":
            call.error = "dropped after"
            return hang_up(request)
        call.status, call.ok, call.answer = status, True, answer
        return web.json_response(answer, status=status)

    def _admit(self, request: web.Request, route: str) -> JSON | None:
        """Check token and `From`; the user whom the request is from."""
        if request.headers.get("Authorization") != f"Token token={self.api_token}":
            raise PagerDutyError(401, "Unauthorized", 2006)
        email = request.headers.get("From")
        by = self.account.user_by_email(email)
        if route in NEEDS_FROM:
            if email is None:
                raise invalid("From header is required and must be a valid email")
            if by is None:
                raise PagerDutyError(400, "Requester User Not Found", 1008)
        return by

    def _faulty(self, request: web.Request, call: Call, fault: Fault | None) -> web.Response | None:
        if fault is None:
            return None
        if fault.drop == "before":
            call.error = "dropped before"
            return hang_up(request)
        if fault.status is not None:
            text = {429: "Rate Limit Exceeded"}.get(fault.status, "Internal Server Error")
            error = PagerDutyError(fault.status, fault.error or text, 2020)
            return self._refuse(call, error, fault.retry_after)
        if fault.error is not None:
            return self._refuse(call, PagerDutyError(400, fault.error, 2001, fault.error))
        return None

    def _refuse(self, call: Call, error: PagerDutyError, wait: float | None = None) -> web.Response:
        call.status, call.error, call.answer = error.status, error.message, error.body()
        headers = {} if wait is None else {"ratelimit-reset": f"{wait:g}"}
        return web.json_response(error.body(), status=error.status, headers=headers)
