"""Who is meant; `role`: who does what. `role ic [@person|me|none] [at TIME]`; alone it lists.

`handover @person [ic]` asks somebody to take a role over; `handover none [ic]` asks no longer.
"""

import re
from collections import Counter
from collections.abc import Sequence

from incident_bot.domain.policy import Role
from incident_bot.domain.times import leading_time
from incident_bot.slack.grammar.request import (
    Context,
    GiveRole,
    HandOver,
    Me,
    Mention,
    Name,
    Show,
    Somebody,
)
from incident_bot.slack.grammar.typed import MENTION, plain
from incident_bot.slack.grammar.words import first_word, quoted, wrong

EXAMPLE = "role ic @alice"
HANDOVER = "handover @alice"
_WITHDRAWN = frozenset({"none", "nobody", "withdraw", "cancel", "stop"})
_NOBODY = frozenset({"none", "nobody", "release", "remove", "clear", "free", "-"})
_ME = frozenset({"me", "myself", "@me"})
_NAME = re.compile(r"@(\w[\w.+-]*)")
_PLAIN = re.compile(rf"(?<!\S){_NAME.pattern}(?!\S)")
_FILLER = re.compile(r"(?:(?:lead|as|to|is|=|:)\s+)+", re.IGNORECASE)
_SINCE = re.compile(r"(?:since|from)\s+", re.IGNORECASE)


def leading_person(raw: str) -> tuple[Somebody | None, str]:
    """Whom the text begins with, and what follows: a mention, a plain `@alice`, or `me`."""
    text = raw.lstrip()
    if match := MENTION.match(text):
        return Mention(match[1], match[2] or None), text[match.end() :].strip()
    word, behind = first_word(text)
    word = word.rstrip(":,")
    if word.lower() in _ME:
        return Me(), behind.strip()
    if match := _NAME.fullmatch(word.rstrip(".")):
        return Name(match[1]), behind.strip()
    return None, raw


def role(raw: str, context: Context) -> GiveRole | Show:
    """Read a role, its holder (nobody named: whoever typed it), and since when."""
    text = raw.strip()
    if not text or text.lower() == "list":
        return Show("roles")
    first, behind = leading_person(text)  # `<@U1> as ops at 14:20`
    if first is not None:
        text = _without(_FILLER, behind)
    found = _role(text, context.roles)
    if found is None:
        names = ", ".join(r.key for r in context.roles)
        raise wrong("role", f"{quoted(plain(raw))} names no role ({names})", EXAMPLE)
    key, rest = found
    holder: Somebody | None = first or Me(claims=True)
    if first is None:
        rest = _without(_FILLER, rest)
        named, behind = leading_person(rest)
        word, without = first_word(rest)
        if named is not None:
            holder, rest = named, behind
        elif word.lower() in _NOBODY:
            holder, rest = None, without
    rest = plain(_without(_SINCE, rest)).strip()
    at, unread = leading_time(rest, context.now, context.zone)
    if unread:
        problem = (
            f"{quoted(unread)} is neither a time nor somebody I know: type @ and "
            "choose a name from Slack's list"
        )
        raise wrong(f"role {key}", problem, f"role {key} me")
    return GiveRole(role=key, holder=holder, at=at)


def handover(raw: str, context: Context) -> HandOver:
    """Read who is asked, and which role, in either order."""
    text = _without(_FILLER, raw.strip())
    to: Somebody | None = None
    if match := MENTION.search(text) or _PLAIN.search(text):
        to = leading_person(match.group())[0]
        text = f"{text[: match.start()]} {text[match.end() :]}"
    else:
        word, behind = first_word(text)
        if word.lower() not in _WITHDRAWN:
            problem = "nobody is named: type @ and choose a name from Slack's list"
            raise wrong("handover", problem, HANDOVER)
        text = behind
    named = _without(_FILLER, text.strip())
    if not named:
        return HandOver(to)
    found = _role(named, context.roles)
    if found is None or _without(_FILLER, f"{found[1]} ").strip():
        names = ", ".join(r.key for r in context.roles)
        problem = f"{quoted(plain(named))} names no role ({names})"
        raise wrong("handover", problem, f"{HANDOVER} ic")
    return HandOver(to, found[0])


def _without(words: re.Pattern[str], text: str) -> str:
    """The text without these words at its start."""
    match = words.match(text)
    return text[match.end() :] if match else text


def _role(text: str, roles: Sequence[Role]) -> tuple[str, str] | None:
    """The key of the role that the text begins with, by key, short or full name, or by a word
    that only its name has (`commander`); longest first."""
    words = Counter(word.lower() for r in roles for word in set(r.name.split()))
    names = [
        (name, r.key)
        for r in roles
        for name in (r.key, r.short, r.name, *(w for w in r.name.split() if words[w.lower()] == 1))
    ]
    for name, key in sorted(names, key=lambda pair: -len(pair[0])):
        if match := re.match(rf"{re.escape(name)}(?=\s|:|=|<|$)", text, re.IGNORECASE):
            return key, text[match.end() :].lstrip(" \t:=")
    return None
