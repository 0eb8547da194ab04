"""The Slack stand-in: the Web API over HTTP, and the people who use the bot."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Literal

import aiohttp
from aiohttp import web

from ..faults import Call, Fault, Faults
from ..wire import hang_up
from . import (
    args as arguments,
    chat,
    conversations,
    echoes,
    files,
    marks,
    reading,
    scopes,
    socket_mode,
    views,
)
from .args import Args
from .errors import SlackError
from .people import People
from .present import JSON
from .refusals import may_say
from .tiers import Tiers
from .workspace import Workspace

HANDLERS: dict[str, Callable[[Workspace, Args], JSON]] = {
    **reading.METHODS,
    **conversations.METHODS,
    **chat.METHODS,
    **marks.METHODS,
    **files.METHODS,
    **views.METHODS,
    **socket_mode.METHODS,
}
Gone = Literal["token_revoked", "account_inactive", "token_expired"]
SIGN_IN_PAGE = "<!DOCTYPE html><html><title>Sign in | Slack</title></html>"


class SlackFaults(Faults):
    """Faults of Slack's: an error must be one that the method is documented to answer."""

    def check_method(self, method: str) -> None:
        """ValueError for a method that the stand-in does not have."""
        if method != "*" and method not in HANDLERS:
            raise ValueError(f"the stand-in has no method {method}")

    def check(self, method: str, error: str) -> None:
        """ValueError for a code that this method never answers."""
        if not may_say(method, error):
            who = "not every method is" if method == "*" else f"{method} is not"
            raise ValueError(f"{who} documented to answer {error}")


