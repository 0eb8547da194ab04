"""Text that people typed, made safe to stand in a Markdown document.

It shows as typed: what would start a block, be live HTML, or be a link with words of its own in
front (which could say that it leads elsewhere) is escaped, `code` stays code, and everything else
is left alone so that the source stays readable.
Markdown here is CommonMark with GitHub's tables and strikethrough.
"""

import re
import string
from bisect import bisect_left
from urllib.parse import quote

_PUNCTUATION = frozenset(string.punctuation)
_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_TOKEN = re.compile(r"`+|\\|\*+|_+|~+|<|&|\[|\]|!|\|")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_TAG = re.compile(r"<[A-Za-z/!?]")
_RISKY_BRACKET = re.compile(r"\][(:\[]|\[\^|^\[[ xX]\]")
_BLOCK_START = re.compile(
    r"#{1,6}(?=\s|$)|>|[-+](?=\s|$)|=+\s*$|(?:-\s*)+$"
    r"|\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$"  # what makes the line before it a table
)
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_URL = re.compile(r"<?(https?://[^\s|<>]+)(?:\|[^>]*)?>?", re.IGNORECASE)


class Md(str):
    """Markdown that is ready: the templates put it in as it is and escape every other text."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text with plain line ends and without control and direction-changing characters."""
    if text.isprintable():  # the usual case, and long journals have many
        return text
    return _INVISIBLE.sub("", _BREAKS.sub("\n", text).replace("\t", "    "))


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def code_spans(text: str, *, escapes: bool = False) -> dict[int, int]:
    """Where code spans start, and where each ends (behind its last backtick).

    `escapes`: the text is Markdown already, so a backslash takes a backtick its meaning.
    """
    starts: dict[int, list[int]] = {}
    for run in re.finditer("`+", text):
        starts.setdefault(len(run[0]), []).append(run.start())
    opener = re.compile(r"\\.|`+" if escapes else "`+")
    spans: dict[int, int] = {}
    at = 0
    while found := opener.search(text, at):
        at = found.end()
        if found[0][0] == "`":
            length = len(found[0])
            closers = starts.get(length, [])
            if (k := bisect_left(closers, at)) < len(closers):
                at = spans[found.start()] = closers[k] + length
    return spans


def _escape(text: str, cell: bool, links: bool = True) -> str:
    if _TOKEN.search(text) is None:
        return text
    spans = code_spans(text) if "`" in text else {}
    risky = _RISKY_BRACKET.search(text) is not None
    out: list[str] = []
    at = 0
    while found := _TOKEN.search(text, at):
        start, end = found.span()
        out.append(text[at:start])
        at = end
        run = found.group()
        if start in spans:
            at = spans[start]
            code = text[start:at]
            out.append(code.replace("|", "\\|") if cell else code)
        elif run == "&":
            out.append("&amp;" if _ENTITY.match(text, start) else run)
        elif run == "<":
            out.append("&lt;" if _TAG.match(text, start) else run)
        elif run == "[":
            out.append("\\[" if risky or not links else run)
        elif run == "]":
            out.append(run if links else "\\]")
        elif run == "|":
            out.append("\\|" if cell else run)
        elif _is_alive(run, text[start - 1 : start], text[end : end + 1]):
            out.extend(f"\\{character}" for character in run)
        else:
            out.append(run)
    out.append(text[at:])
    return "".join(out)


def _is_alive(run: str, before: str, after: str) -> bool:
    """True when this run of one special character would not show as typed.

    Before the beginning and behind the end, where `before` or `after` is empty, stands whatever
    the template puts there.
    """
    match run[0]:
        case "\\":
            return not after or after in _PUNCTUATION
        case "*":
            return not (before.isspace() and after.isspace())
        case "_":
            inside_word = before.isalnum() and after.isalnum()
            return not inside_word and not (before.isspace() and after.isspace())
        case "~":
            return len(run) > 1 or not (not before or before.isspace() or before in "([{")
        case "!":
            return after == "["
        case _:  # a backtick without its fellow
            return True


def inline(text: str, *, start: bool = False, cell: bool = False) -> Md:
    """One line of typed text. `start`: it begins a line or list item. `cell`: in a table."""
    escaped = _escape(flat(text), cell)
    if start and _BLOCK_START.match(escaped):
        escaped = f"\\{escaped}"
    elif start and _NUMBERED.match(escaped):
        escaped = _NUMBERED.sub(r"\1\\\2", escaped, count=1)
    return Md(escaped)


def heading(text: str) -> Md:
    """Typed text at the end of a heading line."""
    return Md(re.sub(r"(#+)$", r"\\\1", inline(text)))


def strong(text: str) -> Md:
    """Typed text in bold."""
    return Md(f"**{inline(text) or '(no text)'}**")


def web_address(text: str) -> str | None:
    """The http(s) address that a text consists of (also as Slack wraps it), or None."""
    found = _URL.fullmatch(flat(text))
    return found[1] if found else None


def target(url: str) -> str:
    """An address as the target of a link."""
    return quote(url, safe=":/?#[]@!$&'*+,;=%~").replace("*", "%2A")


def link(label: str, url: str | None, *, cell: bool = False) -> Md:
    """A link to the web; only the label when the address is not one of the web."""
    if url is None or (address := web_address(url)) is None:
        return inline(label, cell=cell)
    shown = _escape(flat(label), cell, links=False)
    return Md(f"[{shown or '(no text)'}]({target(address)})")


def beside(label: str, path: str, *, image: bool = False) -> Md:
    """A link to a file beside the document, or the image itself."""
    shown = _escape(flat(label), False, links=False)
    return Md(f"{'!' if image else ''}[{shown or '(no name)'}]({quote(path, safe='/')})")
