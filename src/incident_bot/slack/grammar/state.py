"""`severity`, `status`, `resolve`, `reopen` and `cancel`: where the incident stands."""

import re
from collections.abc import Mapping, Sequence

from incident_bot.domain.levels import STATUS_WORDS, StatusName
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

_NAMED = (Status.ACKNOWLEDGED, Status.MITIGATED, Status.RESOLVED, Status.OPEN)
STATUS_EXAMPLE = "status mitigated at 14:20 Failed over to the replica"


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
    text = plain(raw).strip()
    if not text:
        return Show("status")
    words = status_words(context.statuses)
    found, rest = _leading(text, words)
    if found is None:
        word, _ = first_word(text)
        guess = nearest(word, words)
        example = f"status {words[guess].value}" if guess else STATUS_EXAMPLE
        names = {s.status: s.name for s in context.statuses}
        known = ", ".join(names.get(status, status.value) for status in _NAMED[:-1])
        last = names.get(_NAMED[-1], _NAMED[-1].value)
        problem = f"{quoted(word)} is none of {known} and {last}"
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


def status_words(statuses: Sequence[StatusName]) -> dict[str, Status]:
    """Everything that may be typed for a status, lower case. The bot's own words, which its
    examples use, keep their meaning whatever a team calls its statuses."""
    chosen = {
        word.casefold(): s.status for s in statuses for word in (s.name, *s.also) if word.strip()
    }
    return {**chosen, **{word: s for s, words in STATUS_WORDS.items() for word in words}}


def _leading(text: str, words: Mapping[str, Status]) -> tuple[Status | None, str]:
    """The status that the text begins with (a name may be several words), and what follows."""
    for word in sorted(words, key=len, reverse=True):
        pattern = r"\s+".join(map(re.escape, word.split()))
        if match := re.match(rf"{pattern}[:,]*(?=\s|$)", text, re.IGNORECASE):
            return words[word], text[match.end() :].lstrip(" \t")
    return None, text


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
