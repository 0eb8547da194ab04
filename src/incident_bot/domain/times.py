"""Times as people type them: `14:20`, `2pm`, `-5m`, `5 minutes ago`, `yesterday 23:50`,
`2025-10-27 14:20`.

A time is read in the zone of whoever typed it, and the result is always aware UTC. A bare time
(no date) is its latest past occurrence: `23:50` typed at 00:10 was yesterday. `UTC` or `Z` behind
a time, or an offset behind a date and time, overrides the person's zone.

Daylight saving. A wall time that the clocks skipped on its day is refused, never moved. One that
came twice means the later of the two that is not in the future; an offset names the other one.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from incident_bot.domain.decision import Refusal

EXAMPLE = "14:20, -5m, yesterday 23:50 or 2025-10-27 14:20"
_EARLIEST_YEAR = 2000
_LONGEST = timedelta(days=366)

_AT = re.compile(r"at\s+(?=now\b|today\b|yesterday\b|tomorrow\b|[-−–—]?\d)", re.IGNORECASE)
_AMOUNT = (
    r"(?=\d)(?:(?P<d>\d+) ?d(?:ays?)?)?(?: ?(?P<h>\d+) ?h(?:(?:ou)?rs?)?)?"
    r"(?: ?(?P<m>\d+) ?m(?:in(?:ute)?s?)?)?(?: ?(?P<s>\d+) ?s(?:ec(?:ond)?s?)?)?"
)
_BEFORE = re.compile(rf"[-−–—]{_AMOUNT}", re.IGNORECASE)
_AGO = re.compile(rf"{_AMOUNT} ago\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:(?P<day>today|yesterday|tomorrow|\d{4}-\d{1,2}-\d{1,2})"
    r"(?:\s*,)?(?:[ \t]+|(?<=\d)T)(?:at[ \t]+)?)?"
    r"(?P<h>\d{1,2})"
    r"(?::(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,6})?)?|(?=[ \t]?[ap]m\b))"
    r"(?:[ \t]?(?P<half>[ap]m)\b)?"
    r"(?:[ \t]?(?P<offset>Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}(?!\d)))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[ \t]*[-–—][ \t]*\d{1,2}:\d{2}(?!\d)")
_NOW = re.compile(r"now", re.IGNORECASE)
_BOUNDARY = re.compile(r"$|[\s,;]|[-–—:.](?=\s|$)")
_SEPARATOR = re.compile(r"[ \t]*(?:[-–—:,;.](?=\s|$))?[ \t]*")


class UnreadableTime(Refusal):
    """It looks like a time, but it is none."""

    def __init__(self, typed: str, why: str) -> None:
        super().__init__(f"I cannot read the time “{typed}”: {why}. Write it like {EXAMPLE}.")


class FutureTime(Refusal):
    """It is a time, but it has not come yet."""

    def __init__(self, typed: str, at: datetime) -> None:
        super().__init__(
            f"“{typed}” is in the future (", at, f"). Write when it happened, like {EXAMPLE}."
        )


def parse_time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that the whole of `text` names, aware UTC; `now` is aware.

    Raises UnreadableTime or FutureTime, each with a sentence and an example.
    """
    at, rest = leading_time(text, now, zone)
    typed = _short(text)
    if at is None:
        why = "there is none" if not typed else "it has no form that I know"
        raise UnreadableTime(typed, why)
    if rest:
        raise UnreadableTime(typed, f"I do not understand “{_short(rest)}” behind it")
    return at


