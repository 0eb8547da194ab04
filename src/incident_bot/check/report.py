"""What a check says: findings with a stable name, a status, what was found and how to mend it."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any, Literal

Mode = Literal["http", "socket"]

_NAME_COLUMN = 26
_STATUS_COLUMN = 6
_HIDDEN = "[hidden]"
# What Slack's tokens look like, whoever put one into which variable.
_TOKEN = re.compile(r"\bx(?:ox[a-z]|app|oxe\.xox[bp])-[\w.-]{6,}")


class Status(StrEnum):
    """How good it is. `skip`: not looked at, and `found` says why."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    """One line: `found` is a sentence without its full stop, `fix` says what to do, or is empty."""

    name: str
    status: Status
    found: str
    fix: str = ""

    @property
    def sentence(self) -> str:
        """What was found and how to mend it, as one line."""
        return f"{self.found.rstrip('.')}. {self.fix}".rstrip() if self.fix else self.found


def ok(name: str, found: str) -> Finding:
    """It works."""
    return Finding(name, Status.OK, found)


def warn(name: str, found: str, fix: str = "") -> Finding:
    """It works, but not all of it, or perhaps not for long."""
    return Finding(name, Status.WARN, found, fix)


def fail(name: str, found: str, fix: str = "") -> Finding:
    """It will not work."""
    return Finding(name, Status.FAIL, found, fix)


def skip(name: str, found: str) -> Finding:
    """Not looked at."""
    return Finding(name, Status.SKIP, found)


@dataclass(frozen=True)
class Report:
    """All findings, in the order in which people set things up.

    `loadable`: False when `run` would refuse the configuration before anything else.
    """

    mode: Mode
    findings: tuple[Finding, ...]
    loadable: bool = True

    @property
    def good(self) -> bool:
        """True when nothing failed; warnings are no failures."""
        return self.loadable and all(f.status is not Status.FAIL for f in self.findings)

    def count(self, status: Status) -> int:
        """How many findings have this status."""
        return sum(f.status is status for f in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For other programs: `{"ok", "mode", "checks": [{"name", "status", "found", "fix"}]}`."""
        return {
            "ok": self.good,
            "mode": self.mode,
            "checks": [
                {"name": f.name, "status": f.status.value, "found": f.found, "fix": f.fix}
                for f in self.findings
            ],
        }

    def lines(self, width: int | None = None) -> list[tuple[Status | None, str]]:
        """For people: a line for each finding, folded to `width` columns, and the verdict last.

        What one family skips for the same reason, one after the other, shares a line.
        """
        shown: list[tuple[Status | None, str]] = []
        for finding in _grouped(self.findings):
            head = f"{finding.status.value:<{_STATUS_COLUMN}}{finding.name:<{_NAME_COLUMN}} "
            shown.append((finding.status, _folded(head, finding.sentence, width)))
        shown.append((None, self.verdict))
        return shown

    @property
    def verdict(self) -> str:
        """The last line: what to do now."""
        failed, warned = self.count(Status.FAIL), self.count(Status.WARN)
        warnings = f"{warned} warning{'s' if warned != 1 else ''}"
        if failed or not self.loadable:
            also = f", {warnings}" if warned else ""
            return f"{failed} to mend{also}. Then: incident-bot check"
        seen = (
            "Nothing to mend" if not self.count(Status.SKIP) else "Nothing to mend of what was seen"
        )
        if warned:
            return f"{seen}, {warnings}. Start it: incident-bot run"
        if self.count(Status.SKIP):
            return f"{seen}. Start it: incident-bot run"
        return "All good. Start it: incident-bot run"


def _grouped(findings: Iterable[Finding]) -> Iterable[Finding]:
    def reason(finding: Finding) -> tuple[str, str] | Finding:
        skipped = finding.status is Status.SKIP
        return (finding.name.partition(".")[0], finding.found) if skipped else finding

    for _, same in groupby(findings, reason):
        first, *others = same
        if not others:
            yield first
            continue
        family = first.name.partition(".")[0]
        rest = ", ".join(f.name.removeprefix(f"{family}.") for f in (first, *others))
        yield replace(first, name=f"{family}.*", found=f"{first.found} ({rest})")


def _folded(head: str, sentence: str, width: int | None) -> str:
    if width is None:
        return head + sentence
    margin = " " * (_STATUS_COLUMN + _NAME_COLUMN + 1)
    if width < len(margin) + 30:
        margin = " " * _STATUS_COLUMN
    return textwrap.fill(
        sentence,
        width,
        initial_indent=head,
        subsequent_indent=margin,
        break_on_hyphens=False,
        break_long_words=False,
    )


def without_secrets(findings: Iterable[Finding], secrets: Sequence[str]) -> tuple[Finding, ...]:
    """The same findings, each on one line and with every secret blanked: the last fence, should a
    library quote one, or a name in Slack hold a line break.

    Our own sentences never name one. Values of less than six characters are left alone: they are
    no secrets, and blanking them would blank ordinary words.
    """
    longest_first = sorted({s for s in secrets if len(s) >= 6}, key=len, reverse=True)

    def blanked(text: str) -> str:
        text = _TOKEN.sub(_HIDDEN, text)
        for secret in longest_first:
            text = text.replace(secret, _HIDDEN)
        return " ".join(text.split())

    return tuple(replace(f, found=blanked(f.found), fix=blanked(f.fix)) for f in findings)
