"""`log`, `edit`, `redact` and `update`: lines of the timeline and their corrections."""

import re

from incident_bot.domain.times import leading_time
from incident_bot.slack.grammar.request import Context, Edit, Log, Redact, Retract, Update
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import (
    DETAILS_LIMIT,
    first_word,
    fit,
    headline_and_details,
    quoted,
    wrong,
)

LOG_EXAMPLE = "log 14:20 Failed over to the replica"
EDIT_EXAMPLE = "edit 12 14:20 Failed over to the replica --why wrong time"
REDACT_EXAMPLE = "redact 12 a password was pasted"
_WHY = re.compile(r"(?<!\S)(?:--|—|–)why\b[ \t]*[:=]?[ \t]*([^\n]*)", re.IGNORECASE)
_RETRACT = re.compile(
    r"(?<!\S)(?:--|—|–)retract\b[ \t]*[:=]?|\A(?:--|—|–)(?:delete|remove)\b[ \t]*[:=]?"
    r"|\A(?:retract|delete|remove)\s*\Z",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?:--|—|–)\w+")
_NUMBER = re.compile(r"#?(\d{1,9})[.:,]?")


def log(raw: str, context: Context) -> Log:
    """`log [TIME] HEADLINE`, further lines are the details."""
    at, text = leading_time(plain(raw), context.now, context.zone)
    headline, details = headline_and_details(text)
    if not headline:
        raise wrong("log", "the words for the timeline are missing", LOG_EXAMPLE)
    return Log(headline=headline, details=details, at=at)


def update(raw: str, _context: Context) -> Update:
    """`update TEXT`, further lines are the details."""
    text, details = headline_and_details(plain(raw))
    if not text:
        raise wrong("update", "the text is missing", "update Error rate is falling, next at 15:00")
    return Update(text=text, details=details)


def edit(raw: str, context: Context) -> Edit | Retract:
    """`edit NUMBER [TIME] [NEW HEADLINE] [--why reason]` or `edit NUMBER --retract [reason]`."""
    number, text = _numbered(raw, "edit", EDIT_EXAMPLE)
    if match := _RETRACT.search(text):
        reason = text[: match.start()] + " " + text[match.end() :]
        reason = _WHY.sub(lambda m: m[1], reason)
        return Retract(number, _reason(reason))
    reason = ""
    if match := _WHY.search(text):
        reason = match[1].strip()
        text = text[: match.start()].rstrip(" \t") + text[match.end() :]
    if match := _FLAG.match(text):
        problem = f"{quoted(match.group())} is none of --why and --retract"
        raise wrong(f"edit {number}", problem, EDIT_EXAMPLE)
    first, newline, further = text.partition("\n")
    at, headline = leading_time(first, context.now, context.zone)
    details = fit(further.strip("\n").rstrip(), DETAILS_LIMIT, "The details") if newline else ""
    if at is None and not headline and not details:
        raise wrong(f"edit {number}", "what is to be changed is missing", EDIT_EXAMPLE)
    return Edit(
        number=number,
        headline=fit(headline) if headline else None,
        details=details or None,
        at=at,
        reason=fit(reason, what="The reason"),
    )


def redact(raw: str, _context: Context) -> Redact:
    """`redact NUMBER [why]`"""
    number, text = _numbered(raw, "redact", REDACT_EXAMPLE)
    text = _WHY.sub(lambda m: m[1], text)
    return Redact(number, _reason(text))


def _numbered(raw: str, verb: str, example: str) -> tuple[int, str]:
    word, rest = first_word(plain(raw))
    match = _NUMBER.fullmatch(word)
    if match is None or int(match[1]) < 1:
        problem = "the number of the entry is missing (see `/incident timeline`)"
        if word:
            problem = f"{quoted(word)} is not the number of an entry (see `/incident timeline`)"
        raise wrong(verb, problem, example)
    return int(match[1]), rest


def _reason(text: str) -> str:
    return fit(" ".join(text.split()), what="The reason")
