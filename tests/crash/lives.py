"""The lives of one bot: started, killed, started again on the same database."""

import asyncio
import itertools
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from incident_bot.demo.bot import environment

CHILD = Path(__file__).with_name("child.py")
READY_SECONDS = 30.0


@dataclass(frozen=True)
class End:
    """Where a life ends: at the point of this name, or at the point of this number. With neither
    it goes on."""

    at: str | None = None
    number: int | None = None


GOES_ON = End()


@dataclass
class Life:
    """One process. `ended` has its exit status (-9: killed)."""

    number: int
    trail: Path
    pid: "asyncio.Future[int]"
    ended: "asyncio.Future[int]"

    @property
    def passed(self) -> list[str]:
        """The crash points that it has passed, the last one included."""
        return self.trail.read_text().splitlines() if self.trail.exists() else []


class ForkServer:
    """Starts processes; see child.py. Use `fork_server()`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lives: dict[int, Life] = {}
        self._numbers = itertools.count(1)

    async def start(self, folder: Path, settings: Mapping[str, str], end: End) -> Life:
        """A new process of `incident-bot run` in this folder."""
        loop, number = asyncio.get_running_loop(), next(self._numbers)
        trail = folder / f"trail-{number}"
        life = self._lives[number] = Life(number, trail, loop.create_future(), loop.create_future())
        order = {
            "id": number,
            "env": environment(os.environ, settings),
            "folder": str(folder),
            "trail": str(trail),
            "at": end.at,
            "number": end.number,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await life.pid
        return life

    async def listen(self) -> None:
        """Hears what becomes of the processes, until the server ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._heard(json.loads(line))
        for life in self._lives.values():  # nobody waits for what will never be told
            life.pid.cancel()
            life.ended.cancel()

    def _heard(self, said: dict[str, Any]) -> None:
        life = self._lives.get(said.get("id", 0))
        if life is None:
            return
        if "pid" in said:
            life.pid.set_result(said["pid"])
        if "status" in said:
            life.ended.set_result(said["status"])
            del self._lives[life.number]


@asynccontextmanager
async def fork_server() -> AsyncIterator[ForkServer]:
    """A fork server for as long as the block runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment(os.environ, {}),
    )
    assert process.stdout is not None and process.stdin is not None
    assert json.loads(await process.stdout.readline()) == {"ready": True}
    server = ForkServer(process)
    listening = asyncio.create_task(server.listen())
    try:
        yield server
    finally:
        process.stdin.close()
        await process.wait()
        await listening


def ports() -> Iterator[int]:
    """Free ports below those that the system gives to clients, so that nobody takes one between
    two lives of a bot."""
    first = 20_000 + os.getpid() % 100 * 100
    for port in itertools.cycle(range(first, first + 100)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


@dataclass
class Bot:
    """A bot that is started again whenever it was killed. `ends` says where each life ends.

    `died` is called once for each death, before the next start.
    """

    server: ForkServer
    folder: Path
    settings: Mapping[str, str]
    session: aiohttp.ClientSession
    ends: list[End] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.settings['PORT']}"

    @property
    def deaths(self) -> int:
        """How many of its lives were ended by a SIGKILL."""
        return sum(life.ended.done() and life.ended.result() == -9 for life in self.lives)

    def log(self) -> str:
        """All that it logged, in all its lives."""
        path = self.folder / "bot.log"
        return path.read_text() if path.exists() else ""

    async def died(self) -> None:
        """What has to be done when a process is dead (see `Stage`)."""

    async def up(self) -> None:
        """Returns when it is ready, started (again) if need be."""
        async with asyncio.timeout(READY_SECONDS):
            while True:
                if not self.lives or self.lives[-1].ended.done():
                    await self._start()
                if await self._ready():
                    return
                await asyncio.sleep(0.01)

    async def _start(self) -> None:
        if self.lives:
            status = self.lives[-1].ended.result()
            assert status == -9, f"the bot ended by itself with {status}:\n{self.log()[-3000:]}"
            await self.died()
        end = self.ends.pop(0) if self.ends else GOES_ON
        self.lives.append(await self.server.start(self.folder, self.settings, end))

    async def _ready(self) -> bool:
        try:
            async with self.session.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def end(self, signal: int) -> None:
        """Sends a signal to the process that lives, and waits for its end."""
        if self.lives and not self.lives[-1].ended.done():
            os.kill(self.lives[-1].pid.result(), signal)
            await self.lives[-1].ended
