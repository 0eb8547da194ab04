"""`role`: who does what. `role ic [@person|me|none] [at TIME]`; alone it lists."""

import re
from collections.abc import Sequence

from incident_bot.domain.policy import Role
from incident_bot.domain.times import parse_time
from incident_bot.slack.grammar.request import Context, GiveRole, Me, Mention, Show
from incident_bot.slack.grammar.typed import MENTION, plain
from incident_bot.slack.grammar.words import first_word, quoted, wrong

EXAMPLE = "role ic @alice"
_NOBODY = frozenset({"none", "nobody", "release", "free", "-"})
_FOR = re.compile(r"(?:to|is|=|:)\s+", re.IGNORECASE)


def role(raw: str, context: Context) -> GiveRole | Show:
    """Read a role, its holder (nobody named: whoever typed it), and since when."""
    text = raw.strip()
    if not text:
        return Show("roles")
    found = _role(text, context.roles)
    if found is None:
        names = ", ".join(r.key for r in context.roles)
        raise wrong("role", f"{quoted(plain(text))} names no role ({names})", EXAMPLE)
    key, rest = found
    rest = _FOR.sub("", rest, count=1) if _FOR.match(rest) else rest
    holder: Mention | Me | None = Me(claims=True)
    if match := MENTION.match(rest):
        holder = Mention(match[1], match[2] or None)
        rest = rest[match.end() :].strip()
    else:
        word, behind = first_word(rest)
        if word.lower() in _NOBODY:
            holder, rest = None, behind
        elif word.lower() == "me":
            holder, rest = Me(), behind
        elif word.startswith("@"):
            problem = f"I cannot tell who {quoted(plain(word))} is: choose a name from Slack's list"
            raise wrong(f"role {key}", problem, f"role {key} me")
    rest = plain(rest).strip()
    at = parse_time(rest, context.now, context.zone) if rest else None
    return GiveRole(role=key, holder=holder, at=at)


def _role(text: str, roles: Sequence[Role]) -> tuple[str, str] | None:
    """The key of the role that the text begins with, by key, short or full name; longest first."""
    names = [(name, r.key) for r in roles for name in (r.key, r.short, r.name)]
    for name, key in sorted(names, key=lambda pair: -len(pair[0])):
        if match := re.match(rf"{re.escape(name)}(?=\s|:|=|<|$)", text, re.IGNORECASE):
            return key, text[match.end() :].lstrip(" \t:=")
    return None
