"""`declare [sev2|--severity sev2] [--type KEY] [--private] TITLE`"""

import re

from incident_bot.domain.words import Severity
from incident_bot.slack.grammar.request import Context, Declare
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import fit, nearest, quoted, wrong

EXAMPLE = "declare sev2 Checkout returns errors"
TYPE_EXAMPLE = "declare --type security Keys were leaked"
SEVERITY = re.compile(r"sev(?:erity)?[- ]?([1-5])", re.IGNORECASE)
_LEADING_SEVERITY = re.compile(rf"\s*{SEVERITY.pattern}(?:[:,]|(?=\s|$))", re.IGNORECASE)
_DASHES = r"(?:--|—|–)"
_PRIVATE = re.compile(rf"(?<!\S){_DASHES}private(?!\S)", re.IGNORECASE)
_SEVERITY_FLAG = re.compile(
    rf"(?<!\S){_DASHES}sev(?:erity)?(?:[ \t]*=[ \t]*|[ \t]+)(\S+)", re.IGNORECASE
)
_TYPE = re.compile(
    rf"(?<!\S){_DASHES}type(?:[ \t]*=[ \t]*|[ \t]+|(?!\S))([^\s—–-]\S*)?", re.IGNORECASE
)
_TYPE_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
FLAG = re.compile(rf"(?<!\S){_DASHES}(\w+)")
"""A flag, whatever its name: `--private`, and `—private` as phones write it."""
_FLAGS = ("private", "severity", "type")


def declare(raw: str, _context: Context) -> Declare:
    """Read a title with its flags, which may stand anywhere. A flag that is nearly `--private`
    or `--type` is refused: a typing error must not open a public room."""
    text, private = _PRIVATE.subn(" ", plain(raw))
    severity = None
    if match := _SEVERITY_FLAG.search(text):
        severity = severity_of(match[1])
        if severity is None:
            raise wrong("declare", f"{quoted(match[1])} is no severity (sev1 to sev5)", EXAMPLE)
        text = text[: match.start()] + " " + text[match.end() :]
    kind = None
    if match := _TYPE.search(text):
        if match[1] is None:
            raise wrong("declare", "the type is missing behind --type", TYPE_EXAMPLE)
        kind = match[1].lower().rstrip(":,")
        if not _TYPE_KEY.fullmatch(kind):
            raise wrong("declare", f"{quoted(match[1])} is no type", TYPE_EXAMPLE)
        text = text[: match.start()] + " " + text[match.end() :]
    for flag in FLAG.findall(text):
        if flag.lower().startswith(("priv", "sev")) or nearest(flag, _FLAGS):
            problem = f"{quoted('--' + flag)} is not one of --private, --type and --severity"
            raise wrong("declare", problem, "declare --private sev2 Checkout returns errors")
    if severity is None and (match := _LEADING_SEVERITY.match(text)):
        severity = Severity(int(match[1]))
        text = text[match.end() :].lstrip(":-–— ")
    title = " ".join(text.split())
    if not title:
        raise wrong("declare", "the title is missing", EXAMPLE)
    title = fit(title, what="The title")
    return Declare(title=title, severity=severity, private=bool(private), type=kind)


def severity_of(word: str) -> Severity | None:
    """`sev2`, `SEV-2` or `2` as a severity; None for anything else."""
    match = SEVERITY.fullmatch(word) or re.fullmatch(r"([1-5])", word)
    return Severity(int(match[1])) if match else None
