"""`severity`, `status`, `resolve`, `reopen` and `cancel`: where the incident stands."""

import re

from incident_bot.domain.times import leading_time
from incident_bot.domain.words import Status
from incident_bot.slack.grammar.opening import SEVERITY, severity_of
from incident_bot.slack.grammar.request import (
    Cancel,
    Context,
    Reopen,
    Resolve,
    SetSeverity,
    SetStatus,
    Show,
)
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import (
    first_word,
    fit,
    headline_and_details,
    nearest,
    quoted,
    wrong,
)

STATUS_EXAMPLE = "status mitigated at 14:20 Failed over to the replica"
_STATUS = {
    "acknowledged": Status.ACKNOWLEDGED,
    "acknowledge": Status.ACKNOWLEDGED,
    "acked": Status.ACKNOWLEDGED,
    "ack": Status.ACKNOWLEDGED,
    "mitigated": Status.MITIGATED,
    "mitigate": Status.MITIGATED,
    "resolved": Status.RESOLVED,
    "resolve": Status.RESOLVED,
    "open": Status.OPEN,
    "reopen": Status.OPEN,
    "reopened": Status.OPEN,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
    "cancel": Status.CANCELLED,
}


def severity(raw: str, _context: Context) -> SetSeverity | Show:
    """`severity [to] [sev2] [why]`"""
    text = re.sub(r"\Ato\s+", "", plain(raw).strip(), count=1, flags=re.IGNORECASE)
    word, rest = first_word(text)
    if not word:
        return Show("severity")
    found = severity_of(word.rstrip(":,"))
    if found is None and (match := SEVERITY.match(text)):  # "sev 2"
        found, rest = severity_of(match.group()), text[match.end() :]
        found = found if not rest or not rest[0].isalnum() else None
    if found is None:
        raise wrong("severity", f"{quoted(word)} is none of sev1 to sev5", "severity sev2")
    return SetSeverity(found, _text(rest))


def status(raw: str, context: Context) -> SetStatus | Resolve | Reopen | Cancel | Show:
    """`status acknowledged|mitigated|resolved|open [at TIME] [text]`"""
    word, rest = first_word(plain(raw))
    if not word:
        return Show("status")
    found = _STATUS.get(word.lower().rstrip(":,"))
    if found is None:
        guess = nearest(word, _STATUS)
        example = f"status {_STATUS[guess].value}" if guess else STATUS_EXAMPLE
        problem = f"{quoted(word)} is none of acknowledged, mitigated, resolved and open"
        raise wrong("status", problem, example)
    match found:
        case Status.OPEN:
            return Reopen(_text(rest))
        case Status.CANCELLED:
            return Cancel(_text(rest))
        case Status.RESOLVED:
            at, text = leading_time(rest, context.now, context.zone)
            return Resolve(at, *headline_and_details(text))
        case Status.ACKNOWLEDGED | Status.MITIGATED:
            at, text = leading_time(rest, context.now, context.zone)
            return SetStatus(found, at, *headline_and_details(text))


def resolve(raw: str, context: Context) -> Resolve:
    """`resolve [at TIME] [what was done]`, further lines are the details."""
    at, text = leading_time(plain(raw), context.now, context.zone)
    return Resolve(at, *headline_and_details(text))


def reopen(raw: str, _context: Context) -> Reopen:
    """`reopen [why]`"""
    return Reopen(_text(plain(raw)))


def cancel(raw: str, _context: Context) -> Cancel:
    """`cancel [why]`"""
    return Cancel(_text(plain(raw)))


def _text(text: str) -> str:
    return fit(text.strip(" \t\n-–—:,"), what="The text")
