"""From the bound port to the last answer: serve, drain, and never stay behind as a shell.

The port is bound before anything runs, so that one that is taken is told before Slack is called.
The first SIGTERM or SIGINT: `/readyz` turns 503 at once while requests are still answered; jobs in
hand end; then the port closes and what is being answered is answered. The second: it ends at once.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from aiohttp import web

from incident_bot.web.life import Life

ANSWER_SECONDS = 5.0
"""What a request in hand may still take: PagerDuty waits 5 s for its answer, Slack 3."""
GOOD, BROKEN = 0, 1
SIGNALS = (signal.SIGTERM, signal.SIGINT)

Background = Sequence[asyncio.Task[None]]

log = structlog.get_logger(__name__)


T = TypeVar("T")


class Stop:
    """What SIGTERM and SIGINT do: once it is `asked`, twice it ends the process with exit code 1.

    Use as a context manager, from before the start-up on.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def __enter__(self) -> "Stop":
        loop = asyncio.get_running_loop()
        for sign in SIGNALS:
            loop.add_signal_handler(sign, self._told)
        loop.set_exception_handler(_unheard)
        return self

    def __exit__(self, *error: object) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(None)
        for sign in SIGNALS:
            loop.remove_signal_handler(sign)

    async def unless_asked(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` answers; None when somebody asks to stop meanwhile: it is broken off."""
        doing = asyncio.create_task(work, name="start-up")
        asked = asyncio.create_task(self.asked.wait(), name="told to stop")
        await asyncio.wait({doing, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not doing.done():
            doing.cancel()
            with suppress(asyncio.CancelledError):
                await doing
            return None
        return doing.result()

    def _told(self) -> None:
        if not self.asked.is_set():
            self.asked.set()
            return
        log.warning("told to stop twice: ending at once; another start goes on with what is left")
        os._exit(BROKEN)


async def serve(
    http: web.Application,
    host: str,
    port: int,
    *,
    life: Life,
    stop: Stop,
    start: Callable[[], Awaitable[Background]],
    drain: Callable[[], Awaitable[None]],
    slack: str = "HTTP",
) -> int:
    """Serve until told to stop; the exit code.

    `start` sets the bot to work and names the tasks that must not end by themselves: one that
    does ends the process with 1, so that its supervisor starts it anew. `drain` lets go of what
    is in hand, within a time of its own. `slack` is how Slack reaches the bot, for the log.
    OSError when the port cannot be bound; then nothing was started.
    """
    listening = web.AppRunner(http, access_log=None, shutdown_timeout=ANSWER_SECONDS)
    await listening.setup()
    try:
        await web.TCPSite(listening, host, port).start()
        code = await _until_over(listening, host, slack, life, stop, start)
        life.stops()
        log.info("stopping: requests are still answered, jobs in hand end first")
        try:
            await drain()
        except Exception:  # as below
            log.critical("what is in hand could not be let go of in order", exc_info=True)
            code = BROKEN
    finally:
        await listening.cleanup()
    return code


async def _until_over(
    listening: web.AppRunner,
    host: str,
    slack: str,
    life: Life,
    stop: Stop,
    start: Callable[[], Awaitable[Background]],
) -> int:
    """Set to work and wait until somebody asks to stop, or something breaks; the exit code."""
    try:
        background = await start()
        life.serves()
        address = f"http://{host}:{listening.addresses[0][1]}"
        log.info("ready", address=address, slack=slack)
        ended = await _first_end(background, stop)
    except Exception:  # the outermost edge of the process: no shell of it may stay behind
        log.critical("the start-up broke: ending, so that the bot is started anew", exc_info=True)
        return BROKEN
    if ended is None:
        return GOOD
    log.critical(
        "a part of the bot has ended by itself: ending, so that the bot is started anew",
        part=ended.get_name(),
        exc_info=None if ended.cancelled() else ended.exception(),
    )
    return BROKEN


async def _first_end(background: Background, stop: Stop) -> asyncio.Task[None] | None:
    """Wait until somebody asks to stop (None), or a task ends that must not."""
    asked = asyncio.create_task(stop.asked.wait(), name="told to stop")
    try:
        await asyncio.wait({asked, *background}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        with suppress(asyncio.CancelledError):
            await asked
    if stop.asked.is_set():
        return None
    return next((task for task in background if task.done()), None)


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody awaited: asyncio's own line would quote the exception's words."""
    error = context.get("exception")
    log.error("something broke unheard", what=context.get("message"), exc_info=error)
