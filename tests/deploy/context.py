"""What the builder is sent: the repository's files, less what .dockerignore keeps back."""

import os
import re
import subprocess
from collections.abc import Iterable

import pytest

from tests.deploy.dockerfile import ROOT


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


def repository_files() -> list[str]:
    """What git has or would take; skips where this is no checkout (CI fails then)."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        if os.environ.get("REQUIRE_ALL"):
            raise
        pytest.skip("not a git checkout")
    return sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def sent(paths: Iterable[str]) -> list[str]:
    """Those of these files that reach the builder."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    return [path for path in paths if not ignored(path, rules)]
