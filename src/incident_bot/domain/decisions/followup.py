"""What people write for the postmortem: impact, actions, notes, whys, updates, approvals."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, NewEntry, Refusal, Reply
from incident_bot.domain.decisions.common import document, moment, must_exist, refresh
from incident_bot.domain.incident import Incident, subject
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy

_NOTE_WORDS = {
    "well": "What went well",
    "poorly": "What went poorly",
    "lucky": "Where we got lucky",
    "factor": "Contributing factor",
    "summary": "Executive summary",
    "learning": "Key learning",
    "technical": "Technical details",
    "fix": "Immediate fix",
    "permanent": "Permanent fix",
    "reference": "Reference",
    "attendee": "Attendee",
    "follow-up": "Follow-up",
}


def _statement(incident: Incident, body: e.Body, at: datetime) -> NewEntry:
    """A second statement about the same thing corrects the first."""
    about = subject(body)
    return NewEntry(body, at, supersedes=incident.current.get(about) if about else None)


def impact(incident: Incident, command: c.StateImpact, now: datetime) -> Decision:
    """One figure of the impact; stated again, it replaces the one before."""
    must_exist(incident)
    body = e.ImpactStated(area=command.area, name=command.name, value=command.value)
    seq = incident.last_seq + 1
    return Decision(
        entries=(_statement(incident, body, moment(command, now)),),
        jobs=refresh(incident, seq),
        reply=Reply((f"Impact #{seq}: {body.name}: {body.value}",)),
    )


def metric(incident: Incident, command: c.StateMetric, now: datetime) -> Decision:
    """One row of the metrics table."""
    must_exist(incident)
    body = e.MetricStated(
        name=command.name, baseline=command.baseline, during=command.during, peak=command.peak
    )
    seq = incident.last_seq + 1
    return Decision(
        entries=(_statement(incident, body, moment(command, now)),),
        reply=Reply(
            (
                f"Metric #{seq}: {body.name}: baseline {body.baseline or '?'}, "
                f"during {body.during or '?'}, peak {body.peak or '?'}",
            )
        ),
    )


def action(incident: Incident, command: c.AddAction, now: datetime) -> Decision:
    """An action item; its number is the entry's."""
    must_exist(incident)
    body = e.ActionAdded(
        action=command.action,
        priority=command.priority,
        text=command.text,
        owner=command.owner,
        due=command.due,
        ticket=command.ticket,
    )
    seq = incident.last_seq + 1
    parts: list[str | Person | datetime] = [
        f"Action #{seq} ({body.priority}, {body.action}): {body.text}. Owner: "
    ]
    parts.append(body.owner if body.owner is not None else "nobody yet")
    parts.append(f", due {body.due.isoformat()}" if body.due else ", no due date")
    if body.ticket:
        parts.append(f", {body.ticket}")
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        jobs=refresh(incident, seq),
        reply=Reply((*parts, ".")),
    )


def close_action(incident: Incident, command: c.CloseAction, now: datetime) -> Decision:
    """An action item is done; the answer says how to take that back."""
    must_exist(incident)
    found = next((a for a in incident.actions if a.seq == command.number), None)
    if found is None:
        raise Refusal(
            f"{incident.ref} has no action item #{command.number}. "
            "Its action items: `/incident action`."
        )
    if found.done:
        raise Refusal(f"#{found.seq} is done already: {found.item.text}")
    seq = incident.last_seq + 1
    done = 1 + sum(action.done for action in incident.actions)
    return Decision(
        entries=(NewEntry(e.ActionClosed(number=found.seq), moment(command, now)),),
        jobs=refresh(incident, seq),
        reply=Reply(
            (
                f"Action #{found.seq} is done ({done} of {len(incident.actions)}): "
                f"{found.item.text}. Not done after all: `/incident edit {seq} --retract`",
            )
        ),
    )


def note(incident: Incident, command: c.AddNote, now: datetime) -> Decision:
    """Something for one place of the postmortem."""
    must_exist(incident)
    body = e.NoteAdded(note=command.note, headline=command.headline, details=command.details)
    return Decision(
        entries=(NewEntry(body, moment(command, now)),),
        reply=Reply((f"{_NOTE_WORDS[body.note]} #{incident.last_seq + 1}: {body.headline}",)),
    )


def why(incident: Incident, command: c.StateWhy, now: datetime) -> Decision:
    """The problem, the n-th why (None: the next), or the root cause."""
    must_exist(incident)
    number = 0
    if command.part == "why":
        taken = [n for n in range(1, 10) if f"why/why/{n}" in incident.current]
        number = command.number or max(taken, default=0) + 1
        if number > 9:
            raise Refusal("Nine whys are enough. State the cause: `/incident why root …`.")
    body = e.WhyStated(part=command.part, number=number, text=command.text)
    if command.first and (stated := incident.current.get(subject(body) or "")) is not None:
        typed = f"`/incident why {command.part} …`"
        raise Refusal(f"Somebody has said it meanwhile, as #{stated}. To change it: {typed}.")
    label = {"problem": "Problem", "why": f"Why {number}", "root": "Root cause"}[command.part]
    return Decision(
        entries=(_statement(incident, body, moment(command, now)),),
        reply=Reply((f"{label} (#{incident.last_seq + 1}): {body.text}",)),
    )


def approve(incident: Incident, command: c.Approve, policy: Policy, now: datetime) -> Decision:
    """The actor approves the postmortem, as the title given or the role held."""
    must_exist(incident)
    if not incident.is_over:
        name = policy.status_name(incident.status)
        raise Refusal(
            f"{incident.ref} is {name}: its postmortem is approved after `/incident resolve`."
        )
    person = command.actor.person
    if person is None:
        raise Refusal("Only a person can approve a postmortem.")
    held = [r.name for r in policy.roles if person.is_same(incident.roles.get(r.key))]
    title = command.title.strip() or (held[0] if held else "")
    if not title:
        raise Refusal("In which capacity? Example: `/incident approve as Engineering Manager`.")
    return Decision(
        entries=(NewEntry(e.Approved(title=title), moment(command, now)),),
        reply=Reply((person, f" approved the postmortem of {incident.ref} as {title}.")),
    )


def export(incident: Incident, command: c.Export, now: datetime) -> Decision:
    """Bring a document into the room."""
    must_exist(incident)
    return Decision(
        jobs=(document(incident.ref, command.document, incident.last_seq, now),),
        reply=Reply((f"The {command.document} of {incident.ref} comes into its room as a file.",)),
    )
