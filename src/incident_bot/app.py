"""The composition root: the only place that builds and connects the parts; start, drain, stop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from aiohttp import web
from slack_bolt.authorization import AuthorizeResult

from incident_bot import pagerduty
from incident_bot.config import Settings
from incident_bot.domain.commands import AssignRole, Command, RecordInvitation
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person
from incident_bot.domain.permissions import groups_of
from incident_bot.domain.policy import Policy
from incident_bot.effects import Later, Side
from incident_bot.jobs import (
    CatchingUp,
    Clock,
    Outside,
    Pools,
    Reminding,
    Runner,
    Sweep,
    Telling,
    standard_sweeps,
)
from incident_bot.jobs.reminding import LOOK_EVERY
from incident_bot.people import People
from incident_bot.postmortem import write_postmortem, write_timeline
from incident_bot.service import Service, utc_now
from incident_bot.slack.app import build_app, slack_routes
from incident_bot.slack.effects import handlers as slack_handlers
from incident_bot.slack.effects.budgets import SlackBudgets
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.slack.lookup import Lookup
from incident_bot.slack.membership import EVERY, Membership
from incident_bot.slack.socket_mode import SocketMode
from incident_bot.slack.trouble import Trouble
from incident_bot.slack.views.room_name import candidates
from incident_bot.store import KnownPerson, Store, StoreError, StoreUnavailable
from incident_bot.web import Life, Metrics, calm, demo_clock, routes as web_routes
from incident_bot.web.serving import BROKEN, GOOD, Background, Stop, serve as serve_http

log = structlog.get_logger(__name__)

MAX_BODY = 1024 * 1024
DRAIN_SECONDS = 10.0


@dataclass
class Bot:
    """Everything that runs, connected. `socket_mode` is None in HTTP mode.

    `start` sets it to work and names the tasks that must not end by themselves; `drain` takes
    nothing more in hand, and lets go of what is within DRAIN_SECONDS.
    """

    store: Store
    service: Service
    runner: Runner
    http: web.Application
    socket_mode: SocketMode | None
    life: Life
    start: Callable[[], Awaitable[Background]]
    drain: Callable[[], Awaitable[None]]


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[Bot]:
    """Open the store and connect every part; close all of it in the end.

    Raises what `Store.open` raises. Nothing listens or calls out yet: `start` does that.
    """
    async with AsyncExitStack() as stack:
        virtual = demo_clock.DemoClock() if settings.demo_clock is not None else None
        clock = virtual.now if virtual is not None else utc_now
        store = await Store.open(settings.database_url)
        stack.push_async_callback(store.close)
        metrics, life = Metrics(), Life()
        names = partial(candidates, settings.policy.channel_template)
        service = Service(store, settings.policy, clock=clock, names=names)

        times = settings.policy.retries

        async def hurry(side: Side) -> None:
            await store.queue.hurry(side)
            runner.wake()

        async def returned(side: Side) -> None:
            if side == "slack":
                await catching_up.begin()

        outside = Outside(
            metrics,
            hurry,
            span=times.first.total_seconds() / 4,
            pause=times.longest.total_seconds() / 6,
            returned=returned,
        )
        metrics.away = outside.away_seconds
        gateway = Gateway(
            settings.slack_bot_token,
            settings.slack_api_url,
            on_call=partial(outside.call, "slack"),
        )
        stack.push_async_callback(gateway.close)
        pager = _pagerduty(settings, outside)
        if pager is not None:
            stack.push_async_callback(pager.close)

        lookup = Lookup(gateway)
        membership = Membership(lookup, groups_of(settings.policy))
        service.stands = membership
        people = People(
            store,
            slack_user=lookup.slack_user,
            slack_user_by_email=lookup.slack_user_by_email,
            pagerduty_user=pager.user if pager is not None else None,
        )

        async def on_call(escalation_policy_id: str) -> Sequence[KnownPerson]:
            if pager is None:
                return ()
            found = await pager.on_call(escalation_policy_id)
            return await asyncio.gather(*map(people.with_slack, found))

        async def assign(ref: str, role: str, person: Person) -> None:
            command = AssignRole(actor=BOT, role=role, holder=person, only_if_free=True)
            await service.handle(command, ref=ref)

        handlers = {
            **slack_handlers(
                gateway,
                store,
                people,
                settings.policy,
                lookup=lookup,
                on_call=on_call,
                assign=assign,
                write_postmortem=partial(write_postmortem, policy=settings.policy),
                write_timeline=partial(write_timeline, policy=settings.policy),
                stands=service.groups,
                now=service.now,
            ),
            **pagerduty.handlers(pager, people),
        }
        runner = Runner(
            store,
            service,
            handlers,
            pools=Pools(budgets=SlackBudgets(gateway.pacer)),
            retries=times,
            heard=metrics.tried,
        )
        catching_up = CatchingUp(store, service.now, runner.wake)
        service.wake = runner.wake
        service.taker = runner
        service.recorded = lambda command, incident: _measure(
            metrics, command, incident, service.now()
        )

        def identity() -> AuthorizeResult:
            known = gateway.known_identity
            return AuthorizeResult(
                enterprise_id=None,
                team_id=known.team_id if known else None,
                bot_id=known.bot_id if known else None,
                bot_user_id=known.bot_user_id if known else None,
                bot_token=settings.slack_bot_token.get_secret_value(),
            )

        bolt = build_app(
            service,
            people,
            gateway.client,
            settings.slack_signing_secret.get_secret_value()
            if settings.slack_signing_secret
            else None,
            identity,
            delivered=metrics.delivery,
            trouble=Trouble(gateway, lambda: outside.away_since("slack")),
        )
        http = web.Application(middlewares=[calm], client_max_size=MAX_BODY)
        http.add_routes(slack_routes(bolt, partial(metrics.rejected, "slack")))
        http.add_routes(
            pagerduty.routes(service, people, settings.pagerduty_webhook_secrets, metrics)
        )
        socket_mode = None
        if settings.slack_app_token is not None:
            connecting = Gateway(
                settings.slack_app_token,
                settings.slack_api_url,
                on_call=partial(outside.call, "slack"),
            )
            stack.push_async_callback(connecting.close)
            socket_mode = SocketMode(
                bolt, connecting, count=metrics.envelope, reconnected=catching_up.begin
            )
            life.needs.append(socket_mode.missing)
            metrics.socket_connections = lambda: len(socket_mode.links)
        http.add_routes(web_routes(store, life.missing, metrics))

        async def tell(command: Command, ref: str) -> None:
            await service.handle(command, ref=ref)

        tell_after = times.tell_after.total_seconds()
        telling = Telling(store, outside, tell, tell_after)
        reminding = Reminding(store, tell, service.now, service.remind_at)

        async def remind() -> None:
            if virtual is None or virtual.is_steady():
                await reminding.sweep()

        if virtual is not None and settings.demo_clock is not None:
            http.add_routes(demo_clock.routes(virtual, settings.demo_clock, reminding.sweep))
        ticking = Clock(
            (
                *standard_sweeps(store, runner.wake),
                Sweep("who waits for PagerDuty", min(5.0, tell_after / 4), telling.sweep),
                Sweep("who is in which user group", EVERY, membership.refresh),
                Sweep("who has to be reminded", LOOK_EVERY, remind, at_start=True),
            )
        )

        async def start() -> Background:
            background = [
                asyncio.create_task(runner.run(), name="runner"),
                asyncio.create_task(ticking.watch(), name="clock"),
            ]
            stack.push_async_callback(_end, background)
            ticking.start()
            stack.callback(ticking.stop)
            warming = asyncio.create_task(
                _warm(gateway, lookup, membership, settings.policy), name="warm"
            )
            stack.callback(warming.cancel)
            if socket_mode is not None:
                background += socket_mode.start()
            return background

        async def drain() -> None:
            ends: list[Awaitable[object]] = [runner.drain(DRAIN_SECONDS)]
            if socket_mode is not None:
                ends.append(socket_mode.stop())
            await asyncio.gather(*ends)

        yield Bot(store, service, runner, http, socket_mode, life, start, drain)


async def _warm(gateway: Gateway, lookup: Lookup, membership: Membership, policy: Policy) -> None:
    """Ask beforehand what the first opening, or the first who is to be permitted something, would
    have to ask. Not reached: it asks then."""
    if not await gateway.warm():
        return
    await membership.refresh()
    if policy.announcement_channel:
        with suppress(Later, SlackRefused):
            await lookup.channel(policy.announcement_channel)


def _measure(metrics: Metrics, command: Command, incident: Incident, now: datetime) -> None:
    """How long the first people of a war room had to be waited for, from detection on."""
    if isinstance(command, RecordInvitation) and command.people == incident.invited:
        metrics.alert_to_invitation(max(0.0, (now - incident.detected).total_seconds()))


def _pagerduty(settings: Settings, outside: Outside) -> pagerduty.PagerDuty | None:
    if not settings.pagerduty_webhook_secrets:
        log.warning(
            "PagerDuty's webhooks will be refused: PAGERDUTY_WEBHOOK_SECRETS is not set. "
            "PagerDuty shows the secret once, when the subscription is made."
        )
    if settings.pagerduty_api_token is None:
        log.warning(
            "PagerDuty is not told anything: PAGERDUTY_API_TOKEN is not set. "
            "Alerts open rooms, but resolving them there stays handwork."
        )
        return None
    return pagerduty.PagerDuty(
        settings.pagerduty_api_token,
        settings.pagerduty_api_url,
        settings.pagerduty_from_email,
        metrics=outside,
    )


async def _end(tasks: Background) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code. Raises what `Store.open` raises, and OSError
    when the port cannot be bound.

    Slack being away keeps it from nothing but hearing of Slack.
    """
    try:
        with Stop() as stop:
            async with AsyncExitStack() as stack:
                # A database may take its time: another replica is at its migration, or it hangs.
                bot = await stop.unless_asked(stack.enter_async_context(build(settings)))
                code = GOOD if bot is None else await _serve(bot, settings, stop)
    except (StoreError, StoreUnavailable, OSError):
        raise
    except Exception:  # the outermost edge of the process: without it, secrets may be printed
        log.critical("the bot broke: ending, so that it is started anew", exc_info=True)
        return BROKEN
    log.info("stopped")
    return code


async def _serve(bot: Bot, settings: Settings, stop: Stop) -> int:
    gc.collect()
    gc.freeze()  # what is there by now stays: not to be looked through again and again
    return await serve_http(
        bot.http,
        settings.host,
        settings.port,
        life=bot.life,
        stop=stop,
        start=bot.start,
        drain=bot.drain,
        slack="HTTP" if bot.socket_mode is None else "Socket Mode",
    )
