"""`note`, `why` and `approve`: what people write for the postmortem."""

import re
from typing import Literal

from incident_bot.domain.words import NoteKind
from incident_bot.slack.grammar.request import Approve, Context, Note, Why
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import (
    first_word,
    fit,
    headline_and_details,
    nearest,
    quoted,
    wrong,
)

NOTE_EXAMPLE = "note well The alert came within a minute"
WHY_EXAMPLE = "why The pool was exhausted"
APPROVE_EXAMPLE = "approve as Engineering Manager"
_KINDS = {kind.value: kind for kind in NoteKind} | {
    "good": NoteKind.WELL,
    "bad": NoteKind.POORLY,
    "luck": NoteKind.LUCKY,
    "factors": NoteKind.FACTOR,
    "lesson": NoteKind.LEARNING,
    "ref": NoteKind.REFERENCE,
    "link": NoteKind.REFERENCE,
    "followup": NoteKind.FOLLOW_UP,
}
_LINK = re.compile(r":\s+(https?://\S+)$")
_URL = re.compile(r"https?://\S+")


def note(raw: str, _context: Context) -> Note:
    """`note KIND HEADLINE`, further lines are the details; reference, attendee and follow-up
    take their two parts from one line."""
    word, rest = first_word(plain(raw))
    kind = _KINDS.get(word.lower().rstrip(":,").replace("‑", "-"))
    if kind is None:
        guess = nearest(word, _KINDS)
        kinds = ", ".join(k.value for k in NoteKind)
        problem = f"{quoted(word)} is none of {kinds}" if word else f"its kind is missing ({kinds})"
        raise wrong("note", problem, f"note {guess} …" if guess else NOTE_EXAMPLE)
    headline, details = headline_and_details(rest)
    if not headline:
        raise wrong(f"note {kind.value}", "the text is missing", f"note {kind.value} …")
    match kind:
        case NoteKind.REFERENCE:
            if (match := _LINK.search(headline)) and headline[: match.start()].strip():
                headline, details = headline[: match.start()].strip(), match[1]
            elif _URL.fullmatch(headline):
                details = details or headline
            elif not details:
                problem = f"{quoted(headline)} is not LABEL: URL"
                raise wrong("note reference", problem, "note reference Runbook: https://wiki/db")
        case NoteKind.ATTENDEE:
            who, bracket, did = headline.partition("(")
            if not details and bracket and who.strip() and did.endswith(")") and did[:-1].strip():
                headline, details = who.strip(), did[:-1].strip()
        case NoteKind.FOLLOW_UP:
            what, colon, when = headline.rpartition(": ")
            if not details and colon and what.strip():
                headline, details = what.strip(), when.strip()
        case _:
            pass
    return Note(kind, headline, details)


def why(raw: str, _context: Context) -> Why:
    """`why TEXT` (the next one), `why 3 TEXT`, `why problem TEXT`, `why root TEXT`"""
    text = " ".join(plain(raw).split())
    word, rest = first_word(text)
    part: Literal["problem", "why", "root"] = "why"
    number: int | None = None
    name = word.lower().rstrip(":.,")
    if name in ("problem", "root"):
        part, text = ("problem", rest) if name == "problem" else ("root", _without_cause(rest))
    elif re.fullmatch(r"#?[1-9][:.]?", word):
        number, text = int(word.strip("#:.")), rest
    if not text.strip():
        raise wrong("why", "the answer is missing", WHY_EXAMPLE)
    return Why(part, fit(text.strip(), what="The text"), number)


def approve(raw: str, _context: Context) -> Approve:
    """`approve [as TITLE]`"""
    text = " ".join(plain(raw).split())
    word, title = first_word(text)
    if not word:
        return Approve()
    if word.lower() != "as" or not title:
        raise wrong("approve", f"not {quoted(text)}", APPROVE_EXAMPLE)
    return Approve(fit(title, 200, "The title"))


def _without_cause(text: str) -> str:
    word, rest = first_word(text)
    return rest if word.lower().rstrip(":") == "cause" and rest else text
