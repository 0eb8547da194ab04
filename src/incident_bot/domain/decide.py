"""The rules of the house: state + command -> entries, jobs and a reply. No I/O."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, Refusal
from incident_bot.domain.decisions import (
    alerts,
    followup,
    handover,
    home,
    interview,
    messages,
    opening,
    outages,
    reminding,
    results,
    roles,
    room,
    status,
    timeline as lines,
    undo,
    updates,
)
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.messages import subject_of
from incident_bot.domain.permissions import may
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Status


def reads_journal(incident: Incident, command: c.Command) -> bool:
    """True for a command about one entry: it needs the journal, the others only the state."""
    match command:
        case c.Edit() | c.Retract() | c.Redact() | c.Undo():
            return incident.exists
        case c.ChangeStatus(status=milestone):
            return f"milestone/{milestone}" in incident.current
        case c.Resolve():
            return f"milestone/{Status.RESOLVED}" in incident.current
        case c.RecordFailure(kind=kind):
            return kind in results.TOLD_ONCE
        case c.RecordDelivery():
            return True
        case c.SeeMessage(channel_id=channel_id, ts=ts, seen=seen):
            pinned = seen is not None and bool(seen.pinned_by)
            return pinned or subject_of(channel_id, ts) in incident.current
        case c.AddMessage() | c.RecordFile():
            return incident.exists
        case _:
            return False


def decide(
    incident: Incident,
    command: c.Command,
    policy: Policy,
    now: datetime,
    journal: Sequence[Entry] = (),
) -> Decision:
    """What shall happen. `now` is aware UTC; `journal` is needed if `reads_journal` says so.

    Raises Refusal, with a sentence for the person, when it cannot be done, or not by them.
    """
    may(incident, command, policy)
    decision = _decided(incident, command, policy, now, journal)
    return interview.followed(incident, decision, now)


def _decided(
    incident: Incident,
    command: c.Command,
    policy: Policy,
    now: datetime,
    journal: Sequence[Entry],
) -> Decision:
    match command:
        case c.Declare():
            return opening.declare(incident, command, policy, now)
        case c.AlertTriggers() if incident.exists:
            return alerts.joins(incident, command, policy, now)
        case c.AlertTriggers():
            return opening.triggered(incident, command, policy, now)
        case c.OpenForAlert() if incident.exists:
            return alerts.room_wanted(incident, command, policy, now)
        case c.OpenForAlert():
            return opening.open_for_alert(incident, command, policy, now)
        case c.AlertAcknowledges():
            return alerts.acknowledged(_known(incident), command, policy, now)
        case c.AlertResolves():
            return alerts.resolved(_known(incident), command, now)
        case c.AlertAnnotates():
            return alerts.annotated(_known(incident), command, now)
        case c.AlertHappens():
            return alerts.other(_known(incident), command, policy, now)
        case c.AssignRole():
            return roles.assign(incident, command, policy, now)
        case c.OfferRole():
            return handover.offer(incident, command, policy, now)
        case c.WithdrawOffer():
            return handover.withdraw(incident, command, policy, now)
        case c.AcceptOffer():
            return handover.accept(incident, command, policy, now)
        case c.DeclineOffer():
            return handover.decline(incident, command, policy, now)
        case c.JoinRoom():
            return room.join(incident, command)
        case c.RecordMembership():
            return room.membership(incident, command, now)
        case c.RecordTopic():
            return room.topic_left(incident, command, now)
        case c.RestoreTopic():
            return room.restore_topic(incident, command, now)
        case c.ChangeSeverity():
            return roles.severity(incident, command, policy, now)
        case c.ChangeStatus():
            return status.change(incident, command, policy, journal, now)
        case c.Resolve():
            return status.resolve(incident, command, policy, journal, now)
        case c.KeepOpen():
            return status.keep_open(incident, policy)
        case c.Reopen():
            return status.reopen(incident, command, policy, now)
        case c.Cancel():
            return status.cancel(incident, command, policy, now)
        case c.Undo():
            return undo.undo(incident, command, policy, journal, now)
        case c.SetMilestone():
            return status.milestone(incident, command, now)
        case c.LogEntry():
            return lines.log(incident, command, now)
        case c.Edit():
            return lines.edit(incident, command, policy, journal, now)
        case c.Retract():
            return lines.retract(incident, command, policy, journal, now)
        case c.Redact():
            return lines.redact(incident, command, journal, now)
        case c.StateImpact():
            return followup.impact(incident, command, now)
        case c.StateMetric():
            return followup.metric(incident, command, now)
        case c.AddAction():
            return followup.action(incident, command, now)
        case c.CloseAction():
            return followup.close_action(incident, command, now)
        case c.AddNote():
            return followup.note(incident, command, now)
        case c.StateWhy():
            return followup.why(incident, command, now)
        case c.SkipQuestion():
            return interview.skip(incident, command, now)
        case c.PostUpdate():
            return updates.update(incident, command, policy, now)
        case c.Approve():
            return followup.approve(incident, command, policy, now)
        case c.Export():
            return followup.export(incident, command, now)
        case c.Remind():
            return reminding.remind(incident, policy, now)
        case c.SnoozeReminder():
            return reminding.snooze(incident, command, policy, now)
        case c.DismissReminder():
            return reminding.dismiss(incident, command, policy, now)
        case c.ShowHome():
            return home.show(command, now)
        case c.RecordRoom():
            return results.room(incident, command, now)
        case c.RecordInvitation():
            return results.invitation(incident, command, now)
        case c.RecordPagerDuty():
            return results.pagerduty(incident, command, now)
        case c.RecordArchive():
            return results.archived(incident, command, now)
        case c.RecordUnarchive():
            return results.unarchived(incident, command, now)
        case c.RecordDelivery():
            return results.delivery(incident, command, journal, now)
        case c.RecordFailure():
            return results.failure(incident, command, now, journal)
        case c.TellOutage():
            return outages.told(incident, command)
        case c.LookAtMessages():
            return messages.look(incident, command)
        case c.SeeMessage():
            return messages.see(incident, command, policy, journal, now)
        case c.AddMessage():
            return messages.add(incident, command, policy, journal)
        case c.RecordFile():
            return messages.file(incident, command, journal, now)
        case _:
            assert_never(command)


def _known(incident: Incident) -> Incident:
    """The incident of an alert; Refusal when the alert belongs to none of ours."""
    if not incident.exists:
        raise Refusal("No incident of ours has this alert.")
    return incident
