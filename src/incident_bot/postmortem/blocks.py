"""Typed text of several lines, as bullets, as prose, or as the Markdown that it is."""

import re
from dataclasses import dataclass
from typing import Literal

from incident_bot.postmortem.escape import Md, clean, code_spans, inline

DEEPEST = 4  # renderers give up on lists nested much deeper

_FENCE = re.compile(r"^(\s*)(?:(?:[-*+•]|\d+[.)])\s+)?(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_BULLET = re.compile(r"^(\s*)[-*+•◦▪‣]\s+(.*)$")
_LANGUAGE = re.compile(r"[\w+#.-]{0,20}")


@dataclass(frozen=True)
class Block:
    """One line of text, one bullet, or one piece of code; `depth` counts from 0."""

    kind: Literal["text", "bullet", "code"]
    depth: int
    text: str
    language: str = ""


@dataclass(frozen=True)
class _Code:
    lines: tuple[str, ...]
    language: str
    indent: int
    next: int


def _code(lines: list[str], i: int) -> _Code | None:
    """The fenced code that begins at line `i`, closed at the end of the text if by nothing else.

    As Slack has it, code may begin on the fence's own line and end on the last line of the code.
    """
    opened = _FENCE.match(lines[i])
    if opened is None:
        return None
    indent, fence, info = len(opened[1]), opened[2], opened[3].strip()
    is_language = _LANGUAGE.fullmatch(info) is not None
    code = [] if is_language else [info]
    for j in range(i + 1, len(lines)):
        line = lines[j].rstrip()
        closing = len(line) - len(line.rstrip(fence[0]))
        if closing >= len(fence):
            if line[:-closing].strip():
                code.append(_dedented(line[:-closing], indent))
            return _Code(tuple(code), info if is_language else "", indent, j + 1)
        code.append(_dedented(lines[j], indent))
    return _Code(tuple(code), info if is_language else "", indent, len(lines))


def _dedented(line: str, indent: int) -> str:
    return line[min(indent, len(line) - len(line.lstrip())) :]


def parse(text: str, *, nest_under_text: bool = False) -> list[Block]:
    """The blocks of a text. `nest_under_text`: bullets belong to the plain line before them."""
    lines = clean(text).split("\n")
    blocks: list[Block] = []
    levels: list[float] = []
    seen_text = False
    i = 0
    while i < len(lines):
        if code := _code(lines, i):
            depth = min(max(len(levels) - 1, 0), DEEPEST)
            blocks.append(Block("code", depth, "\n".join(code.lines), code.language))
            i = code.next
            continue
        line = lines[i].rstrip()
        i += 1
        if not line.strip():
            if blocks and blocks[-1].kind == "text" and blocks[-1].text:
                blocks.append(Block("text", 0, ""))
            continue
        bullet = _BULLET.match(line)
        if bullet is None and not nest_under_text:
            levels = []
            blocks.append(Block("text", 0, line.strip()))
            continue
        indent: float = len(line) - len(line.lstrip())
        if bullet is None:
            seen_text = True
        elif seen_text:
            indent += 0.5
        while levels and indent < levels[-1]:
            levels.pop()
        if not levels or indent > levels[-1]:
            levels.append(indent)
        depth = min(len(levels) - 1, DEEPEST)
        blocks.append(Block("bullet", depth, bullet[2] if bullet else line.strip()))
    return blocks


def fenced(code: str, language: str, indent: int) -> list[str]:
    """The lines of a code block whose fence no line of the code can close."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    pad = " " * indent
    body = [f"{pad}{line}".rstrip() for line in code.split("\n")]
    return [f"{pad}{fence}{language}", *body, f"{pad}{fence}"]


def bullets(text: str, indent: int = 0) -> Md:
    """Every line as a bullet; typed bullets keep their nesting, code stays code.

    `indent` is the column of the list. Empty for an empty text.
    """
    out: list[str] = []
    for block in parse(text, nest_under_text=True):
        if block.kind == "code":
            inside = 2 * (block.depth + 1) if out else 0
            out.extend(fenced(block.text, block.language, indent + inside))
        elif shown := inline(block.text, start=True):
            out.append(f"{' ' * (indent + 2 * block.depth)}- {shown}")
    return Md("\n".join(out))


def prose(text: str) -> Md:
    """Paragraphs, with typed bullets and code kept as such."""
    out: list[str] = []
    before = None
    for block in parse(text):
        if block.kind == "code":
            inside = 2 * (block.depth + 1) if before == "bullet" else 0
            out.extend(fenced(block.text, block.language, inside))
        elif block.kind == "text":
            if before == "bullet":
                out.append("")
            out.append(inline(block.text, start=True))
        else:
            out.append(f"{'  ' * block.depth}- {inline(block.text, start=True)}")
        before = block.kind
    return Md("\n".join(out).strip("\n"))


_HEADING = re.compile(r"^(\s*(?:[-*+]\s+|\d{1,9}[.)]\s+|>\s*)*)(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r"^([\s>]*)(=+|-+)\s*$")
_RULE = re.compile(r"^([\s>]*)(?=(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$)")
_LIVE = re.compile(
    r"\\.|`+|<(?=[A-Za-z/!?])|\](?=\s*\((?!https?://|mailto:))|\](?=:(?!\s*https?://))"
)


def own_markdown(text: str, below: int = 3) -> Md:
    """Text that is meant as Markdown, kept as typed but kept in its place.

    Code fences are closed, headings come below level `below`, rules and underlined headings show
    as text, HTML is shown and not obeyed, and links lead to the web only.
    """
    lines = clean(text).split("\n")
    out: list[str] = []
    i = 0
    while i < len(lines):
        if code := _code(lines, i):
            out.extend(fenced("\n".join(code.lines), code.language, 0))
            i = code.next
            continue
        out.append(_tamed(lines[i].rstrip(), below))
        i += 1
    return Md("\n".join(out).strip("\n"))


def _tamed(line: str, below: int) -> str:
    if found := _HEADING.match(line):
        depth = min(6, below + len(found[2]))
        line = f"{found[1]}{'#' * depth}{line[found.end() :]}"
    elif (found := _UNDERLINE.match(line)) or (found := _RULE.match(line)):
        line = f"{found[1]}\\{line[len(found[1]) :]}"
    spans = code_spans(line, escapes=True)
    out: list[str] = []
    at = 0
    while found := _LIVE.search(line, at):
        start, end = found.span()
        out.append(line[at:start])
        at = end
        if start in spans:
            at = spans[start]
            out.append(line[start:at])
        elif found[0] == "<":
            out.append("&lt;")
        elif found[0] == "]":
            out.append("\\]")
        elif found[0][0] == "`":
            out.append("\\`" * len(found[0]))
        else:
            out.append(found[0])
    out.append(line[at:])
    return "".join(out)
