"""Words of the sentences for the operator: what was written, what was meant, what may be."""

import difflib
from collections.abc import Iterable, Sequence

from incident_bot.config import toml_text

_LONGEST = 60


def quoted(what: object) -> str:
    """What stands in the file, as it would be written there, on one line and short."""
    match what:
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case str():
            return toml_text.value(in_short(what))
        case int() if abs(what) > 10**_LONGEST:
            return "a huge number"
        case _:
            return toml_text.value(what)


def in_short(text: str) -> str:
    """A text on one line and short, without what a terminal would obey."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is meant, most likely: a close match, or the same letters swapped."""
    names = {name.casefold(): name for name in known}
    typed = word.casefold()
    swapped = (name for name in names if sorted(name) == sorted(typed))
    found = difflib.get_close_matches(typed, names, n=1, cutoff=cutoff)
    near = next(swapped, None) or next(iter(found), None)
    return names[near] if near else None


def either(words: Sequence[str]) -> str:
    """`"a", "b" or "c"`."""
    *front, last = map(toml_text.value, words)
    return f"{', '.join(front)} or {last}" if front else last
