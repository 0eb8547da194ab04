"""Socket Mode: the app connects to Slack, and what Slack has for it travels in envelopes.

An envelope goes over one of the app's connections, taken in turn, and is acknowledged by its id
over any of them (docs.slack.dev/apis/events-api/using-socket-mode).
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import ClientConnectionResetError, WSMsgType, web

from .answers import DEADLINE, Answer, answered
from .args import Args
from .dispatch import Dispatch
from .present import JSON
from .workspace import Workspace

PATH = "/link/"
MOST_LINKS = 10
TICKET_SECONDS = 30.0
Reason = Literal["warning", "refresh_requested", "link_disabled"]
CLOSE_AFTER: dict[Reason, float] = {
    "warning": 1.0,  # Slack: about ten seconds
    "refresh_requested": 0.3,
    "link_disabled": 0.0,
}
"""Seconds from the announcement until the connection is closed."""


def open_connection(desk: Workspace, args: Args) -> JSON:
    """apps.connections.open: an address that is good for one connection, for half a minute."""
    ticket = secrets.token_urlsafe(18)
    desk.tickets[ticket] = time.monotonic()
    return {"url": desk.home_url.replace("http", "ws", 1) + f"link/?ticket={ticket}"}


METHODS = {"apps.connections.open": open_connection}


@dataclass(eq=False)
class Link:
    """One connection of the app. `ponged`: it has answered the ping that follows the hello."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    silent: bool = False
    ponged: bool = False
    sent: list[JSON] = field(default_factory=list)

    async def send(self, message: JSON) -> None:
        """Send, or lose it when the other end is gone or this one plays dead."""
        if self.silent:
            return
        try:
            await self.socket.send_json(message)
            self.sent.append(message)
        except ClientConnectionResetError:
            pass


