"""The bot under the demo: `incident-bot run` as a child process, on the clock of the story."""

import asyncio
import contextlib
import os
import re
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

import incident_bot

READY_SECONDS = 10.0
STOP_SECONDS = 5.0
SETTLE_SECONDS = 4.0
POLL_SECONDS = 0.03

_UNFINISHED = re.compile(r'^incident_bot_jobs\{state="(?:waiting|running)"\} (?!0(?:\.0)?$)', re.M)

# What a shell may have set for a real bot, or for the way out to the internet.
_NOT_OURS = ("SLACK_", "PAGERDUTY_", "INCIDENT_BOT_")
_DROPPED = {
    *("DATABASE_URL", "DATABASE_URL_FILE", "HOST", "PORT"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
}


class DemoError(Exception):
    """The demo cannot go on; the message says why, for whoever started it."""


def environment(base: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`base` without anything meant for another bot or a proxy, and with `settings`."""
    kept = {
        name: value
        for name, value in base.items()
        if name not in _DROPPED and not name.startswith(_NOT_OURS)
    }
    source = str(Path(incident_bot.__file__).resolve().parent.parent)
    path = [source, *filter(None, [kept.get("PYTHONPATH", "")])]
    return {**kept, "NO_PROXY": "*", "PYTHONPATH": os.pathsep.join(path), **settings}


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bot:
    """One bot with a new database, in a temporary folder that goes when it is stopped.

    `settings` are the wire contract's variables for Slack and PagerDuty; the rest is added.
    Use as an async context manager: inside it the bot is ready. DemoError when it will not be.
    `verbose` lets its log through to our stderr.
    """

    def __init__(self, port: int, settings: Mapping[str, str], *, verbose: bool = False) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._settings = dict(settings)
        self._verbose = verbose
        self._secret = secrets.token_urlsafe(24)
        self._folder = tempfile.TemporaryDirectory(prefix="incident-bot-demo-")
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def database_url(self) -> str:
        """The plain URL of its SQLite database."""
        return f"sqlite:///{Path(self._folder.name).resolve() / 'demo.db'}"

    @property
    def _log(self) -> Path:
        return Path(self._folder.name) / "bot.log"

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of its log; empty when there is none."""
        if not self._log.is_file():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def problem(self) -> str | None:
        """A sentence when the process has ended by itself; None while it runs."""
        if self._process is None or self._process.returncode is None:
            return None
        return self._with_log(f"the bot ended by itself with exit code {self._process.returncode}")

    def _with_log(self, sentence: str) -> str:
        tail = self.log_tail()
        return f"{sentence}; its last words:\n{tail}" if tail else sentence

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        settings = {
            **self._settings,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "INCIDENT_BOT_DEMO_CLOCK": self._secret,
        }
        # Its own session: Ctrl-C reaches the demo alone, which then stops the bot in order. Its
        # own folder: an incident-bot.toml lying here is meant for another bot.
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "incident_bot.cli", "run"),
                cwd=self._folder.name,
                env=environment(os.environ, settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=None if self._verbose else log,
                stderr=None if self._verbose else log,
                start_new_session=True,
            )
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        await self._ready()

    async def _ready(self) -> None:
        assert self._session is not None
        said = "nothing"
        try:
            async with asyncio.timeout(READY_SECONDS):
                while True:
                    if problem := self.problem():
                        raise DemoError(problem)
                    try:
                        async with self._session.get(f"{self.url}/readyz") as answer:
                            if answer.status == 200:
                                return
                            said = f"{answer.status} {(await answer.text())[:500]}"
                    except (aiohttp.ClientError, ConnectionError):
                        pass  # not listening yet
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            sentence = f"the bot was not ready within {READY_SECONDS:g} s (/readyz: {said})"
            raise DemoError(self._with_log(sentence)) from None

    async def set_clock(self, now: datetime) -> None:
        """Set the time that the bot's entries carry; DemoError when it refuses."""
        assert self._session is not None
        stamp = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
        try:
            async with self._session.post(
                f"{self.url}/demo/clock",
                json={"now": stamp},
                headers={"X-Demo-Clock": self._secret},
            ) as answer:
                if not 200 <= answer.status < 300:
                    text = (await answer.text())[:500]
                    raise DemoError(
                        f"the bot did not take the time {stamp}: {answer.status} {text}"
                    )
        except (aiohttp.ClientError, TimeoutError) as error:
            sentence = self.problem() or self._with_log(f"the bot does not answer: {error!r}")
            raise DemoError(sentence) from None

    async def settled(self) -> None:
        """Wait until no job is left to be done, as its own metrics say; not for ever."""
        assert self._session is not None
        with contextlib.suppress(TimeoutError, aiohttp.ClientError):
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    async with self._session.get(f"{self.url}/metrics") as answer:
                        if not _UNFINISHED.search(await answer.text()):
                            return
                    await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """End the process, politely first, and remove its folder; harmless when repeated."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        process = self._process
        try:
            if process is not None and process.returncode is None:
                process.terminate()
                with contextlib.suppress(TimeoutError):  # killed below
                    await asyncio.wait_for(process.wait(), STOP_SECONDS)
        finally:
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()
            self._folder.cleanup()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
