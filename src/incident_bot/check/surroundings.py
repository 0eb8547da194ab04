"""This machine: time zones, and the address to listen on."""

import asyncio
import importlib.metadata
import os
import re
import socket
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from incident_bot.check.container import in_container
from incident_bot.check.isolation import why
from incident_bot.check.report import Finding, fail, ok, skip, warn
from incident_bot.check.settings import Reading
from incident_bot.config import Settings, is_loopback

ZONES, ADDRESS = "time_zones", "address"
NAMES = (ADDRESS, ZONES)

_WANTED = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney")
_OLD_YEARS = 2
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def time_zones(paths: Sequence[str] | None = None) -> Finding:
    """The zones that people live in are known, and from how old a list."""
    missing = []
    for name in _WANTED:
        try:
            zoneinfo.ZoneInfo.no_cache(name)
        except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
            missing.append(name)
    return zones_finding(missing, *_version(zoneinfo.TZPATH if paths is None else paths))


def zones_finding(missing: Sequence[str], source: str, version: str) -> Finding:
    """What to say of the zones that are not known, and of a list like `2025b` from `source`."""
    if missing:
        fix = "pip install tzdata, or install the system's package tzdata."
        return fail(ZONES, f"not known: {', '.join(missing)}; times would be wrong", fix)
    year = re.match(r"\d{4}", version)
    if year is None:
        return ok(ZONES, f"{source}, of unknown age")
    if datetime.now(UTC).year - int(year[0]) > _OLD_YEARS:
        found = f"{source}, version {version}: some zones have changed since"
        return warn(ZONES, found, "Update tzdata.")
    return ok(ZONES, f"{source}, version {version}")


def _version(paths: Sequence[str]) -> tuple[str, str]:
    """Where zoneinfo reads from (the system first, then the package), and its version."""
    for folder in map(Path, paths):
        if (folder / _WANTED[0]).is_file():
            return f"the system's ({folder})", _system_version(folder)
    try:
        return "the package tzdata", importlib.metadata.version("tzdata")
    except importlib.metadata.PackageNotFoundError:
        return "nowhere", ""


def _system_version(folder: Path) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                found = re.search(r"\d{4}[a-z]+", file.readline())
        except (OSError, UnicodeDecodeError):
            continue
        if found:
            return found[0]
    return ""


async def address(reading: Reading, settings: Settings, seconds: float) -> list[Finding]:
    """HOST and PORT are free, or our own bot listens there already."""
    for variable in ("HOST", "PORT"):
        if not reading.usable(variable):
            return [skip(ADDRESS, f"{variable} is missing or wrong, see settings")]
    host, port = settings.host, settings.port
    shown = f"{f'[{host}]' if ':' in host else host}:{port}"
    try:
        await asyncio.to_thread(_bind, host, port)
    except socket.gaierror:
        return [fail(ADDRESS, f"the name {host} is not known here", "Set HOST to an address.")]
    except PermissionError:
        fix = "Set PORT to 1024 or more."
        return [fail(ADDRESS, f"{shown} is only for the system's administrator", fix)]
    except OSError as error:
        if await _is_our_bot(host, port, seconds):
            return [ok(ADDRESS, f"{shown}, where a bot is running already")]
        fix = "Set PORT to a free one, or HOST to an address of this machine."
        return [fail(ADDRESS, f"cannot listen on {shown}: {why(error)}", fix)]
    return [address_finding(host, shown, port, contained=in_container(os.environ))]


def address_finding(host: str, shown: str, port: int, *, contained: bool) -> Finding:
    """What to say of an address that is free."""
    if port == 0:
        return warn(ADDRESS, "PORT=0 is another port at every start", "Set PORT, like 3000.")
    if contained and is_loopback(f"http://{f'[{host}]' if ':' in host else host}"):
        return warn(
            ADDRESS,
            f"{shown} cannot be reached from outside this container",
            "Set HOST=0.0.0.0.",
        )
    return ok(ADDRESS, f"{shown} is free")


def _bind(host: str, port: int) -> None:
    """Takes the address and lets it go. Nobody can connect meanwhile: it does not listen."""
    kind, what, protocol, _, place = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(kind, what, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)


async def _is_our_bot(host: str, port: int, seconds: float) -> bool:
    """True when what listens there has our health check and our metrics."""
    reached = _EVERY_ADDRESS.get(host, host)
    base = f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"
    patience = aiohttp.ClientTimeout(total=seconds)
    try:
        async with aiohttp.ClientSession(timeout=patience) as session:
            async with session.get(f"{base}/healthz") as health:
                alive: object = await health.json() if health.status == 200 else None
            if not (isinstance(alive, Mapping) and alive.get("status") == "ok"):
                return False
            async with session.get(f"{base}/metrics") as metrics:
                return "incident_bot_" in await metrics.text()
    except (aiohttp.ClientError, OSError, ValueError):
        return False
