"""What a time, a span or a number of times may look like in the file; as in forms.py."""

import re
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainValidator, WithJsonSchema

from incident_bot.config.forms import FALSE, any_of, as_text, like, wrong
from incident_bot.config.wording import quoted
from incident_bot.domain.reminder_policy import Quiet

_EVERY = r"^(?=\d)(?:(\d{1,3})h)?(?:(\d{1,4})m)?$"
_PATIENCE = r"^(?=.*[1-9])(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5}(?:\.\d{1,3})?)s)?$"
_AFTER = r"^(?=.*[1-9])(?:(\d{1,3})d)?(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5}(?:\.\d{1,3})?)s)?$"
_QUIET = r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$"
_ZONE = r"^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*$"
_DAYS = r"^[1-9]\d{0,2}d$"


def _every(value: object) -> timedelta | None:
    if value is False:
        return None
    found = re.fullmatch(_EVERY, value) if isinstance(value, str) else None
    fix = 'write "30m", "1h" or "1h30m", or false where nobody counts'
    if found is None:
        raise wrong(f"{quoted(value)} is not a time span", fix)
    span = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))
    if not span:
        raise wrong(f"{quoted(value)} is no time at all", fix)
    return span


def _patience(value: object) -> timedelta:
    found = re.fullmatch(_PATIENCE, value) if isinstance(value, str) else None
    if found is None:
        fix = 'write "0.5s", "30s", "10m", "4h" or "1h30m"'
        raise wrong(f"{quoted(value)} is not a time span", fix)
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _after(value: object) -> timedelta | None:
    if value is False:
        return None
    found = re.fullmatch(_AFTER, value) if isinstance(value, str) else None
    if found is None:
        fix = 'write "5m", "2h", "3d" or "1h30m", or false for never'
        raise wrong(f"{quoted(value)} is not a time span", fix)
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _quiet(value: object) -> Quiet | None:
    if value is False:
        return None
    found = re.fullmatch(_QUIET, value) if isinstance(value, str) else None
    fix = 'write them like "22:00-07:00", or false for none'
    if found is None:
        raise wrong(f"{quoted(value)} are no hours", fix)
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begin == end:
        raise wrong(f"{quoted(value)} would be quiet always or never", fix)
    return Quiet(begin=begin, end=end)


def _zone(value: object) -> str:
    text = as_text(value)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # not found; a path; a folder
        known = False
    else:
        known = re.fullmatch(_ZONE, text) is not None
    if not known:
        fix = 'write a name of the IANA list, like "Europe/Berlin" or "UTC"'
        raise wrong(f"{quoted(text)} is not a time zone that is known here", fix)
    return text


def _times(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10:
        raise wrong(f"{quoted(value)} is not a number from 1 to 10")
    return value


def _days(value: object) -> int | None:
    if value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 365:
        fix = "write how many days, 1 to 365, or false for never"
        raise wrong(f"{quoted(value)} is not a number of days", fix)
    return value


def _window(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(rf"month|{_DAYS}", value):
        fix = 'write the days, like "30d" or "28d", or "month" for the calendar month'
        raise wrong(f"{quoted(value)} is not a window", fix)
    return value


Every = Annotated[timedelta | None, PlainValidator(_every), any_of(like(_EVERY), FALSE)]
Patience = Annotated[timedelta, PlainValidator(_patience), WithJsonSchema(like(_PATIENCE))]
After = Annotated[timedelta | None, PlainValidator(_after), any_of(like(_AFTER), FALSE)]
QuietHours = Annotated[Quiet | None, PlainValidator(_quiet), any_of(like(_QUIET), FALSE)]
ZoneName = Annotated[str, PlainValidator(_zone), WithJsonSchema(like(_ZONE))]
Times = Annotated[
    int,
    PlainValidator(_times),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 10}),
]
Days = Annotated[
    int | None,
    PlainValidator(_days),
    any_of({"type": "integer", "minimum": 1, "maximum": 365}, FALSE),
]
Window = Annotated[str, PlainValidator(_window), any_of({"enum": ["month"]}, like(_DAYS))]
