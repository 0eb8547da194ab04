"""`timeline [page]`, `export [postmortem|timeline]`, `list [all]`, `help [verb]`"""

import re

from incident_bot.slack.grammar.request import Context, Export, Help, ListIncidents, Timeline
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import quoted, wrong

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
    """The open ones, or all."""
    match plain(raw).strip().lower():
        case "" | "open":
            return ListIncidents()
        case "all":
            return ListIncidents(all=True)
        case other:
            raise wrong("list", f"not {quoted(other)}", "list all")


def help_about(raw: str, _context: Context) -> Help:
    """One verb, or the overview."""
    return Help(" ".join(plain(raw).split()).lower()[:80])
