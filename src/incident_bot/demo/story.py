"""What the demo tells: one line for each thing that happens, readable without colours."""

import html
import io
import os
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

_LINK = re.compile(r"<([^<>]+)>")
WHO_WIDTH = 10


def readable(text: str, names: Mapping[str, str]) -> str:
    """Slack's markup as plain words; `names` gives `@alice` or `#incidents` for an id."""

    def shown(match: re.Match[str]) -> str:
        inside = match[1]
        target, _, label = inside.partition("|")
        if target.startswith(("@", "#")):
            return names.get(target[1:]) or (f"{target[0]}{label}" if label else target)
        return label or target.removeprefix("!")

    return html.unescape(_LINK.sub(shown, text))


def words(message: Mapping[str, Any] | str) -> str:
    """The text of a message, or of its blocks where it has no text of its own."""
    if isinstance(message, str):
        return message
    if text := str(message.get("text") or ""):
        return text
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") in ("mrkdwn", "plain_text", "text") and node.get("text"):
                found.append(str(node["text"]))
            else:
                for value in node.values():
                    walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(message.get("blocks"))
    return " ".join(found)


def shortened(text: str, width: int) -> str:
    """The first line, cut to `width` characters; `…` says that there is more."""
    first, *more = text.strip().splitlines() or [""]
    if len(first) > width:
        return first[: width - 1].rstrip() + "…"
    return f"{first} …" if any(line.strip() for line in more) else first


class Story:
    """Prints the story. Times are shown in `zone`; NO_COLOR and pipes get plain text."""

    def __init__(self, zone: str = "UTC", *, console: Console | None = None) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(
                errors="replace"
            )  # an ASCII terminal loses arrows, not the story
        plain = bool(os.environ.get("NO_COLOR"))  # rich would still make it bold and dim
        self.console = console or Console(highlight=False, color_system=None if plain else "auto")
        self._zone = ZoneInfo(zone)
        self._day = ""

    @property
    def width(self) -> int:
        """Columns there are for one line; a pipe gets 110."""
        return max(40, self.console.width) if self.console.is_terminal else 110

    def _print(self, *parts: tuple[str, str] | str) -> None:
        self.console.print(Text.assemble(*parts), soft_wrap=True)

    def title(self, text: str) -> None:
        """The heading of the whole."""
        self._print((text, "bold"))

    def step(self, at: datetime, who: str, what: str) -> None:
        """Somebody does something, at a time of the story."""
        local = at.astimezone(self._zone)
        day = f"{local:%A, %Y-%m-%d} (times in {self._zone.key})"
        if day != self._day:
            self._day = day
            self._print("")
            self._print((day, "bold"))
        room = self.width - len("14:23  ") - WHO_WIDTH - 2
        self._print(
            (f"{local:%H:%M}  ", "dim"),
            (f"{who:<{WHO_WIDTH}}  ", "cyan"),
            shortened(what, room),
        )

    def seen(self, text: str, *, style: str = "green") -> None:
        """What came of it, in plain words: the bot's answer, or what Slack and PagerDuty saw."""
        self._print("         ", ("> ", style), (shortened(text, self.width - 11), style))

    def note(self, text: str) -> None:
        """A word of the demo itself."""
        self._print((text, "dim"))

    def failed(self, text: str) -> None:
        """Why the demo stopped."""
        self._print("")
        self._print(("The demo stopped: ", "bold red"), text)

    def table(self, rows: Mapping[str, str]) -> None:
        """Names and values, one under the other."""
        wide = max(map(len, rows), default=0)
        for name, value in rows.items():
            self._print((f"  {name:<{wide}}  ", "dim"), value)
