"""Reads a document as a Markdown renderer does."""

import re

from markdown_it import MarkdownIt

# What GitHub and our own pages understand; html=True shows what would be live elsewhere.
_SAFE = MarkdownIt("js-default")
_LIVE = MarkdownIt("js-default", {"html": True})

HEADINGS = (
    "Executive Summary",
    "Timeline",
    "Root Cause Analysis",
    "Five Whys",
    "Technical Details",
    "Contributing Factors",
    "Impact Assessment",
    "User Impact",
    "System Impact",
    "SLO Impact",
    "Customer Sentiment",
    "Resolution",
    "Immediate Fix",
    "Permanent Fix",
    "Action Items",
    "Prevention (Stop it from happening)",
    "Detection (Find it faster)",
    "Response (Fix it faster)",
    "Process Improvements",
    "Lessons Learned",
    "What Went Well ✓",
    "What Went Poorly ✗",
    "Where We Got Lucky 🍀",
    "Metrics and Data",
    "Error Budget",
    "Performance Impact",
    "Business Impact",
    "Response Times",
    "Supporting Information",
    "References",
    "Attendees",
    "Follow-up",
)


def headings(document: str) -> list[tuple[int, str]]:
    """Level and source text of every heading."""
    tokens = _LIVE.parse(document)
    return [
        (int(token.tag[1]), tokens[i + 1].content)
        for i, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def sections(document: str) -> list[str]:
    """The headings of levels 2 and 3 without the list of gaps."""
    return [
        text for level, text in headings(document) if level in (2, 3) if text != "Still to Write"
    ]


def html(document: str) -> str:
    """Rendered, with raw HTML shown as text."""
    return _SAFE.render(document)


def live_html(document: str) -> list[str]:
    """Every piece of raw HTML that a renderer without protection would obey."""
    found = []
    for token in _LIVE.parse(document):
        if token.type == "html_block":
            found.append(token.content)
        found += [child.content for child in token.children or () if child.type == "html_inline"]
    return found


def links(document: str) -> list[str]:
    """The target of every link and image, also of those that a careful renderer would refuse."""
    markdown = MarkdownIt("js-default")
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # a careless renderer
    return [
        str(child.attrs.get("href") or child.attrs.get("src"))
        for token in markdown.parse(document)
        for child in token.children or ()
        if child.type in ("link_open", "image")
    ]


def text(document: str) -> str:
    """What a reader sees, without tags."""
    shown = re.sub(r"<[^>]+>", "", html(document))
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, character)
    return shown
