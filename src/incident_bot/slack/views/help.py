"""`/incident help`: every verb by its name, or all about one verb."""

from collections.abc import Iterable
from typing import Protocol

from incident_bot.slack.views.answer import Answer, shown
from incident_bot.slack.views.sentence import escape

HEAD = (
    "*Incident Bot* – type in the war room. Elsewhere name the incident: `/incident INC-4 log …`\n"
    "`/incident` alone shows where it stands. `/incident Payment API is failing` opens one."
)
MORE = (
    "Short forms do: `stat`, `upd`, `sev1`. People: @name or `me`.\n"
    "Times are yours: `14:20`, `-5m`, `yesterday 23:50`.\n"
    "All about one: `/incident help log`"
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
    """Every verb once, in its group, in the order given, with an example for each group."""
    groups: dict[str, list[Documented]] = {}
    for verb in verbs:
        groups.setdefault(verb.group, []).append(verb)
    parts = [HEAD]
    for group, of_group in groups.items():
        names = " ".join(f"`{escape(verb.name)}`" for verb in of_group)
        example = f"`/incident {escape(of_group[0].example)}`"
        parts.append(f"*{escape(group)}*  {names}\n{example}")
    return shown("\n\n".join([*parts, MORE]))


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
