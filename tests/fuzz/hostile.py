"""Hostile texts, and what of them must never be alive in Slack.

Every hostile text carries `TOKEN`, so that a control sequence of ours can be told from one that
somebody smuggled in.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st

from incident_bot.standin import SlackStandIn
from incident_bot.standin.faults import Call

TOKEN = "zqevilqz"
EVIL = f"{TOKEN}.example"

PIECES = (
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!subteam^S123>", "<@U123>",
    "<@U00000A01>", "<@U00000A01|alice>", "<#C123>", "<#C00000A01|incidents>",
    f"<https://{EVIL}|click>", f"<https://{EVIL}>", f"<mailto:x@{EVIL}|mail>",
    "<!date^0^{date}^https://zqevilqz.example|x>", "<", ">", "&", "|", "<<", ">>", "<!", "<@",
    "&lt;!channel&gt;", "&lt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;",
    "@channel", "@here", "@everyone", "@alice", "#incidents", "`", "``", "```", "*", "**", "_",
    "__", "~", "~~", f"[click](https://{EVIL})", f"![x](https://{EVIL}/x.png)",
    f"[click](javascript:{TOKEN})", f"[r]: https://{EVIL}", "[r]", f"<a href=https://{EVIL}>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "-->", "<b>", "</b>",
    "| a | b |", "|---|---|", "\n", "\r\n", "\n\n", "\n# ", "\n- ", "\n> ", "\n---\n", "\n===\n",
    "\n1. ", "\n```\n", "\n    ", "\\", "\\\n", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028",
    "\x1b[31m", "\x9b31m", "\x1b]8;;https://zqevilqz.example\x07", "\x00", "\x07", "\x7f", "🔥",
    "é", "ﬁ", "[red]x[/red]", "%s", "%n", "{0}", "{title}", "{{7*7}}", "{% raw %}", "${x}", "';--",
    "https://", "tel:1", "--private", "--why", "-5m", "14:20", "INC-1", "sev1", "P0", "due",
)  # fmt: skip


def texts(most: int = 8, *, long: bool = True) -> st.SearchStrategy[str]:
    """A hostile text of several pieces, with the token in it; rarely longer than Slack takes."""
    piece = st.sampled_from(PIECES) | st.text(max_size=6) | st.just(TOKEN) | st.just(" ")
    short = st.lists(piece, min_size=1, max_size=most).map("".join)
    longer = st.builds(
        lambda text, times: (text * times)[:3_500], short, st.sampled_from([20, 800])
    )
    return st.builds(
        lambda text, before: f"{TOKEN}{text}" if before else f"{text}{TOKEN}",
        st.one_of(*[short] * 9, longer) if long else short,
        st.booleans(),
    )


_SHAPE = r"(?:(?:\{date_short_pretty\} )?\{time\}|\{date_long_pretty\})"
DATE = re.compile(rf"!date\^\d{{1,12}}\^{_SHAPE}\|[\d :-]{{16}} UTC")
_BRACKETS = re.compile(r"<([^<>]*)>")
_BARE_CALL = re.compile(r"(?<![\w@])@(here|channel|everyone|group)\b", re.IGNORECASE)
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


def complaints(slack: SlackStandIn, mrkdwn: str, own_hosts: frozenset[str]) -> Iterator[str]:
    """What in a mrkdwn text is alive and not the bot's own."""
    for found in _BRACKETS.finditer(mrkdwn):
        inside = found[1]
        if inside.startswith("@") and inside[1:] in slack.users:
            continue
        if inside.startswith("#") and inside[1:] in slack.channels:
            continue
        if DATE.fullmatch(inside):
            continue
        address, _, _label = inside.partition("|")
        if address.startswith(("https://", "http://")) and _host(address) in own_hosts:
            continue
        yield f"alive: <{inside[:200]}>"
    rest = _BRACKETS.sub("", mrkdwn)
    if "<" in rest or ">" in rest:
        yield "an angle bracket that is not escaped"
    if _STRAY_AMPERSAND.search(rest):
        yield "an ampersand that is not escaped"
    if called := _BARE_CALL.search(rest):
        yield f"calls everybody: {called[0]}"


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def alive_in_message(
    slack: SlackStandIn, message: Mapping[str, Any], own_hosts: frozenset[str] = frozenset()
) -> list[str]:
    """What is alive in a message or in an answer: its text and every text object of its blocks."""
    found = list(complaints(slack, str(message.get("text") or ""), own_hosts))
    blocks = message.get("blocks") or []
    for text in text_objects(json.loads(blocks) if isinstance(blocks, str) else blocks):
        if text["type"] == "mrkdwn":
            found += complaints(slack, text["text"], own_hosts)
        elif re.search("<[!@#]", text["text"]):
            found.append(f"looks alive in plain text: {text['text'][:100]}")
    return found


def text_objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every text object, however deep."""
    if isinstance(value, Mapping):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield value
        for inner in value.values():
            yield from text_objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from text_objects(inner)


def alive_in_call(slack: SlackStandIn, call: Call, own_hosts: frozenset[str]) -> list[str]:
    """What is alive in a call of the Web API, wherever Slack would show it."""
    args, found = call.args, list[str]()
    match call.method:
        case "chat.postMessage" | "chat.update" | "chat.postEphemeral":
            found = alive_in_message(slack, args, own_hosts)
        case "files.completeUploadExternal":
            found = list(complaints(slack, str(args.get("initial_comment") or ""), own_hosts))
            found += _plain(str(args.get("files")))
        case "conversations.setTopic" | "conversations.setPurpose":
            found = _plain(str(args.get("topic") or args.get("purpose")))
        case "bookmarks.add" | "bookmarks.edit":
            found = _plain(str(args.get("title")))
            if args.get("link") and _host(str(args["link"])) not in own_hosts:
                found.append(f"a bookmark to {args['link'][:200]}")
        case "files.getUploadURLExternal":
            found = _plain(str(args.get("filename")))
        case "conversations.create" | "conversations.rename":
            if not re.fullmatch(r"[a-z0-9_-]{1,80}", str(args.get("name"))):
                found = [f"a channel called {args.get('name')}"]
        case _:
            pass
    return [f"{call.method}: {each}" for each in found]


def _plain(text: str) -> list[str]:
    """Places without mrkdwn, where Slack still may take brackets for its own."""
    return [f"brackets in {text[:100]}"] if re.search("<[!@#h]", text) else []
