"""The process itself: how soon it serves, and what it takes."""

import time
from pathlib import Path

from bench.figure import Figure, percentile
from bench.setting import Setting
from tests.journeys.running import Stage


async def measure(setting: Setting) -> list[Figure]:
    """Starts it three times on a database that is there. Memory is its resident set, idle."""
    async with setting.stage() as stage:
        return await _measure(stage)


async def _measure(stage: Stage) -> list[Figure]:
    seconds, memory = [], []
    for _ in range(3):
        await stage.bot.stop()
        began = time.monotonic()
        await stage.bot.start()
        seconds.append(time.monotonic() - began)
        assert stage.bot.process is not None
        status = Path(f"/proc/{stage.bot.process.pid}/status").read_text()
        memory.append(int(status.split("VmRSS:")[1].split()[0]) / 1024)
    ready, held = percentile(seconds, 0.5), max(memory)
    return [
        Figure("`run` until /readyz is 200", f"{ready:.2f} s", "", "1.5 s", ready <= 1.5),
        Figure("memory when idle", f"{held:.0f} MiB", "", "150 MiB", held <= 150),
    ]
