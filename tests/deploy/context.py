"""What the builder is sent: the repository's files, less what .dockerignore keeps back."""

import re
from collections.abc import Iterable

from tests.repository import ROOT


def ignored(path: str, rules: str) -> bool:
    """Whether .dockerignore with these lines keeps a file back. The last rule that fits decides.

    As Docker reads them: `*` and `?` stay within one part of the path, `**` is any number of
    parts, a pattern that fits a folder fits all in it, `!` takes back.
    """
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    kept_back = False
    for line in rules.splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = _pattern(rule.removeprefix("!").strip("/"))
        if any(pattern.fullmatch(place) for place in above):
            kept_back = not rule.startswith("!")
    return kept_back


def _pattern(rule: str) -> re.Pattern[str]:
    """Docker's pattern as a regular expression for a whole path."""
    regex = ""
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|.", rule):
        match token:
            case "**/":
                regex += r"(?:.*/)?"
            case "**":
                regex += r".*"
            case "*":
                regex += r"[^/]*"
            case "?":
                regex += r"[^/]"
            case _:
                regex += token if token.startswith("[") else re.escape(token)
    return re.compile(regex)


def sent(paths: Iterable[str]) -> list[str]:
    """Those of these files that reach the builder."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    return [path for path in paths if not ignored(path, rules)]
