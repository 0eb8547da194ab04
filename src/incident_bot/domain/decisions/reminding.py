"""Reminders are told, put off and dismissed; the room of what is over is archived."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, NewEntry, NewJob, Refusal, Reply, Sentence
from incident_bot.domain.decisions.common import duration_words, must_exist, refresh, say
from incident_bot.domain.decisions.telling import tell
from incident_bot.domain.decisions.undo import archive
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import NOTICE, Reminder, due, holds, next_update_due
from incident_bot.domain.words import IC, Milestone, ReminderKind, Status

Button = Mapping[str, str]

SNOOZE = timedelta(minutes=30)
SNOOZE_AFTERWARDS = timedelta(days=1)
"""For how long a reminder is put off: while the incident goes on, and when it is over."""

_AFTERWARDS = (ReminderKind.NO_ACTIONS, ReminderKind.NOT_APPROVED, ReminderKind.ACTION_OVERDUE)
NO_MORE = "There is nothing to be reminded of any more: this is settled."


def remind(incident: Incident, policy: Policy, now: datetime) -> Decision:
    """Tell what is due, a message for each; nothing when somebody else has told it already."""
    entries: list[NewEntry] = []
    jobs: list[NewJob] = []
    found = due(incident, policy, now)
    last = [each for each in found if each.kind is ReminderKind.ARCHIVE and each.times]
    for reminder in last or found:  # who closes a room says nothing more in it
        seq = incident.last_seq + len(entries) + 1
        body = e.Reminded(reminder=reminder.kind, subject=reminder.subject)
        entries.append(NewEntry(body, now))
        if reminder.kind is ReminderKind.UPDATE_DUE:  # the summary says so too
            jobs += refresh(incident, seq)
        if reminder.kind is ReminderKind.ARCHIVE and reminder.times:
            closing = archive(incident.ref, seq)
            jobs.append(replace(closing, lane=f"{incident.ref}/say"))  # after what is still said
            continue
        if incident.room_archived:
            jobs += _told_owner(incident, reminder, seq)
            continue
        sentence, buttons = _said(incident, reminder, policy, now)
        about = {"reminder": {"kind": str(reminder.kind), "subject": reminder.subject}}
        job = say(incident.ref, seq, sentence, buttons=buttons)
        jobs.append(replace(job, args={**job.args, **about}))
    return Decision(entries=tuple(entries), jobs=tuple(jobs))


def snooze(
    incident: Incident, command: c.SnoozeReminder, policy: Policy, now: datetime
) -> Decision:
    """Put it off; it comes once more then, however often it has come."""
    _must_hold(incident, command, policy)
    until = now + _snoozed(command.reminder)
    body = e.ReminderSnoozed(reminder=command.reminder, subject=command.subject, until=until)
    return Decision(
        entries=(NewEntry(body, now),),
        reply=Reply(
            (
                *_who(command),
                "put a reminder off until ",
                until,
                f": {_about(incident, command, policy)}.",
            )
        ),
    )


def dismiss(
    incident: Incident, command: c.DismissReminder, policy: Policy, now: datetime
) -> Decision:
    """No more of it; a cause that comes again (a second mitigation) is told again."""
    _must_hold(incident, command, policy)
    body = e.ReminderDismissed(reminder=command.reminder, subject=command.subject)
    about = _about(incident, command, policy)
    did: Sentence = (*_who(command), f"dismissed a reminder: {about}. It does not come again.")
    if command.reminder is ReminderKind.ARCHIVE:
        did = (*_who(command), f"keeps this room open: {incident.ref} is not archived.")
    return Decision(entries=(NewEntry(body, now),), reply=Reply(did))


def _must_hold(
    incident: Incident, command: c.SnoozeReminder | c.DismissReminder, policy: Policy
) -> None:
    must_exist(incident)
    if not holds(incident, policy, command.reminder, command.subject):
        raise Refusal(NO_MORE)


def _who(command: c.Command) -> Sentence:
    person = command.actor.person
    return (person, " ") if person is not None else ("Somebody ",)


def _snoozed(kind: ReminderKind) -> timedelta:
    return SNOOZE_AFTERWARDS if kind in _AFTERWARDS else SNOOZE


def _about(
    incident: Incident, command: c.SnoozeReminder | c.DismissReminder, policy: Policy
) -> str:
    """What a reminder is about, in a few words: its message is replaced by what became of it."""
    ref = incident.ref
    role = policy.role(IC)
    words = {
        ReminderKind.NO_IC: f"{ref} has no {role.name if role else 'Incident Commander'}",
        ReminderKind.UPDATE_DUE: f"an update of {ref} is due",
        ReminderKind.NOT_RESOLVED: f"{ref} is {policy.status_name(Status.MITIGATED)} and open",
        ReminderKind.NO_IMPACT_START: f"when the impact of {ref} began is not known",
        ReminderKind.NO_ACTIONS: f"{ref} has no action items",
        ReminderKind.NOT_APPROVED: f"the postmortem of {ref} is not approved",
        ReminderKind.ACTION_OVERDUE: f"action #{command.subject} of {ref} is overdue",
        ReminderKind.ARCHIVE: f"the room of {ref} will be archived",
    }
    return words[command.reminder]


def _said(
    incident: Incident, reminder: Reminder, policy: Policy, now: datetime
) -> tuple[Sentence, tuple[Button, ...]]:
    """What happened and what to do, and the buttons for it."""
    sentence, fitting = _words(incident, reminder, policy, now)
    value = f"{incident.ref} {reminder.kind}"
    if reminder.subject:
        value += f" {reminder.subject}"
    if reminder.kind is ReminderKind.ARCHIVE:
        keep = {"action": "dismiss_reminder", "label": "Keep this room open", "value": value}
        return sentence, (keep,)
    later = "Snooze 1 day" if reminder.kind in _AFTERWARDS else "Snooze 30 min"
    return sentence, (
        *fitting,
        {"action": "snooze_reminder", "label": later, "value": value},
        {"action": "dismiss_reminder", "label": "Dismiss", "value": value},
    )


def _words(
    incident: Incident, reminder: Reminder, policy: Policy, now: datetime
) -> tuple[Sentence, tuple[Button, ...]]:
    ref = incident.ref
    over = incident.watch.learned.get("over", now)
    match reminder.kind:
        case ReminderKind.NO_IC:
            role = policy.role(IC)
            name = role.name if role else "Incident Commander"
            return (
                f"{ref} has no {name}, so nobody decides. Take the role with the button, or give "
                f"it to somebody: `/incident role {IC} @name`.",
            ), (_button("claim_role", f"I take {role.short if role else IC}", f"{ref} {IC}"),)
        case ReminderKind.UPDATE_DUE:
            was = next_update_due(incident, policy) or now
            last = incident.last_update_at
            since: Sentence = (
                (f", and the last one is {duration_words((now - last).total_seconds())} old",)
                if last is not None
                else (", and there has been none yet",)
            )
            return (
                f"An update of {ref} was due ",
                was,
                *since,
                ". People outside wait for it, even when there is no news: "
                "`/incident update TEXT`.",
            ), (_button("open_update", "Update …", ref),)
        case ReminderKind.NOT_RESOLVED:
            name = policy.status_name(Status.MITIGATED)
            at = incident.times.get(Milestone.MITIGATED, now)
            return (
                f"{ref} has been {name} since ",
                at,
                " and is still open. If it is over, resolve it; if not, say what is left: "
                "`/incident update TEXT`.",
            ), (_button("resolve", f"Resolve {ref}", ref),)
        case ReminderKind.NO_IMPACT_START:
            return (
                f"When did the impact of {ref} begin? It was detected ",
                incident.times.get(Milestone.DETECTED, now),
                ". Without the start nobody can say how long customers were affected: "
                "`/incident impact start 14:20`.",
            ), (_button("impact_at_detection", "When it was detected", ref),)
        case ReminderKind.NO_ACTIONS:
            return (
                f"{ref} was {policy.status_name(Status.RESOLVED)} ",
                over,
                " and has no action items. What keeps it from happening again? "
                "`/incident action TEXT @owner`. If nothing does, dismiss this.",
            ), (_button("open_action", "Action item …", ref),)
        case ReminderKind.NOT_APPROVED:
            return (
                f"The postmortem of {ref} has been a draft since ",
                over,
                ". Read it, correct it with `/incident edit`, and approve it: "
                "`/incident approve as Engineering Manager`.",
            ), ()
        case ReminderKind.ACTION_OVERDUE:
            done = _button("action_done", "Done", f"{ref} {reminder.subject}")
            return _overdue(incident, int(reminder.subject)), (done,)
        case ReminderKind.ARCHIVE:
            name = policy.status_name(incident.status)
            return (
                f"{ref} was {name} ",
                over,
                ", so this room will be archived ",
                now + NOTICE,
                ". Everything in it can still be read and searched. If you need it longer:",
            ), ()


def _told_owner(incident: Incident, reminder: Reminder, seq: int) -> tuple[NewJob, ...]:
    """Where the room is archived, who owns the action item hears of it; else who led."""
    item = _item(incident, int(reminder.subject))
    owner = item.owner
    if owner is None or not (owner.slack_id or owner.pagerduty_id):
        owner = incident.ic or incident.opened_by
    if owner is None:
        return ()
    number = int(reminder.subject)
    key = f"{incident.ref}/overdue/{number}/{seq}"
    return tell(incident.ref, key, owner, "overdue", number=number)


def _item(incident: Incident, number: int) -> e.ActionAdded:
    return next(action.item for action in incident.actions if action.seq == number)


def _overdue(incident: Incident, number: int) -> Sentence:
    item = _item(incident, number)
    owner = item.owner if item.owner is not None else "nobody yet"
    due_on = item.due.isoformat() if item.due else ""
    return (
        f"Action #{number} was due {due_on} and is not done: {item.text}. Owner: ",
        owner,
        f". When it is: `/incident action done {number}`.",
    )


def _button(action: str, label: str, value: str) -> Button:
    return {"action": action, "label": label, "value": value, "style": "primary"}