class SocketMode:
    """Slack's end of Socket Mode for one app.

    Every envelope waits `acknowledgement_seconds`; an event that was not acknowledged is sent
    again after each of `redelivery_waits` (Slack: at once, after 1 and after 5 minutes). `via`
    lets one link take everything. `stray` keeps what the app sent and nobody waited for, and
    `problems` says of each what is wrong with it, and of acknowledgements with a wrong payload.
    """

    def __init__(self, desk: Workspace) -> None:
        self._desk = desk
        self.links: list[Link] = []
        self.opened = 0
        self.acknowledgement_seconds = DEADLINE
        self.redelivery_waits = (0.0, 0.2, 0.5)
        self.lose_acknowledgements = 0
        self.refusing = False
        self.enabled = True
        self.via: Link | None = None
        self.stray: list[JSON | str] = []
        self.problems: list[str] = []
        self._over: dict[str, str] = {}
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[JSON]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    # The app's side

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket for whoever has an unused ticket of `apps.connections.open`."""
        if self.refusing:
            return web.Response(status=503, text="Service Unavailable")
        given = self._desk.tickets.pop(request.query.get("ticket", ""), None)
        if given is None or time.monotonic() - given > TICKET_SECONDS:
            return web.Response(status=403, text="no such ticket")
        socket = web.WebSocketResponse(autoping=False, timeout=1.0)
        await socket.prepare(request)
        link = Link(self.opened + 1, socket, request)
        refused = "link_disabled" if not self.enabled else None
        if len(self.links) >= MOST_LINKS:
            refused = "too_many_websockets"
        if refused is not None:
            await link.send(_disconnect(refused))
            await socket.close()
            return socket
        self.opened += 1
        self.links.append(link)
        try:
            await link.send(self._hello())
            await socket.ping(b"standin")
            await self._listen(link)
        except ClientConnectionResetError:
            pass  # the app went away in the middle
        finally:
            self._forget(link)
        return socket

    async def _listen(self, link: Link) -> None:
        while True:
            message = await link.socket.receive()
            match message.type:
                case WSMsgType.PING if not link.silent:
                    await link.socket.pong(message.data)
                case WSMsgType.PONG:
                    link.ponged = True
                case WSMsgType.TEXT if not link.silent:
                    self._heard(message.data)
                case WSMsgType.PING | WSMsgType.TEXT:
                    pass  # playing dead
                case _:
                    return

    def _heard(self, raw: str) -> None:
        if self.lose_acknowledgements > 0:
            self.lose_acknowledgements -= 1
            return
        try:
            said = json.loads(raw)
        except ValueError:
            said = raw
        key = str(said.get("envelope_id")) if isinstance(said, dict) else ""
        waiting = self._waiting.get(key)
        if waiting is None or waiting.done():
            self.stray.append(said)
            self.problems.append(self._strange(said))
        else:
            waiting.set_result(said)

    def _strange(self, said: Any) -> str:
        """What is wrong with a message of the app's that acknowledges nothing."""
        if not isinstance(said, dict) or "envelope_id" not in said:
            return "a message without an envelope_id"
        key = said["envelope_id"]
        return f"envelope {key} {self._over.get(str(key), 'was never sent')}"

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self.links),
            "connection_info": {"app_id": self._desk.app_id},
            "debug_info": {
                "host": "applink-standin",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
        }

    def _forget(self, link: Link) -> None:
        if link in self.links:
            self.links.remove(link)
        if self.via is link:
            self.via = None

    # Slack's side

    async def carry(self, dispatch: Dispatch) -> Answer:
        """Send it in an envelope and wait for the acknowledgement; events again, if need be."""
        answer = await self._attempt(dispatch)
        if dispatch.kind != "events_api":
            return answer
        first = dispatch.retry_num or 0
        for number, wait in enumerate(self.redelivery_waits, first + 1):
            if answer.status:
                break
            await asyncio.sleep(wait)
            again = Dispatch(dispatch.kind, dispatch.payload, number, "timeout")
            answer = await self._attempt(again)
        return answer

    async def _attempt(self, dispatch: Dispatch) -> Answer:
        link = self._next()
        if link is None:
            return Answer(0, "", problem="dispatch_failed")
        key = str(uuid.uuid4())
        envelope: JSON = {
            "envelope_id": key,
            "type": dispatch.kind,
            "payload": dispatch.payload,
            "accepts_response_payload": dispatch.takes_payload,
        }
        if dispatch.kind == "events_api":
            envelope["retry_attempt"] = dispatch.retry_num or 0
            envelope["retry_reason"] = dispatch.retry_reason or ""
        self._waiting[key] = asyncio.get_running_loop().create_future()
        self._over[key] = "was acknowledged twice"
        started = time.monotonic()
        try:
            await link.send(envelope)
            async with asyncio.timeout(self.acknowledgement_seconds):
                said = await self._waiting[key]
        except TimeoutError:
            self._over[key] = "was acknowledged too late"
            return Answer(0, "", seconds=time.monotonic() - started, problem="operation_timeout")
        finally:
            del self._waiting[key]
        answer = _read(said.get("payload"), time.monotonic() - started)
        if answer.problem is None and answer.body and not envelope["accepts_response_payload"]:
            answer.problem = "Slack takes no payload with this acknowledgement"
        if answer.problem is not None:
            self.problems.append(f"envelope {key}: {answer.problem}")
        return answer

    def _next(self) -> Link | None:
        if self.via is not None:
            return self.via
        if not self.links:
            return None
        self._turn += 1
        return self.links[self._turn % len(self.links)]

    async def disconnect(
        self, reason: Reason, link: Link | None = None, *, close_after: float | None = None
    ) -> None:
        """Announce the end of a link (None: of all) and close it after so many seconds.

        `link_disabled` is Socket Mode switched off in the app's settings: all links end, and new
        ones meet the same until `enabled` is True again.
        """
        if reason == "link_disabled":
            self.enabled = False
        after = CLOSE_AFTER[reason] if close_after is None else close_after
        chosen = [link] if link is not None and reason != "link_disabled" else list(self.links)
        for each in chosen:
            await each.send(_disconnect(reason))
            task = asyncio.create_task(self._close(each, after))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _close(self, link: Link, after: float) -> None:
        await asyncio.sleep(after)
        self._forget(link)  # nothing is sent by it any more
        await link.socket.close()

    def cut(self, link: Link | None = None) -> None:
        """End a link (None: all) without a close frame."""
        for each in [link] if link is not None else list(self.links):
            self._forget(each)
            if each.request.transport is not None:
                each.request.transport.abort()

    async def stop(self) -> None:
        """End all links without a goodbye."""
        self.cut()
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)


def _read(payload: Any, seconds: float) -> Answer:
    """The answer that an acknowledgement carries."""
    if payload is None or isinstance(payload, dict | str):
        return answered(200, payload or "", seconds)
    problem = "the payload is neither text nor an object"
    return Answer(200, "", seconds=seconds, problem=problem)


def _disconnect(reason: str) -> JSON:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-standin"}}
