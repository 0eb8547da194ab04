"""This machine's clock against Slack's and PagerDuty's, by the Date header of their answers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from incident_bot.check.report import Finding, fail, ok, skip, warn

WARN_SECONDS = 60.0
FAIL_SECONDS = 240.0
"""Slack's signatures are refused when they are more than 300 seconds off; a minute is left."""

_FIX = "Let the machine keep time (timedatectl set-ntp true, or the host of a container)."


def clock(
    name: str, service: str, headers: Mapping[str, str], received: float, seconds: float
) -> Finding:
    """How far this machine's clock is off. `received`: local Unix time when the answer came;
    `seconds`: how long it took, of which half is the way back. A Date has whole seconds.
    """
    said = headers.get("Date") or headers.get("date") or ""
    try:
        theirs = parsedate_to_datetime(said)
    except ValueError:
        return skip(name, f"{service}'s answer carries no time")
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    off = received - seconds / 2 - (theirs.timestamp() + 0.5)
    told = f"this machine's clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'}"
    if abs(off) > FAIL_SECONDS:
        refused = "at 300 s requests are refused as replayed, and times in the journal are wrong"
        return fail(name, f"{told} {service}'s: {refused}", _FIX)
    if abs(off) > WARN_SECONDS:
        return warn(name, f"{told} {service}'s: times in the journal are wrong by that much", _FIX)
    now = datetime.fromtimestamp(received, UTC)
    return ok(name, f"{abs(off):.0f} s off {service}'s ({now:%Y-%m-%d %H:%M} UTC)")
