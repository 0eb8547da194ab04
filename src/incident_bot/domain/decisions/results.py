"""What runners report: only what Slack and PagerDuty confirmed becomes an entry."""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob
from incident_bot.domain.decisions import telling
from incident_bot.domain.decisions.common import document, moment, refresh, say
from incident_bot.domain.incident import Incident
from incident_bot.domain.words import AlertStatus

_SILENT = {JobKind.SAY, JobKind.CREATE_ROOM, JobKind.ANNOUNCE_ALERT}
"""Kinds whose failure cannot be told in the room: it is what failed, or there is no room."""


_KEEPS_IN_STEP = {
    JobKind.SET_TOPIC,
    JobKind.UPDATE_SUMMARY,
    JobKind.UPDATE_ANNOUNCEMENT,
    JobKind.UPDATE_ALERTS,
    JobKind.UPDATE_QUESTION,
    JobKind.LOOK_AT_MESSAGE,
    JobKind.FETCH_FILE,
    JobKind.CATCH_UP,
}
"""Kinds that come again at every change: the same failure of theirs is told once."""

_FOR_EACH_ALERT = {
    JobKind.PAGERDUTY_RESOLVE,
    JobKind.PAGERDUTY_ACKNOWLEDGE,
    JobKind.PAGERDUTY_NOTE,
}
"""Kinds that are asked for of every alert at once: the same failure is told once for a request,
whose number ends the job's key."""

TOLD_ONCE = _KEEPS_IN_STEP | _FOR_EACH_ALERT
"""Kinds whose failure is looked for in the journal before the room is told."""


def room(incident: Incident, command: c.RecordRoom, now: datetime) -> Decision:
    """The channel exists."""
    if incident.room is not None:
        return Decision()
    body = e.RoomOpened(channel_id=command.channel_id, name=command.name)
    return Decision(entries=(NewEntry(body, moment(command, now)),))


def invitation(incident: Incident, command: c.RecordInvitation, now: datetime) -> Decision:
    """Slack confirmed some; who could not be invited is named in the room.

    Several invitations may name the same person: each is recorded once.
    """
    new = tuple(p for p in command.people if not any(p.is_same(q) for q in incident.invited))
    if not new and not command.failed:
        return Decision()
    seq = incident.last_seq + 1
    body = e.PeopleInvited(people=new, failed=command.failed)
    jobs = tuple(
        say(incident.ref, seq, (words,), part=str(n)) for n, words in enumerate(command.failed)
    )
    return Decision(entries=(NewEntry(body, moment(command, now)),), jobs=jobs)


def pagerduty(incident: Incident, command: c.RecordPagerDuty, now: datetime) -> Decision:
    """PagerDuty confirmed; the room is told when an alert was resolved or acknowledged."""
    seq = incident.last_seq + 1
    body = e.PagerDutyWritten(alert_id=command.alert_id, what=command.what)
    entries = (NewEntry(body, moment(command, now)),)
    if command.what == "note":
        return Decision(entries)
    jobs = refresh(incident, seq, calm=True)
    return Decision(entries, (*_confirmed(incident, command, seq), *jobs))


def _confirmed(incident: Incident, command: c.RecordPagerDuty, seq: int) -> tuple[NewJob, ...]:
    """One alert is told of by its title; of several, the last one that was waited for tells all."""
    ref, alerts = incident.ref, incident.alerts
    if len(alerts) < 2:
        alert = alerts.get(command.alert_id)
        title = alert.title if alert else command.alert_id
        return (say(ref, seq, (f"PagerDuty confirmed: alert {command.what}: {title}",)),)
    waiting = (
        alert.alert_id
        for alert in incident.open_alerts
        if command.what == "resolved" or alert.status is AlertStatus.TRIGGERED
    )
    if any(alert_id != command.alert_id for alert_id in waiting):
        return ()
    if command.what == "resolved":
        words = f"PagerDuty confirmed: all {len(alerts)} alerts of {ref} are resolved."
    else:
        words = f"PagerDuty confirmed: every open alert of {ref} is acknowledged."
    asked_in = incident.current.get(f"milestone/{command.what}", seq)
    return (say(ref, asked_in, (words,), part=f"all-{command.what}"),)


def archived(incident: Incident, command: c.RecordArchive, now: datetime) -> Decision:
    """The room is archived: nothing more is said there."""
    if incident.room_archived:
        return Decision()
    return Decision(entries=(NewEntry(e.RoomArchived(channel_id=command.channel_id), now),))


def unarchived(incident: Incident, command: c.RecordUnarchive, now: datetime) -> Decision:
    """The room is open again: it shows how things stand by now."""
    if not incident.room_archived:
        return Decision()
    return Decision(
        entries=(NewEntry(e.RoomUnarchived(channel_id=command.channel_id), now),),
        jobs=refresh(incident, incident.last_seq + 1, headline=True),
    )


def delivery(
    incident: Incident, command: c.RecordDelivery, journal: Sequence[e.Entry], now: datetime
) -> Decision:
    """The draft is in the room: the one before has to go. What was blanked while this one was on
    its way may stand in it, so another one follows."""
    before = incident.papers.draft
    if before is not None and before.file_id == command.file_id:
        return Decision()
    ref, seq = incident.ref, incident.last_seq + 1
    body = e.PostmortemDelivered(file_id=command.file_id, name=command.name, seq=command.seq)
    jobs = []
    if before is not None:
        retired = {"file": before.file_id, "number": before.number}
        jobs.append(
            NewJob(
                kind=JobKind.RETIRE_DRAFT,
                key=f"{ref}/draft/{before.file_id}",
                args=retired,
                lane=f"{ref}/files",
            )
        )
    if any(isinstance(entry.body, e.Redacted) and entry.seq > command.seq for entry in journal):
        jobs.append(document(ref, "postmortem", seq, now))
    return Decision(entries=(NewEntry(body, moment(command, now)),), jobs=tuple(jobs))


def failure(
    incident: Incident, command: c.RecordFailure, now: datetime, journal: Sequence[e.Entry]
) -> Decision:
    """A job was given up: an entry, and a sentence in the room with a way forward. That there is
    no room is told to who opened the incident, in private."""
    seq = incident.last_seq + 1
    body = e.EffectFailed(job=command.job, sentence=command.sentence)
    told = command.kind in TOLD_ONCE and any(
        isinstance(entry.body, e.EffectFailed) and _is_same_trouble(entry.body, command)
        for entry in journal
    )
    silent = told or command.kind in _SILENT
    jobs: tuple[NewJob, ...] = ()
    if not silent:
        jobs = (say(incident.ref, seq, (command.sentence,)),)
    if command.kind == JobKind.CREATE_ROOM and incident.room is None:
        jobs = telling.no_room(incident)
    return Decision(entries=(NewEntry(body, moment(command, now)),), jobs=jobs)


def _is_same_trouble(before: e.EffectFailed, command: c.RecordFailure) -> bool:
    """The same words; for what is asked of every alert, of the same request: its key ends with
    what was asked for and the number of the entry that asked."""
    of_one_request = before.job.split("/")[-2:] == command.job.split("/")[-2:]
    return before.sentence == command.sentence and (
        command.kind in _KEEPS_IN_STEP or of_one_request
    )
