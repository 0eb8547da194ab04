"""Bolt, set up so that nothing is lost: work first, answer then; no API call before a command.

`process_before_response`: Bolt acknowledges only when the listener is done. `authorize`: our own
identity, known without asking Slack; with Bolt's default, an `auth.test` that fails makes it
answer 200 and run no listener at all.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest, AsyncRespond
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.service import Unavailable
from incident_bot.slack.deliveries import (
    SOURCE,
    UNREADABLE,
    Delivered,
    DeliveryApp,
    is_shapeless,
)
from incident_bot.slack.listeners.desk import DEADLINE, Desk
from incident_bot.slack.listeners.events import EVENTS
from incident_bot.slack.listeners.needs import Knows, Serves
from incident_bot.slack.listeners.spec import Modal, Shown, Wrong
from incident_bot.slack.showing import show
from incident_bot.slack.views.answer import Answer
from incident_bot.slack.views.notice import notice
from incident_bot.store import StoreUnavailable

PATH = "/slack/events"
MAX_BODY = 1024 * 1024
_READABLE = {
    "x-slack-request-timestamp": re.compile(r"[0-9]{1,12}"),
    "x-slack-signature": re.compile(r"[ -~]*"),
}
"""What Bolt breaks on when it has another form; without it, it refuses the request."""
LAST_MOMENT = 2.8
"""Seconds after which Slack must have its acknowledgement (it gives 3)."""

Identity = Callable[[], AuthorizeResult]
"""Who the bot is, from memory: at most the ids may be missing. It must not call Slack."""

log = structlog.get_logger(__name__)


def build_app(
    service: Serves,
    people: Knows,
    client: AsyncWebClient,
    signing_secret: str | None,
    identity: Identity,
    *,
    deadline: float = DEADLINE,
    delivered: Delivered = lambda source, kind, outcome, seconds: None,
    trouble: Callable[[Answer], Answer] = lambda said: said,
) -> AsyncApp:
    """The Bolt app with every listener. Without a signing secret (Socket Mode) no HTTP request
    passes its check. `delivered` hears what became of each delivery; `trouble` adds to an answer
    what keeps the bot from acting in Slack."""
    bolt_log = logging.getLogger("incident_bot.slack.bolt")
    # Its warnings quote what came in (`Unhandled request`), at INFO whole bodies; and it warns that
    # the environment's token is not used: we know.
    bolt_log.setLevel(logging.ERROR)

    async def authorize() -> AuthorizeResult:
        return identity()

    app = DeliveryApp(
        name="incident-bot",
        logger=bolt_log,
        client=client,
        # an empty secret would be a known one
        signing_secret=signing_secret or secrets.token_hex(32),
        process_before_response=True,
        authorize=authorize,
    )
    app.delivered = delivered
    desk = Desk(service, people, deadline=deadline)
    _listen(app, client, desk, trouble)
    app.error(_on_error)
    return app


def slack_routes(
    app: AsyncApp, rejected: Callable[[str], None] = lambda reason: None
) -> list[web.RouteDef]:
    """`POST /slack/events` for commands, interactivity and events.

    `rejected` hears why a request was turned away: `unsigned`, `too_large` or `unreadable`.
    """

    async def events(request: web.Request) -> web.StreamResponse:
        try:
            bolt_request = _bolt_request(request, await _read(request))
        except web.HTTPRequestEntityTooLarge:
            _turned_away(rejected, "too_large")
            raise
        except web.HTTPBadRequest:
            _turned_away(rejected, UNREADABLE)
            raise
        answer = await app.async_dispatch(bolt_request)
        if answer.status == 401:
            rejected("unsigned")
        if answer.status == 400:
            rejected(UNREADABLE)
        if answer.status == 404 and bolt_request.body.get("type") == "event_callback":
            return web.Response()  # nobody listens to it; what is not 2xx Slack sends again
        return await to_aiohttp_response(answer)

    return [web.post(PATH, events)]


def _turned_away(rejected: Callable[[str], None], reason: str) -> None:
    log.warning("delivery turned away", source=SOURCE, reason=reason)
    rejected(reason)


def _listen(
    app: AsyncApp, client: AsyncWebClient, desk: Desk, trouble: Callable[[Answer], Answer]
) -> None:
    """`client` calls as it was made; the one that Bolt hands out sends `team_id` with every call,
    which no method for forms has."""
    replies: set[asyncio.Task[None]] = set()  # the loop itself keeps only weak references

    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        started = time.monotonic()
        said = await desk.command(body)
        if isinstance(said, Modal):
            problem = await show(client, said, body, _left(started))
            if problem is None:
                await ack()
                return
            said = problem
        said = trouble(said)
        kind = "in_channel" if said.public else "ephemeral"
        await ack(text=said.text, blocks=said.blocks, response_type=kind)

    async def pressed(
        ack: AsyncAck,
        body: dict[str, Any],
        respond: AsyncRespond,
        answering: Callable[[], Awaitable[Shown]],
    ) -> None:
        started = time.monotonic()
        await ack()  # kept until this listener ends
        said = await answering()
        if isinstance(said, Modal):
            said = await show(client, said, body, _left(started))
        if said is None:
            return
        said = trouble(said)
        if "response_url" not in body and "response_urls" not in body:
            # pressed in a form or in the App Home: there is no place to answer but another form
            if not (said.recorded and said.public):
                within = (body.get("view") or {}).get("type") == "modal"
                told = Modal(notice(said.text), "push" if within else "open")
                await show(client, told, body, _left(started))
            return
        reply = asyncio.create_task(_reply(respond, said))
        replies.add(reply)
        reply.add_done_callback(replies.discard)
        await asyncio.wait({reply}, timeout=_left(started))

    async def button(
        ack: AsyncAck,
        body: dict[str, Any],
        action: dict[str, Any],
        respond: AsyncRespond,
    ) -> None:
        await pressed(ack, body, respond, partial(desk.button, body, action))

    async def shortcut(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await pressed(ack, body, respond, partial(desk.shortcut, body))

    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        match await desk.form(body):
            case Wrong(fields=fields):
                await ack(response_action="errors", errors=dict(fields))
            case Modal(view=view, how=how):
                action = "push" if how == "push" else "update"
                await ack(response_action=action, view=dict(view))
            case Answer():
                await ack()

    async def event(body: dict[str, Any]) -> None:
        await desk.event(body)

    app.command("/incident")(command)
    app.action(re.compile(""))(button)  # every one: an old message's button is answered too
    app.shortcut(re.compile(""))(shortcut)
    app.view(re.compile(""))(form)
    for kind in EVENTS:
        app.event(kind)(event)


def _left(started: float) -> float:
    """Seconds until Slack must have its acknowledgement."""
    return max(0.05, LAST_MOMENT - (time.monotonic() - started))


async def _reply(respond: AsyncRespond, said: Answer) -> None:
    """Answer a button, once: what it asked for is committed already."""
    try:
        sent = await respond(
            text=said.text,
            blocks=said.blocks,
            response_type="in_channel" if said.public else "ephemeral",
            replace_original=said.replaces,
        )
        if sent.status_code != 200:
            log.warning("button not answered", status=sent.status_code)
    except Exception as error:  # outermost edge of an answer that nobody waits for any more
        log.warning("button not answered", error=type(error).__name__)


async def _on_error(error: Exception) -> BoltResponse:
    """What no listener caught: 503 makes Slack send an event again, 400 is for what is no payload
    of Slack's."""
    if is_shapeless(error):
        log.warning("delivery turned away", reason=UNREADABLE, error=type(error).__name__)
        return BoltResponse(status=400, body=UNREADABLE)
    log.error("Slack request failed", error=type(error).__name__)
    away = isinstance(error, Unavailable | StoreUnavailable | TimeoutError)
    return BoltResponse(status=503 if away else 500, body="")


async def _read(request: web.Request) -> bytes:
    """The body, at most 1 MiB; 413 for more, whatever its Content-Length says."""
    body = bytearray()
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(body))
    return bytes(body)


def _bolt_request(request: web.Request, body: bytes) -> AsyncBoltRequest:
    """The request for Bolt, which parses before it checks the signature; 400 for what it cannot
    parse."""
    headers: dict[str, str | Sequence[str]] = {
        name: value
        for name, value in request.headers.items()
        if (form := _READABLE.get(name.lower())) is None or form.fullmatch(value)
    }
    try:
        made = AsyncBoltRequest(
            body=body.decode("utf-8"), query=request.query_string, headers=headers
        )
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        raise web.HTTPBadRequest(text="unreadable body") from None
    if not isinstance(made.body, dict):
        raise web.HTTPBadRequest(text="unreadable body")
    return made
