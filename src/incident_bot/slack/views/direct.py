"""What one person is told in private: the brief of a handover, and what a role does first.

A view answers None when there is nothing to be told (any more). What was posted is shown again
when things change, so one that was posted says how it ended.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import timeline
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import ReminderKind
from incident_bot.slack.views.entry_words import words
from incident_bot.slack.views.sentence import escaped, moment, one_line
from incident_bot.slack.views.summary import (
    OPEN_ACTIONS,
    Message,
    action_lines,
    short_mention,
    standing,
    update_due,
)

ENTRIES = 5
DUTIES = 10
ACCEPT, DECLINE = "Accept", "Decline"


@dataclass(frozen=True)
class Told:
    """What a private message is made of. `args` are the job's, `now` is aware UTC; `journal` is
    there for the views in READS_JOURNAL. `posted`: the message is there and is shown again."""

    incident: Incident
    policy: Policy
    args: Mapping[str, Any]
    now: datetime
    journal: Sequence[Entry] = ()
    posted: bool = False

    @property
    def role(self) -> Role | None:
        """The role that it is about, if the team still has it."""
        return self.policy.role(str(self.args.get("role")))

    @property
    def holder(self) -> Person | None:
        """Who has that role now."""
        return self.incident.roles.get(str(self.args.get("role")))

    def is_for(self, person: Person | None) -> bool:
        """True when this person is who is told."""
        known = Person(
            name=str(self.args.get("name") or ""),
            slack_id=self.args.get("slack_id"),
            pagerduty_id=self.args.get("pagerduty_id"),
        )
        return known.is_surely(person)


def duties(told: Told) -> Message | None:
    """What the holder of a role does first; None when it is not theirs any more, or all is over."""
    role, incident = told.role, told.incident
    if role is None or incident.is_over or not told.is_for(told.holder):
        return None
    return _message(_now_yours(told, role), [*_duties(role), _context(_hints(incident))])


def handover(told: Told) -> Message | None:
    """The brief with the two answers; when it is answered, how that ended."""
    role, incident = told.role, told.incident
    offer = incident.offers.get(str(told.args.get("role")))
    if role is not None and offer is not None and offer.seq == told.args.get("offer"):
        return _brief(told, role, offer.by)
    if not told.posted or role is None:
        return None
    if told.is_for(told.holder) and not incident.is_over:
        rest = _duties(role) if told.args.get("first") else []
        return _message(_now_yours(told, role), [*rest, _context(_hints(incident))])
    name = escaped(role.name, 60)
    now = f"{short_mention(told.holder)} is {name}" if told.holder else f"Nobody is {name}"
    if incident.is_over:
        status = escaped(one_line(told.policy.status_name(incident.status)), 60)
        now = f"{incident.ref} is {status}"
    return _message(f"No answer is needed any more: {now}.\n{_title(incident)}", [])


def no_room(told: Told) -> Message | None:
    """There is no war room, and why; None when there is one after all."""
    incident = told.incident
    if incident.room is not None or incident.room_problem is None:
        return None
    kind = "private channel" if incident.private else "channel"
    kept = " Nothing of it was made public." if incident.private else ""
    rest = (
        f"It is recorded all the same.{kept} Make a {kind} by hand and invite whom you need; "
        f"`/incident {incident.ref} log …` keeps its timeline from wherever you are."
    )
    head = f"*{incident.ref} has no war room.* {escaped(one_line(incident.room_problem), 1_000)}"
    return _message(f"{head}\n{_title(incident)}", [_section(rest)])


def overdue(told: Told) -> Message | None:
    """An action item whose day is over; None when it is done, or taken out."""
    incident, number = told.incident, told.args.get("number")
    found = next((a for a in incident.actions if a.seq == number and not a.done), None)
    if found is None or found.item.due is None:
        return None
    text = escaped(one_line(found.item.text), 1_000)
    value = f"{incident.ref} {ReminderKind.ACTION_OVERDUE} {number}"
    buttons = ActionsBlock(
        elements=[
            _button("Done", "action_done", f"{incident.ref} {number}", "primary"),
            _button("Snooze 1 day", "snooze_reminder", value),
            _button("Dismiss", "dismiss_reminder", value),
        ]
    )
    head = f"Action #{number} of {incident.ref} was due {found.item.due} and is not done: {text}"
    return _message(f"{head}\n{_title(incident)}", [buttons])


VIEWS: Mapping[str, Callable[[Told], Message | None]] = {
    "duties": duties,
    "handover": handover,
    "no_room": no_room,
    "overdue": overdue,
}
"""By the name that a job gives as `view`."""

READS_JOURNAL = frozenset({"handover"})
"""Views that show entries."""


def _brief(told: Told, role: Role, by: Person) -> Message:
    incident, name = told.incident, escaped(role.name, 60)
    head = f"{short_mention(by)} asks you to take over as *{name}* of {incident.ref}."
    place = f"\nRoom: <#{incident.room.channel_id}>" if incident.room else ""
    standing_now = standing(incident, told.policy)
    parts = [
        _headed("Last entries", _last_entries(told)),
        _headed(OPEN_ACTIONS, action_lines(incident)),
        update_due(incident, told.policy, told.now),
    ]
    blocks: list[Block] = [_section(part) for part in parts if part]
    if told.args.get("first"):
        blocks += _duties(role)
    value = f"{incident.ref} {role.key} {told.args['offer']}"
    buttons = [
        _button(ACCEPT, "accept_handover", value, "primary"),
        _button(DECLINE, "decline_handover", value),
    ]
    blocks.append(ActionsBlock(elements=buttons))
    if told.holder:
        blocks.append(_context(f"Until you accept, {short_mention(told.holder)} stays {name}."))
    return _message(f"{head}\n{_title(incident)}\n{standing_now}{place}", blocks)


def _last_entries(told: Told) -> list[str]:
    return [
        f"• {moment(line.entry.occurred_at)} "
        f"{escaped(one_line(words(line.entry.body, told.policy)), 200)}"
        for line in timeline(told.journal)[-ENTRIES:]
    ]


def _now_yours(told: Told, role: Role) -> str:
    incident = told.incident
    room = f"\nRoom: <#{incident.room.channel_id}>" if incident.room else ""
    head = f"You are *{escaped(role.name, 60)}* of {incident.ref}."
    return f"{head}\n{_title(incident)}\n{standing(incident, told.policy)}{room}"


def _duties(role: Role) -> list[Block]:
    lines = [f"• {escaped(one_line(duty), 250)}" for duty in role.duties[:DUTIES]]
    part = _headed(f"What {escaped(role.short, 60)} does first", lines)
    return [_section(part)] if part else []


def _hints(incident: Incident) -> str:
    return (
        "In the room: `/incident` shows how it stands, `/incident handover @bob` asks somebody "
        "to take over."
    )


def _headed(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"*{head}*", *lines]) if lines else ""


def _button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    shown = PlainTextObject(text=label, emoji=False)
    return ButtonElement(text=shown, action_id=action, value=value, style=style)


def _title(incident: Incident) -> str:
    return escaped(one_line(incident.title), 600)


def _message(head: str, blocks: Sequence[Block]) -> Message:
    """The head is the text as well: for notifications and screen readers."""
    return head, [block.to_dict() for block in (_section(head), *blocks)]


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))


def _context(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
