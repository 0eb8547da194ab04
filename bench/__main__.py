"""`python -m bench`: every figure, in one run, as a table. Exit code 1 when a bar is missed."""

import argparse
import asyncio
import json
import platform
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from bench import age, commands, export, growth, opening, running, webhooks
from bench.figure import Figure
from bench.setting import Setting
from tests import postgres

PARTS: dict[str, Callable[[Setting], Awaitable[list[Figure]]]] = {
    "opening": opening.measure,
    "webhooks": webhooks.measure,
    "commands": commands.measure,
    "age": age.measure,
    "export": export.measure,
    "running": running.measure,
}
MORE = {"growth": growth.measure}
"""Only when asked for: no bars, and minutes long."""
LIBRARIES = ("aiohttp", "slack-bolt", "sqlalchemy", "sqlmodel", "pydantic", "asyncpg")


@contextmanager
def _setting(kind: str) -> Iterator[Setting]:
    if kind == "sqlite":
        yield Setting(kind, lambda: None)
        return
    with postgres.serve() as server:
        yield Setting(kind, server.create)


def _machine() -> dict[str, object]:
    """What the figures depend on beside the code."""
    cpu = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cpu.read_text().splitlines() if cpu.exists() else ())
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.processor() or platform.machine(),
        "cores": len(models) or None,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in LIBRARIES},
    }


def _line(mark: str, what: str, measured: str, floor: str, bar: str) -> str:
    return f"{mark:5}{what:50} {measured:60} {floor:12} {bar}".rstrip()


def main() -> int:
    """The exit code: 0 when every bar is reached."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=[*PARTS, *MORE], action="append", help="this part alone")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true", help="everything as one JSON document")
    wanted = parser.parse_args()
    machine, figures = _machine(), list[Figure]()
    say: Callable[[str], None] = (
        (lambda line: None) if wanted.json else (lambda line: print(line, flush=True))
    )
    say("  ".join(f"{name} {value}" for name, value in machine.items()))
    say(f"{wanted.database}; times are this machine's, ratios are of this run\n")
    say(_line("", "what", "measured", "floor", "bar"))
    with _setting(wanted.database) as setting:
        for part in wanted.only or PARTS:
            for figure in asyncio.run((PARTS | MORE)[part](setting)):
                figures.append(figure)
                mark = "" if figure.reached else "MISS"
                say(_line(mark, figure.what, figure.measured, figure.floor, figure.bar))
    missed = [figure for figure in figures if not figure.reached]
    say(f"\n{len(figures) - len(missed)} of {len(figures)} bars reached")
    if wanted.json:
        told = [asdict(figure) for figure in figures]
        print(json.dumps({"machine": machine, "database": wanted.database, "figures": told}))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
