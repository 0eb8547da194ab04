"""`timeline [page]`, `export [postmortem|timeline]`, `list [all] [filter]`, `help [verb]`"""

import re

from pydantic import ValidationError

from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Severity
from incident_bot.slack.grammar.opening import SEVERITY
from incident_bot.slack.grammar.request import Context, Export, Help, ListIncidents, Timeline
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import quoted, wrong

LIST_EXAMPLE = "list all sev1 service:Payment timeout"
_ALL = frozenset({"all", "everything", "closed", "resolved", "old"})
_PAGE = re.compile(r"(?:^|\s)page ([1-9]\d{0,5})$", re.IGNORECASE)
_SERVICE = re.compile(r"(?<!\S)service:\s*(?:[\"“”]([^\"“”]*)[\"“”]?|(\S*))", re.IGNORECASE)
_SEVERITY = re.compile(rf"(?<![^\s,]){SEVERITY.pattern}(?![^\s,]),?", re.IGNORECASE)
_FORMAT = re.compile(r"(?:^|\s+)(?:as\s+)?(?:md|markdown)$")


def timeline(raw: str, _context: Context) -> Timeline:
    """The page counts from 1; without one, the newest."""
    word = plain(raw).strip()
    if not word:
        return Timeline()
    match = re.fullmatch(r"(?:page\s+)?([1-9]\d{0,5})", word, re.IGNORECASE)
    if match is None:
        raise wrong("timeline", f"{quoted(word)} is no page", "timeline 2")
    return Timeline(int(match[1]))


def export(raw: str, _context: Context) -> Export:
    """The postmortem unless the timeline is named; both are Markdown, which may be said."""
    match _FORMAT.sub("", plain(raw).strip().lower()):
        case "" | "postmortem":
            return Export("postmortem")
        case "timeline":
            return Export("timeline")
        case other:
            problem = f"{quoted(other)} is neither postmortem nor timeline"
            raise wrong("export", problem, "export postmortem")


def listing(raw: str, _context: Context) -> ListIncidents:
    """`list [all] [sev1 …] [service:NAME] [words of the title] [page 2]`"""
    text = " ".join(plain(raw).split())
    page = 1
    if match := _PAGE.search(text):
        page, text = int(match[1]), text[: match.start()]
    services: list[str] = []
    severities: set[Severity] = set()

    def service(match: re.Match[str]) -> str:
        services.append((match[1] or match[2]).strip())
        return " "

    def severity(match: re.Match[str]) -> str:
        severities.add(Severity(int(match[1])))
        return " "

    words = _SEVERITY.sub(severity, _SERVICE.sub(service, text)).split()
    everything = bool(words) and words[0].lower() in _ALL
    if words and (everything or words[0].lower() == "open"):
        del words[0]
    for word in words:
        if re.fullmatch(r"sev[- ]?\d+,?", word, re.IGNORECASE):
            raise wrong("list", f"{quoted(word)} is no severity (sev1 to sev5)", LIST_EXAMPLE)
    if len(services) > 1 or any(not name for name in services):
        raise wrong("list", "one service can be named", LIST_EXAMPLE)
    try:
        wanted = Wanted(
            everything=everything,
            severities=tuple(sorted(severities)),
            service="".join(services),
            text=" ".join(words),
        )
    except ValidationError:
        raise wrong("list", "the words to look for are too many", LIST_EXAMPLE) from None
    return ListIncidents(wanted, page)


def help_about(raw: str, _context: Context) -> Help:
    """One verb, or the overview."""
    return Help(" ".join(plain(raw).split()).lower()[:80])
