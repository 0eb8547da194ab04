"""`/incident help`: every verb in a line, or one verb with its example."""

from collections.abc import Iterable
from typing import Protocol

from incident_bot.slack.views.answer import Answer, shown
from incident_bot.slack.views.sentence import escape

HEAD = "*Incident Bot* – type in the war room; elsewhere put the incident first: "
ELSEWHERE = "`/incident INC-42 log …`"
TIMES = (
    "*Times* are yours: `14:20` (the latest past one), `-5m`, `yesterday 23:50`, "
    "`2025-10-27 14:20`. Further lines become details."
)


class Documented(Protocol):
    """What help needs to know of a verb."""

    @property
    def name(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def usage(self) -> tuple[str, ...]: ...
    @property
    def help(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def overview(verbs: Iterable[Documented]) -> Answer:
    """Every verb in its group, in the order given."""
    groups: dict[str, list[str]] = {}
    for verb in verbs:
        line = f"`{escape(verb.usage[0])}` – {escape(verb.help)}"
        groups.setdefault(verb.group, []).append(line)
    parts = [HEAD + ELSEWHERE]
    parts += [f"*{escape(group)}*\n" + "\n".join(lines) for group, lines in groups.items()]
    parts += [TIMES, "More of one: `/incident help log`"]
    return shown("\n\n".join(parts))


def one(verb: Documented, choices: str = "") -> Answer:
    """One verb: what it does, all its forms, an example. `choices`, escaped, is what a team has
    to choose from."""
    lines = [f"*{escape(verb.name)}* – {escape(verb.help)}"]
    lines += [f"`/incident {escape(form)}`" for form in verb.usage]
    if verb.aliases:
        lines.append("Also: " + ", ".join(f"`{escape(alias)}`" for alias in verb.aliases))
    if choices:
        lines.append(choices)
    lines.append(f"Example: `/incident {escape(verb.example)}`")
    return shown("\n".join(lines))
