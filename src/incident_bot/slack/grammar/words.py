"""The first words of a command: the incident meant, the verb, and near misses of a verb."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incident_bot.domain.decision import Refusal
from incident_bot.slack.grammar.typed import plain

_REF = re.compile(r"INC-?([1-9]\d{0,8})", re.IGNORECASE)
_SPACED = re.compile(r"INC(?=\s+[1-9]\d{0,8}\b)\s+", re.IGNORECASE)
HEADLINE_LIMIT = 3000
DETAILS_LIMIT = 20_000
_EDGE = ":,;!?."


@dataclass(frozen=True)
class Typed:
    """A command taken apart, its rest still in Slack's escaping.

    `word` is the first word as typed; `verb` the verb that it names, or None. `after` is an
    incident named right behind the verb, which counts only where the text cannot mean it.
    """

    ref: str | None
    word: str
    verb: str | None
    rest: str
    after: str | None = None
    rest_after: str = ""


def split(raw: str, names: Mapping[str, str]) -> Typed:
    """Take a command apart. `names` maps each verb and alias to its verb."""
    text = _without_space(raw.strip())
    word, rest = _word(text)
    ref = _ref(word)
    if ref is not None:
        text = rest.strip()
        word, rest = _word(text)
    verb = names.get(word.lower()) or names.get(word.lower().rstrip(_EDGE))
    if verb is None:
        return Typed(ref, word, None, text)
    second, behind = _word(_without_space(rest.lstrip()))
    if after := _ref(second):
        return Typed(ref, word, verb, rest, after, behind)
    return Typed(ref, word, verb, rest)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that a mistyped word most likely means: `lgo`, `lod`, `resolved`; else None.

    One wrong, missing, extra or swapped letter, or a close match by difflib.
    """
    typed = word.lower().strip(_EDGE + "\"'“”‘’`/-—–")
    if len(typed) < 3:
        return None
    known = [name for name in names if len(name) > 2]
    if typed in known:
        return typed
    close = difflib.get_close_matches(typed, known, n=1, cutoff=0.76)
    if close:
        return close[0]
    return next((name for name in known if _one_slip(typed, name)), None)


def headline_and_details(raw_or_plain: str) -> tuple[str, str]:
    """The first line, and the further lines as they are.

    Raises Refusal when one of them is longer than an entry may hold.
    """
    first, _, further = raw_or_plain.strip().partition("\n")
    return fit(first.strip()), fit(further.strip("\n").rstrip(), DETAILS_LIMIT, "The details")


def fit(text: str, limit: int = HEADLINE_LIMIT, what: str = "The first line") -> str:
    """The text itself; Refusal when it is longer than `limit` characters."""
    if len(text) > limit:
        raise Refusal(
            f"{what} may have {limit:,} characters, and this has {len(text):,}. "
            "Nothing was recorded: put the rest on further lines, or into a file in the room."
        )
    return text


def first_word(text: str) -> tuple[str, str]:
    """The first word and what follows it, without the spaces between (line breaks stay)."""
    word, rest = _word(text.lstrip())
    return word, rest.lstrip(" \t")


def quoted(text: str) -> str:
    """What the person typed, short enough for a sentence."""
    return f"“{_line(text, 80)}”"


def in_code(raw: str) -> str:
    """What the person typed, as a short line that may stand between backticks."""
    return _line(plain(raw), 120).replace("`", "'")


def wrong(understood: str, problem: str, example: str) -> Refusal:
    """A Refusal that says what was understood, what was not, and one example."""
    return Refusal(f"I understood `{understood}`, but {problem}. Example: `/incident {example}`")


def _line(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _ref(word: str) -> str | None:
    """The reference that a word is: `INC-42`, `inc42:`; else None."""
    match = _REF.fullmatch(word.rstrip(_EDGE))
    return f"INC-{match[1]}" if match else None


def _without_space(text: str) -> str:
    """`INC 42 …` as `INC-42 …`."""
    return _SPACED.sub("INC-", text, count=1) if _SPACED.match(text) else text


def _word(text: str) -> tuple[str, str]:
    match = re.match(r"\S+", text)
    return (match.group(), text[match.end() :]) if match else ("", text)


def _one_slip(typed: str, name: str) -> bool:
    if typed == name:
        return True
    if len(typed) == len(name):
        wrong_at = [i for i, (a, b) in enumerate(zip(typed, name, strict=True)) if a != b]
        if len(wrong_at) == 1:
            return True
        return (
            len(wrong_at) == 2
            and wrong_at[1] == wrong_at[0] + 1
            and typed[wrong_at[0]] == name[wrong_at[1]]
            and typed[wrong_at[1]] == name[wrong_at[0]]
        )
    short, long = sorted((typed, name), key=len)
    return len(long) - len(short) == 1 and any(
        long[:i] + long[i + 1 :] == short for i in range(len(long))
    )
