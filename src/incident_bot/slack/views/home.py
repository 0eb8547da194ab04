"""The App Home of one person: what goes on, what is theirs to do, and old incidents in pages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticMultiSelectElement,
)
from slack_sdk.models.views import View

from incident_bot.domain.incident import Action, Incident
from incident_bot.domain.parts import awaits_approval
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.wanted import LONGEST, Wanted
from incident_bot.domain.words import Severity
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import sections
from incident_bot.slack.views.sentence import escape, escaped, one_line

FILTER_FORM = "home_filter"
SEVERITY_BLOCK, SERVICE_BLOCK, TEXT_BLOCK = "severity", "service", "text"
ROLES, ACTIONS, DRAFTS = 15, 20, 10
"""So many of each are shown; a Home tab takes 100 blocks."""

NONE_OPEN = "No incident is open."
NOTHING = "You hold no role, no action item is yours, and no draft waits for you."
DRAFT = "{line}\nIts draft waits for you to read and approve it."
MORE = "… and {more} more. `/incident list all` finds them."
PAST = "All incidents"
NONE_FOUND = "None{narrowed}."


@dataclass(frozen=True)
class Page:
    """A page of all incidents: what was `wanted`, its `number` from 1, and whether there is
    `more`."""

    found: Sequence[Incident] = ()
    wanted: Wanted = field(default_factory=lambda: Wanted(everything=True))
    number: int = 1
    more: bool = False


def home(
    person: Person,
    going_on: Sequence[Incident],
    mine: Sequence[Incident],
    page: Page,
    policy: Policy,
) -> dict[str, Any]:
    """The Home tab, within Slack's limits. `going_on` are open incidents, `mine` those in which
    the person has unfinished work. Whoever calls left out what the person may not know of."""
    declare = _button("Declare an incident", "open_declare", "home", style="primary")
    blocks: list[dict[str, Any]] = [
        ActionsBlock(elements=[declare]).to_dict(),
        _header("Open incidents"),
        *_lines(going_on, policy),
        _header("Yours"),
        *_yours(person, mine, policy),
        DividerBlock().to_dict(),
        _header(PAST),
        *_past(page, policy),
    ]
    about = {"shown": listing.turned(page.wanted, page.number)}
    view = View(type="home", private_metadata=json.dumps(about, ensure_ascii=False), blocks=blocks)
    shown: dict[str, Any] = view.to_dict()
    return shown


def filter_form(wanted: Wanted) -> dict[str, Any]:
    """The form that narrows the list of all incidents."""
    options = [_option(severity) for severity in Severity]
    severity = StaticMultiSelectElement(
        action_id=SEVERITY_BLOCK,
        options=options,
        initial_options=[_option(s) for s in wanted.severities] or None,
    )
    service = PlainTextInputElement(
        action_id=SERVICE_BLOCK, initial_value=wanted.service or None, max_length=LONGEST
    )
    words = PlainTextInputElement(
        action_id=TEXT_BLOCK, initial_value=wanted.text or None, max_length=LONGEST
    )
    view = View(
        type="modal",
        callback_id=FILTER_FORM,
        title=PlainTextObject(text="Find incidents"),
        submit=PlainTextObject(text="Show"),
        close=PlainTextObject(text="Cancel"),
        blocks=[
            _input(SEVERITY_BLOCK, "Severity", severity),
            _input(SERVICE_BLOCK, "Service", service),
            _input(TEXT_BLOCK, "Words of the title", words),
        ],
    )
    shown: dict[str, Any] = view.to_dict()
    return shown


def _lines(found: Sequence[Incident], policy: Policy) -> list[dict[str, Any]]:
    if not found:
        return sections(NONE_OPEN)
    lines = listing.lines(found[: listing.PAGE], policy)
    if len(found) > listing.PAGE:
        lines.append("… and more, in the list below.")
    return sections("\n".join(lines))


def _yours(person: Person, mine: Sequence[Incident], policy: Policy) -> list[dict[str, Any]]:
    roles = [
        f"• *{escaped(one_line(role.name), 60)}* of {_short(incident)}"
        for incident in mine
        if not incident.is_over
        for role in policy.roles
        if person.is_surely(incident.roles.get(role.key))
    ]
    actions = [
        (incident, action)
        for incident in mine
        for action in incident.actions
        if not action.done and person.is_surely(action.item.owner)
    ]
    drafts = [i for i in mine if awaits_approval(i) and _is_asked(person, i)]
    blocks = sections("\n".join(_cut(roles, ROLES))) if roles else []
    for incident, action in actions[:ACTIONS]:
        blocks.append(_action(incident, action))
    blocks += _more(len(actions) - ACTIONS)
    for incident in drafts[:DRAFTS]:
        approve = _button("Approve", f"approve_draft:{incident.ref}", incident.ref)
        words = DRAFT.format(line=_short(incident))
        blocks.append(_section(words, approve))
    blocks += _more(len(drafts) - DRAFTS)
    return blocks or sections(NOTHING)


def _is_asked(person: Person, incident: Incident) -> bool:
    """The Incident Commander reads the draft; where there was none, whoever is left."""
    return incident.ic is None or person.is_surely(incident.ic)


def _action(incident: Incident, action: Action) -> dict[str, Any]:
    item = action.item
    due = f" · due {item.due.isoformat()}" if item.due else ""
    what = escaped(one_line(item.text), 300)
    words = f"*{item.priority.value}* {what}{due}\n#{action.seq} of {_short(incident)}"
    number = f"{incident.ref} {action.seq}"
    done = _button("Done", f"action_done:{incident.ref}-{action.seq}", number)
    return _section(words, done)


def _past(page: Page, policy: Policy) -> list[dict[str, Any]]:
    wanted, number = page.wanted, page.number
    narrowed = " · ".join(listing.filters(wanted))
    if page.found:
        head = f"_{narrowed}_\n" if narrowed else ""
        blocks = sections(head + "\n".join(listing.lines(page.found, policy)))
    else:
        blocks = sections(NONE_FOUND.format(narrowed=f" for {narrowed}" if narrowed else ""))
    buttons = []
    if number > 1:
        previous = listing.turned(wanted, number - 1)
        buttons.append(_button("Previous", "home_page:previous", previous))
    if page.more:
        buttons.append(_button("Next", "home_page:next", listing.turned(wanted, number + 1)))
    buttons.append(_button("Find …", "home_find", listing.turned(wanted, 1)))
    if wanted.narrowed:
        everything = listing.turned(Wanted(everything=True), 1)
        buttons.append(_button("Show all", "home_page:all", everything))
    return [*blocks, ActionsBlock(elements=buttons).to_dict()]


def _short(incident: Incident) -> str:
    room = f" · <#{incident.room.channel_id}>" if incident.room else ""
    return f"{escape(incident.ref)} {escaped(one_line(incident.title), 150)}{room}"


def _cut(lines: Sequence[str], most: int) -> list[str]:
    more = len(lines) - most
    return [*lines[:most], *([MORE.format(more=more)] if more > 0 else ())]


def _more(more: int) -> list[dict[str, Any]]:
    if more <= 0:
        return []
    block: Block = ContextBlock(elements=[MarkdownTextObject(text=MORE.format(more=more))])
    return [block.to_dict()]


def _header(text: str) -> dict[str, Any]:
    shown: dict[str, Any] = HeaderBlock(text=PlainTextObject(text=text)).to_dict()
    return shown


def _section(text: str, button: ButtonElement) -> dict[str, Any]:
    block = SectionBlock(text=MarkdownTextObject(text=text), accessory=button)
    shown: dict[str, Any] = block.to_dict()
    return shown


def _input(block_id: str, label: str, element: Any) -> InputBlock:
    return InputBlock(
        block_id=block_id, label=PlainTextObject(text=label), element=element, optional=True
    )


def _option(severity: Severity) -> Option:
    return Option(text=PlainTextObject(text=severity.label), value=severity.label.lower())


def _button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    text = PlainTextObject(text=label, emoji=False)
    return ButtonElement(text=text, action_id=action_id, value=value, style=style)
