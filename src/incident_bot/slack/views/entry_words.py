"""What an entry says, in one line."""

from typing import assert_never

from incident_bot.domain import entries as e
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import ReminderKind


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