class SlackStandIn(People):
    """A local Slack. Use as `async with SlackStandIn() as slack`; see the package for more.

    `on_call` is told of each Web API call when it has ended. `clock` gives Unix seconds for
    message ts and creation times; signatures and trigger ids always go by real time. With
    `socket_mode` people reach the bot through the connections that it opens with `app_token`.

    Off unless set: `enforce_tiers` (rate limits per method), `scopes` (a set of granted bot
    scopes; others are missing_scope), `echo` (the bot hears events of its own calls, in the
    background; `await settled()`), `notices` (Slack's own lines, such as "set the channel
    topic", in channels and history), `date_offset` (seconds that Slack's clock is ahead).
    """

    def __init__(
        self,
        bot_token: str = "xoxb-standin",
        signing_secret: str = "5ec2e7000000000000000000005ec2e7",
        on_call: Callable[[Call], None] | None = None,
        *,
        port: int = 0,
        bot_url: str = "http://127.0.0.1:3000",
        clock: Callable[[], float] = time.time,
        app_token: str = "xapp-1-A0STANDIN-1-standin",
        socket_mode: bool = False,
    ) -> None:
        super().__init__(signing_secret, bot_url, Workspace(clock), port)
        self.bot_token = bot_token
        self.app_token = app_token
        self.socket_mode = socket_mode
        self.on_call = on_call
        self.calls: list[Call] = []
        self.faults = SlackFaults()
        self.delay = 0.0
        self.enforce_tiers = False
        self.scopes: set[str] | None = None
        self.echo = False
        self.notices = False
        self.date_offset = 0.0
        self.tiers = Tiers(lambda: self.desk.monotonic())
        self.invented: list[str] = []
        self._revoked: Gone | None = None

    @property
    def url(self) -> str:
        """The base URL of the Web API, with a trailing slash: the SDK's `base_url`."""
        return f"{self.home_url}api/"

    def revoke(self, code: Gone = "token_revoked") -> None:
        """Take the tokens back: `account_inactive` is what a bot hears whose app was removed
        from the workspace, `token_expired` with token rotation."""
        self._revoked = code

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        await super().start()
        self.desk.home_url = self.home_url

    async def stop(self) -> None:
        """End all connections, those of Socket Mode first; harmless when not started.

        RuntimeError when a method refused something in words that are not Slack's.
        """
        await self.socket.stop()
        await super().stop()
        if self.invented:
            raise RuntimeError("; ".join(self.invented))

    def application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{path:.+}", self._download)
        app.router.add_get("/signin", self._sign_in)
        app.router.add_post("/response/{token}", self._respond)
        app.router.add_get(socket_mode.PATH, self.socket.serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        call = Call(method, {}, time.monotonic(), headers=dict(request.headers), path=request.path)
        self.calls.append(call)
        try:
            try:
                args, token = await arguments.read(request)
            except SlackError as error:
                return self._answer(call, error.body())
            call.args = dict(args)
            fault = self.faults.take(method, args)
            await asyncio.sleep(self.delay + (fault.delay if fault else 0.0))
            refused = self._faulty(request, call, fault)
            if refused is not None:
                return refused
            return self._perform(request, call, args, token, fault)
        finally:
            call.ended = time.monotonic()
            if self.on_call is not None:
                self.on_call(call)

    def _faulty(self, request: web.Request, call: Call, fault: Fault | None) -> web.Response | None:
        if fault is None:
            return None
        if fault.drop == "before":
            call.error = "dropped before"
            return hang_up(request)
        if fault.status is not None:
            if fault.status == 429:
                return self._too_fast(call, fault.retry_after or 1)
            call.status, call.error = fault.status, f"http_status {fault.status}"
            wait = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
            return web.Response(status=fault.status, text="Service Unavailable", headers=wait)
        if fault.error is not None:
            return self._answer(call, SlackError(fault.error).body())
        return None

    def _perform(
        self, request: web.Request, call: Call, args: Args, token: str | None, fault: Fault | None
    ) -> web.Response:
        try:
            if call.method != "api.test":
                self._authorize(call.method, token)
            arguments.check(call.method, args)
            self.desk.email_shown = self.scopes is None or "users:read.email" in self.scopes
            if self.scopes is not None:
                scopes.check(self.desk, self.scopes, call.method, args)
            wait = self.tiers.wait(call.method, args) if self.enforce_tiers else 0
            if wait:
                return self._too_fast(call, wait)
            body = {"ok": True, **HANDLERS[call.method](self.desk, args)}
            self._spread(call.method, args, body)
        except SlackError as error:
            self._documented(call.method, error.code)
            body = error.body()
        if fault is not None and fault.drop == "after":
            self._answer(call, body)
            call.status, call.ok, call.error = 0, False, "dropped after"
            return hang_up(request)
        return self._answer(call, body)

    def _documented(self, method: str, code: str) -> None:
        """A bot that retries would hide it, so `stop()` tells of it as well."""
        if not may_say(method, code):
            self.invented.append(f"{method} is not documented to answer {code}")
            raise web.HTTPInternalServerError(text=self.invented[-1])

    def _spread(self, method: str, args: Args, body: JSON) -> None:
        """What else Slack does after a call that succeeded: notices and events, if wanted."""
        if self.notices:
            echoes.notice(self.desk, method, args, body)
        told = echoes.events(self.desk, method, args, body) if self.echo else []
        wanted = [event for name, event in told if name in self.subscribed]
        if wanted:
            self.echo_later(self._echo(wanted))

    async def _echo(self, told: list[JSON]) -> None:
        for event in told:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                await self.event(event)

    def _authorize(self, method: str, token: str | None) -> None:
        """The app-level token opens connections and nothing else; the bot's does all the rest."""
        if not token:
            raise SlackError("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise SlackError("invalid_auth")
        if self._revoked is not None:
            raise SlackError(self._revoked)
        if (method == "apps.connections.open") != (token == self.app_token):
            raise SlackError("not_allowed_token_type")

    def _answer(self, call: Call, body: JSON) -> web.Response:
        call.status, call.ok, call.error = 200, bool(body["ok"]), body.get("error")
        call.answer = body
        return web.json_response(body, headers=self._headers(call.ok))

    def _headers(self, ok: bool) -> dict[str, str]:
        """What Slack says beside its answer: the time, and what the token was granted."""
        said = {"Date": formatdate(time.time() + self.date_offset, usegmt=True)}
        if ok:
            granted = scopes.GRANTED if self.scopes is None else sorted(self.scopes)
            said["X-OAuth-Scopes"] = ",".join(granted)
        return said

    def _too_fast(self, call: Call, seconds: float) -> web.Response:
        call.status, call.error = 429, "ratelimited"
        body = {"ok": False, "error": "ratelimited"}
        return web.json_response(body, status=429, headers={"Retry-After": f"{seconds:g}"})

    async def _upload(self, request: web.Request) -> web.Response:
        """Takes a file's bytes, raw or as a multipart field."""
        file = self.desk.files.get(request.match_info["file"])
        if file is None or file.uploaded:
            return web.Response(status=404, text="no such upload")
        if request.content_type == "multipart/form-data":
            content = b""
            for value in (await request.post()).values():
                content = value.file.read() if isinstance(value, web.FileField) else b""
        else:
            content = await request.read()
        if len(content) != file.length:
            text = f"announced {file.length} bytes, received {len(content)}"
            return web.Response(status=400, text=text)
        file.content, file.uploaded = content, True
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A private file for who has the token; the sign-in page for all others, as Slack does."""
        known = request.headers.get("Authorization", "") == f"Bearer {self.bot_token}"
        if not known or (self.scopes is not None and "files:read" not in self.scopes):
            raise web.HTTPFound("/signin")
        key = request.match_info["path"].partition("/")[0].rpartition("-")[2]
        file = self.desk.files.get(key)
        if file is None or not file.uploaded:
            raise web.HTTPNotFound()
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _sign_in(self, request: web.Request) -> web.Response:
        return web.Response(text=SIGN_IN_PAGE, content_type="text/html")

    async def _respond(self, request: web.Request) -> web.Response:
        """A response_url: five uses within 30 minutes."""
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return web.Response(status=400, text="invalid_payload")
        status, text = self.take_response(request.match_info["token"], body)
        return web.Response(status=status, text=text)