def leading_time(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """The time at the start of `text` (aware UTC) and what follows it; (None, text) without one.

    Words that only begin like a time are text (`10:1 ratio`); what must be one and cannot
    (`25:99`) raises UnreadableTime, a dated time to come raises FutureTime.
    """
    start = text.lstrip()
    if said_at := _AT.match(start):
        start = start[said_at.end() :]
    if (match := _NOW.match(start)) and said_at and _ends_at(start, match.end()):
        return now.astimezone(UTC), _after(start, match.end())
    match = _BEFORE.match(start) or _AGO.match(start)
    if match and any(match.groups()) and _ends_at(start, match.end()):
        return now.astimezone(UTC) - _duration(match), _after(start, match.end())
    if match := _CLOCK.match(start):
        if _RANGE.match(start, match.end()):
            raise UnreadableTime(_short(start), "it is a range, and an entry has one time")
        if _ends_at(start, match.end()):
            return _clock(match, now, zone), _after(start, match.end())
    if text.strip().lower() == "now":
        return now.astimezone(UTC), ""
    return None, text.strip()


def zone_of(name: str) -> ZoneInfo:
    """The zone by its IANA name; UTC when the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


def _duration(match: re.Match[str]) -> timedelta:
    parts = {k: v for k, v in match.groupdict().items() if v}
    if all(len(v) <= 9 for v in parts.values()):
        n = {k: int(v) for k, v in parts.items()}
        length = timedelta(
            days=n.get("d", 0), hours=n.get("h", 0), minutes=n.get("m", 0), seconds=n.get("s", 0)
        )
        if length <= _LONGEST:
            return length
    raise UnreadableTime(_short(match.group()), "it is more than a year ago")


def _clock(match: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    typed = _short(match.group())
    wall = _wall(match, typed)
    day = (match.group("day") or "").lower()
    offset = match.group("offset")
    if offset and offset[0] in "+-" and not day[:1].isdigit():
        raise UnreadableTime(typed, "an offset goes with a date, and an entry has one time")
    where = _zone(offset, typed) or zone
    today = now.astimezone(where).date()
    if not day:
        at = _moment(today, wall, where, now, typed)
        if at > now:
            at = _moment(today - timedelta(days=1), wall, where, now, typed)
        return at
    if day == "today":
        on = today
    elif day == "yesterday":
        on = today - timedelta(days=1)
    elif day == "tomorrow":
        on = today + timedelta(days=1)
    else:
        on = _date(day, typed)
    at = _moment(on, wall, where, now, typed)
    if at > now:
        raise FutureTime(typed, at)
    return at


def _wall(match: re.Match[str], typed: str) -> time:
    hour, minute, second = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0)
    if half := (match["half"] or "").lower():
        if not 1 <= hour <= 12:
            raise UnreadableTime(typed, f"{half} goes with the hours 1 to 12")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise UnreadableTime(typed, "a day has 24 hours and an hour 60 minutes")
    return time(hour, minute, second)


def _zone(offset: str | None, typed: str) -> tzinfo | None:
    if offset is None:
        return None
    if offset[0] not in "+-":
        return UTC
    digits = offset[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if length > timedelta(hours=14) or int(digits[2:]) > 59:
        raise UnreadableTime(typed, "there is no such offset")
    return timezone(-length if offset[0] == "-" else length)


def _date(day: str, typed: str) -> date:
    year, month, number = (int(part) for part in day.split("-"))
    try:
        found = date(year, month, number)
    except ValueError:
        raise UnreadableTime(typed, "the calendar has no such day") from None
    if not _EARLIEST_YEAR <= found.year < 9999:
        raise UnreadableTime(typed, "the year cannot be meant")
    return found


def _moment(on: date, wall: time, where: tzinfo, now: datetime, typed: str) -> datetime:
    """The instant of a wall time: the later of two unless that is to come; a gap is refused."""
    naive = datetime.combine(on, wall)
    first = naive.replace(tzinfo=where, fold=0).astimezone(UTC)
    if first.astimezone(where).replace(tzinfo=None) != naive:
        raise UnreadableTime(
            typed, f"the clocks skipped it on {on.isoformat()} (daylight saving time)"
        )
    second = naive.replace(tzinfo=where, fold=1).astimezone(UTC)
    return second if second <= now else first


def _ends_at(text: str, end: int) -> bool:
    return _BOUNDARY.match(text, end) is not None


def _after(text: str, end: int) -> str:
    match = _SEPARATOR.match(text, end)
    return text[match.end() if match else end :].rstrip()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
