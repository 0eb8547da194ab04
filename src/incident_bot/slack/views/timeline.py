"""`/incident timeline`: numbered lines in pages, so that they can be put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, assert_never
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
from incident_bot.domain.words import ReminderKind
from incident_bot.slack.views.answer import Answer, cut, shown
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


def words(body: e.Body, policy: Policy) -> str:
    """What an entry says, in one line of plain text."""
    match body:
        case e.Opened(title=title, severity=severity):
            return f"Declared ({severity.label}): {title}"
        case e.AlertTriggered(title=title, number=number):
            return f"Alert{f' #{number}' if number else ''}: {title}"
        case e.AlertAcknowledged():
            return "Alert acknowledged"
        case e.AlertResolved():
            return "Alert resolved"
        case e.AlertAnnotated(text=text):
            return f"PagerDuty note: {text}"
        case e.AlertOther(event_type=event_type):
            return f"PagerDuty: {event_type}"
        case e.RoomOpened(name=name):
            return f"War room #{name} opened"
        case e.PeopleInvited(people=people):
            return "Invited " + ", ".join(p.name for p in people)
        case e.RoleAssigned(role=role, holder=holder, handed_over_by=giver):
            given = f" (handed over by {giver.name})" if giver else ""
            name = _role(role, policy)
            return f"{holder.name} is {name}{given}" if holder else f"{name} is free"
        case e.HandoverOffered(role=role, to=to):
            return f"{to.name} asked to take over as {_role(role, policy)}"
        case e.HandoverDeclined(role=role, withdrawn=withdrawn):
            ended = "withdrawn" if withdrawn else "declined"
            return f"Taking over as {_role(role, policy)}: {ended}"
        case e.MembershipChanged(person=person, here=here):
            return f"{person.name} {'came into' if here else 'left'} the room"
        case e.TopicLeft():
            return "Topic left as a person wrote it"
        case e.TopicRestored():
            return "Topic shows the status again"
        case e.SeverityChanged(severity=severity, text=text):
            return f"Severity {severity.label}" + (f": {text}" if text else "")
        case e.StatusChanged(status=status, text=text):
            return f"Status {policy.status_name(status)}" + (f": {text}" if text else "")
        case e.MilestoneSet(milestone=milestone):
            return milestone.value.capitalize()
        case e.Logged(headline=headline):
            return headline
        case e.FileKept(name=name):
            return f"File kept: {name}"
        case e.Updated(text=text):
            return f"Update: {text}"
        case e.ImpactStated(name=name, value=value):
            return f"Impact: {name}: {value}"
        case e.MetricStated(name=name, during=during, peak=peak):
            return f"Metric: {name}: {during or '?'} (peak {peak or '?'})"
        case e.ActionAdded(text=text, priority=priority):
            return f"Action item {priority.value}: {text}"
        case e.ActionClosed(number=number):
            return f"Action item #{number} is done"
        case e.NoteAdded(note=note, headline=headline):
            return f"Note ({note.value}): {headline}"
        case e.WhyStated(part=part, text=text):
            return f"{part.capitalize()}: {text}"
        case e.QuestionSkipped(question=question):
            return f"Left out of the postmortem: {question.value}"
        case e.Approved(title=title):
            return f"Postmortem approved ({title})" if title else "Postmortem approved"
        case e.Retracted(target=target):
            return f"#{target} retracted"
        case e.Redacted(targets=targets):
            return "Blanked " + ", ".join(f"#{target}" for target in targets)
        case e.EffectFailed(sentence=sentence):
            return sentence
        case e.PagerDutyWritten(what=what):
            return f"PagerDuty: {what}"
        case e.PostmortemDelivered(name=name):
            return f"{name} delivered"
        case e.RoomArchived():
            return "War room archived"
        case e.RoomUnarchived():
            return "War room opened again"
        case e.Reminded(reminder=reminder):
            return f"Reminder: {_plain(reminder)}"
        case e.ReminderSnoozed(reminder=reminder):
            return f"Reminder put off: {_plain(reminder)}"
        case e.ReminderDismissed(reminder=reminder):
            return f"Reminder dismissed: {_plain(reminder)}"
        case _:
            assert_never(body)


def _role(key: str, policy: Policy) -> str:
    known = policy.role(key)
    return known.name if known else key


def _plain(reminder: ReminderKind) -> str:
    return reminder.value.replace("_", " ")


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
