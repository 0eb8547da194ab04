"""`/incident timeline`: numbered lines in pages, so that they can be put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    InteractiveElement,
    Option,
    PlainTextObject,
    StaticSelectElement,
)

from incident_bot.domain import entries as e
from incident_bot.domain.decisions.timeline import EDITABLE, RETRACTABLE
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import Line, whose
from incident_bot.domain.policy import Policy
from incident_bot.slack.views.answer import Answer, cut, shown
from incident_bot.slack.views.entry_words import words
from incident_bot.slack.views.sentence import (
    escape,
    escaped,
    link,
    moment,
    one_line,
    shorten,
    unmarked,
)

PAGE = 20
LINE = 300
LINES = 11_300
"""Characters: with what there is to choose from they make up a message."""
UTC = ZoneInfo("UTC")
MEND = "Edit or retract a line"
EMPTY = "Nothing yet. Example: `/incident log 14:20 Failed over to the replica`"


def timeline(
    incident: Incident,
    lines: Sequence[Line],
    page: int | None,
    policy: Policy,
    zone: ZoneInfo = UTC,
) -> Answer:
    """One page of 20 lines, in the order given, each day with its name; with buttons to turn it
    and a list to mend a line from. `page` counts from 1; None is the last one, and so is a page
    behind it.

    `zone` is that of whoever reads: it says where a new day begins. Slack itself writes the days
    and times, in the same zone.
    """
    if not lines:
        return shown(EMPTY)
    pages = -(-len(lines) // PAGE)
    number = min(page or pages, pages)
    of_page = lines[(number - 1) * PAGE : number * PAGE]
    parts = [f"*Timeline of {escape(incident.ref)}*, page {number} of {pages}"]
    day: date | None = None
    for line in of_page:
        at = line.entry.occurred_at
        if (on := at.astimezone(zone).date()) != day:
            parts.append(f"*{moment(at, '{date_long_pretty}')}*")
            day = on
        parts.append(_line(line, policy))
    if pages > 1:
        other = number - 1 if number > 1 else 2
        parts.append(f"Another page: `/incident timeline {other}`")
    last = of_page[-1].number
    parts.append(f"Put a line right: `/incident edit {last} 14:20 What really happened`")
    said = shown(cut("\n".join(parts), LINES))
    controls = _controls(incident, of_page, number, pages, policy)
    return replace(said, blocks=[*said.blocks, *controls])


def _controls(
    incident: Incident, lines: Sequence[Line], number: int, pages: int, policy: Policy
) -> list[dict[str, Any]]:
    """At most three things to press, whatever the page holds."""
    elements: list[InteractiveElement] = []
    for where, label, to in (("previous", "Previous", number - 1), ("next", "Next", number + 1)):
        if 1 <= to <= pages:
            text = PlainTextObject(text=label, emoji=False)
            value = f"{incident.ref} {to}"
            elements.append(
                ButtonElement(text=text, action_id=f"timeline_page:{where}", value=value)
            )
    mendable = [line for line in lines if isinstance(line.entry.body, EDITABLE + RETRACTABLE)]
    if mendable:
        elements.append(
            StaticSelectElement(
                action_id="timeline_line",
                placeholder=PlainTextObject(text=MEND, emoji=False),
                options=[_option(incident, line, policy) for line in mendable],
            )
        )
    return [ActionsBlock(elements=elements).to_dict()] if elements else []


def _option(incident: Incident, line: Line, policy: Policy) -> Option:
    text = unmarked(f"#{line.number} {one_line(words(line.entry.body, policy))}")
    label = PlainTextObject(text=shorten(text, 75), emoji=False)
    return Option(text=label, value=f"{incident.ref} {line.number}")


def _line(line: Line, policy: Policy) -> str:
    entry = line.entry
    text = escaped(one_line(words(entry.body, policy)), LINE)
    mark = " _(corrected)_" if line.corrected else ""
    more = " _(+ details)_" if getattr(entry.body, "details", "") else ""
    who = escaped(whose(entry).name, 60)
    at = moment(entry.occurred_at, "{time}")
    return f"*#{line.number}* {at} {text}{mark}{more}{_enclosed(entry.body)} – {who}"


def _enclosed(body: e.Body) -> str:
    """Of a message: that it is one, with the way to it, and how many files it has."""
    if not isinstance(body, e.Logged) or body.message is None:
        return ""
    files = len(body.message.files)
    count = f" _(+ {files} file{'s' if files != 1 else ''})_" if files else ""
    way = f" ({link(body.message.permalink, 'message')})" if body.message.permalink else ""
    return way + count
