"""The second line of defence: a secret that came into a line all the same is not written out.

The first is that nobody logs one. What is known from the settings and what has the shape of a
secret is replaced in every rendered line, tracebacks included.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr

HIDDEN = "[secret]"
SHORTEST = 4
"""Characters; what is shorter is no secret, and hiding it would garble every line."""
LONG = 16
"""From here on a secret is hidden inside longer words, too."""

_VALUE = r"[^\s\"',;&\\)}\x1b]+"
_SCHEME = r"(?:basic\s+|bearer\s+|token\s+token=)"
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf"(?i)(authorization[\"'\\]*\s*[:=,]\s*[\"'\\]*{_SCHEME}?){_VALUE}"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(rf"(?i)(\b(?:token token=|bearer )){_VALUE}"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[\w%-]+"), HIDDEN),  # Slack's tokens
    (re.compile(r"(://[^\s/:@\"']*:)[^\s/@\"']+@"), rf"\1{HIDDEN}@"),  # a password in an address
    (re.compile(rf"(?i)([?&]ticket=){_VALUE}"), rf"\1{HIDDEN}"),  # Socket Mode's address
    (re.compile(rf"(?i)(hooks\.slack\.com/){_VALUE}"), rf"\1{HIDDEN}"),  # response URLs
    (re.compile(r"(\bKey \([^()]*\)=\()[^()]*\)"), r"\1…)"),  # PostgreSQL quotes what was written
)
_HINTS = (
    *("authorization", "token token=", "bearer ", "xox", "xapp", "://", "ticket="),
    *("hooks.slack.com/", "key ("),
)
"""Without one of these, in small letters, a line has none of the shapes: most lines have none."""
_known: dict[str, None] = {}


def hide(settings: BaseModel) -> None:
    """From now on no line shows a secret of these settings: a SecretStr, a database's password."""
    for secret in _secrets(value for _, value in settings):
        for form in _forms(secret):
            _known[form] = None


def redacted(text: str) -> str:
    """The text with every known secret and everything of a secret's shape as `[secret]`."""
    if any(form in text for form in _known):  # much quicker than the pattern, and rarely true
        text = _any_of(tuple(_known)).sub(HIDDEN, text)
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
    return text


def _secrets(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        match value:
            case SecretStr():
                yield value.get_secret_value()
            case str() if "://" in value and (password := urlsplit(value).password):
                yield password
                yield unquote(password)
            case tuple() | list():
                yield from _secrets(value)
            case BaseModel():
                yield from _secrets(inner for _, inner in value)


def _forms(secret: str) -> set[str]:
    """As it is, and as an address, JSON or a repr would write it."""
    as_json = {json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    forms = {secret, quote(secret, safe=""), repr(secret)[1:-1], *as_json}
    return {form for form in forms if len(form) >= SHORTEST}


@cache
def _any_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all, the longest first."""
    return re.compile("|".join(map(_pattern, sorted(forms, key=len, reverse=True))))


def _pattern(form: str) -> str:
    """A short one only as a whole word: the password `postgres` is not part of `postgresql`."""
    escaped = re.escape(form)
    return escaped if len(form) >= LONG else rf"(?<![^\W_]){escaped}(?![^\W_])"
