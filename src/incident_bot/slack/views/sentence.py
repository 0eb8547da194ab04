"""Words for people as Slack's mrkdwn: escaped, with mentions, and times in each reader's zone."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from incident_bot.domain.decision import Sentence
from incident_bot.domain.people import Person

# Typed words that Slack turns into a call to everybody (with `parse` or `link_names` on).
_CALLS_EVERYBODY = re.compile(r"(?<![\w@])@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
_WEB_ADDRESS = re.compile(r"https?://[^\s<>|\"]+")


def escape(text: str) -> str:
    """Text that somebody typed, so that Slack shows it as typed: no mention, no link, no call.

    Slack gives only `&`, `<` and `>` a meaning beyond formatting
    (docs.slack.dev/messaging/formatting-message-text). Two things stay alive on purpose: `*bold*`
    and `` `code` ``, for which Slack has no escape and which change only how the text looks (a
    character put between would come along when a command is copied from it); and an address
    written out, which people want to open and which shows where it leads.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _CALLS_EVERYBODY.sub("@" + _ZERO_WIDTH_SPACE, text)


def mention(person: Person) -> str:
    """`<@U…>` for somebody in Slack, else `@handle` or the name, escaped."""
    return f"<@{person.slack_id}>" if person.slack_id else escape(person.at)


def moment(at: datetime, shape: str = "{date_short_pretty} {time}") -> str:
    """An aware time, shown in each reader's own zone; where that fails, as UTC."""
    return f"<!date^{int(at.timestamp())}^{shape}|{at:%Y-%m-%d %H:%M} UTC>"


def mrkdwn(sentence: Sentence) -> str:
    """A whole sentence, ready to be sent."""
    parts: list[str] = []
    for part in sentence:
        match part:
            case str():
                parts.append(escape(part))
            case Person():
                parts.append(mention(part))
            case datetime():
                parts.append(moment(part))
    return "".join(parts)


def unmarked_up(sentence: Sentence, zone: ZoneInfo) -> str:
    """A whole sentence where Slack shows plain text only, as under a field of a form; times in
    the zone of whoever reads it."""
    parts: list[str] = []
    for part in sentence:
        match part:
            case str():
                parts.append(part)
            case Person():
                parts.append(part.at)
            case datetime():
                parts.append(f"{part.astimezone(zone):%Y-%m-%d %H:%M}")
    return unmarked("".join(parts))


def unmarked(text: str) -> str:
    """For plain_text objects, where nothing is escaped: `<!channel>` cannot even look alive."""
    return re.sub(r"<(?=[!@#])", "<" + _ZERO_WIDTH_SPACE, text)


def one_line(text: str) -> str:
    """All white space as single spaces, so that `*bold*` and list items hold together."""
    return " ".join(text.split())


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of plain text, with `…` where it was cut."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def escaped(text: str, limit: int) -> str:
    """`escape`, at most `limit` characters long, never cut within an `&amp;`."""
    text = shorten(text, limit)
    while len(result := escape(text)) > limit:
        text = shorten(text.removesuffix("…"), max(1, len(text) - (len(result) - limit + 4) // 5))
    return result


def link(url: str | None, label: str) -> str:
    """A link with a label, or the label alone when the address is not plain http(s)."""
    shown = escape(label).replace("|", "¦")
    if url is None or len(url) > 2_000 or not _WEB_ADDRESS.fullmatch(url):
        return shown
    return f"<{url.replace('&', '&amp;')}|{shown}>"
