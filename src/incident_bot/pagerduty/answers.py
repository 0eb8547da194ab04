"""What PagerDuty answers, sorted: JSON, or one of our errors; and careful getters for it."""

from collections.abc import Callable, Mapping
from typing import Any

import pagerduty

from incident_bot.effects import Later
from incident_bot.pagerduty.errors import PagerDutyRefused, PagerDutyUnknown

LONGEST_PAUSE = 60.0  # seconds; PagerDuty's rate limit is counted per minute
SHORTEST_PAUSE = 0.5
PAUSE_WHEN_UNTOLD = 5.0


def answer(request: Callable[[], Any], what: str) -> Any:
    """Send; the answer's JSON. `what` (`GET /users/{id}`) names it in errors.

    Raises PagerDutyRefused (4xx), PagerDutyUnknown (5xx, nothing, not JSON) and Later (429).
    """
    try:
        response = request()
    except pagerduty.Error as error:
        response = error.response
        if response is None:
            cause = type(error.__cause__ or error).__name__
            raise PagerDutyUnknown(f"no answer from PagerDuty to {what} ({cause})") from error
    status: int = response.status_code
    if status == 429:
        raise Later("PagerDuty's rate limit is reached", _pause(response.headers), paused=True)
    if status >= 500:
        raise PagerDutyUnknown(f"PagerDuty answered {status} to {what}")
    if status >= 400:
        raise PagerDutyRefused(_sentence(status, response), status)
    if status >= 300:
        raise PagerDutyRefused("PagerDuty sends elsewhere: check PAGERDUTY_API_URL.", status)
    try:
        return response.json()
    except ValueError as error:
        raise PagerDutyUnknown(f"PagerDuty's answer to {what} is not JSON") from error


def _sentence(status: int, response: Any) -> str:
    """PagerDuty's own words (`{"error": {"message", "errors": […]}}`), and what to check."""
    try:
        error = part(response.json(), "error")
    except ValueError:
        error = {}
    words = [str(w).strip() for w in (error.get("message"), *_words(error.get("errors"))) if w]
    said = ": ".join(dict.fromkeys(words))[:500].rstrip(".")
    sentence = f"PagerDuty answered {status}" + (f", {said}." if said else ".")
    match status:
        case 401:
            return f"{sentence} Check PAGERDUTY_API_TOKEN."
        case 403:
            return f"{sentence} Check PAGERDUTY_API_TOKEN: it may not do this."
        case 402:
            return f"{sentence} The PagerDuty plan does not include this."
        case _:
            return sentence


def _pause(headers: Mapping[str, str]) -> float:
    """Seconds until the rate limit is lifted, from `ratelimit-reset` or `Retry-After`."""
    for name in ("ratelimit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if seconds >= 0:  # False for NaN
            return min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)
    return PAUSE_WHEN_UNTOLD


def part(value: object, key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one when there is none."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def parts(value: object, key: str) -> list[Mapping[str, Any]]:
    """The objects in the list under `key`."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return [p for p in found if isinstance(p, Mapping)] if isinstance(found, list) else []


def _words(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def word(value: Mapping[str, Any], key: str) -> str | None:
    """The text under `key`; None when it is none, or empty."""
    found = value.get(key)
    return found if isinstance(found, str) and found else None
