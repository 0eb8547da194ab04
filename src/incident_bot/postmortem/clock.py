"""Times and durations as documents print them. Everything is UTC and exact to the second."""

from collections.abc import Iterable
from datetime import UTC, date, datetime


def utc(at: datetime) -> datetime:
    """The moment in UTC, cut to the second: what is printed and what is computed with agree."""
    return at.astimezone(UTC).replace(microsecond=0)


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds from `start` to `end`; negative when `end` is earlier."""
    return int((utc(end) - utc(start)).total_seconds())


def days(moments: Iterable[datetime]) -> set[date]:
    """The UTC dates that the moments fall on."""
    return {utc(at).date() for at in moments}


def minute(at: datetime, *, dated: bool) -> str:
    """`14:20`, or `2025-10-27 14:20`."""
    return f"{utc(at):%Y-%m-%d %H:%M}" if dated else f"{utc(at):%H:%M}"


def exact(at: datetime, *, dated: bool) -> str:
    """As `minute`, with seconds where there are any: `14:20`, `14:20:07`."""
    seconds = f":{utc(at):%S}" if utc(at).second else ""
    return f"{minute(at, dated=dated)}{seconds}"


_PARTS = (("day", "d", 86_400), ("hour", "h", 3_600), ("minute", "m", 60), ("second", "s", 1))


def _parts(seconds: int) -> list[tuple[int, str, str]]:
    found = []
    for word, letter, size in _PARTS:
        count, seconds = divmod(seconds, size)
        if count:
            found.append((count, word, letter))
    return found or [(0, "minute", "m")]


def short(seconds: int) -> str:
    """`30 m`, `21 m 36 s`, `1 h 5 m`. Not for negative durations."""
    return " ".join(f"{count} {letter}" for count, _, letter in _parts(seconds))


def with_fraction(seconds: float) -> str:
    """As `short`, to the millisecond: `4 m 19.2 s`, `0 s`."""
    thousandths = round(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    if not rest:
        return short(whole) if whole else "0 s"
    lead = f"{short(whole - whole % 60)} " if whole >= 60 else ""
    return f"{lead}{(whole % 60) + rest / 1000:g} s"


def in_words(seconds: int) -> str:
    """`45 minutes`, `1 hour 5 minutes`. Not for negative durations."""
    return " ".join(
        f"{count} {word}{'' if count == 1 else 's'}" for count, word, _ in _parts(seconds)
    )
