"""What runners report: only what Slack and PagerDuty confirmed becomes an entry."""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, Sentence
from incident_bot.domain.decisions.common import moment, refresh, say
from incident_bot.domain.incident import Incident

_SILENT = {JobKind.SAY, JobKind.CREATE_ROOM, JobKind.ANNOUNCE_ALERT}
"""Kinds whose failure cannot be told in the room: it is what failed, or there is no room."""


KEEPS_IN_STEP = {JobKind.SET_TOPIC, JobKind.UPDATE_SUMMARY, JobKind.UPDATE_ANNOUNCEMENT}
"""Kinds that come again at every change: the same failure of theirs is told once."""


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
    alert = incident.alerts.get(command.alert_id)
    title = alert.title if alert else command.alert_id
    words: Sentence = (f"PagerDuty confirmed: alert {command.what}: {title}",)
    return Decision(entries, (say(incident.ref, seq, words), *refresh(incident, seq)))


def delivery(incident: Incident, command: c.RecordDelivery, now: datetime) -> Decision:
    """The draft is in the room."""
    body = e.PostmortemDelivered(file_id=command.file_id, name=command.name)
    return Decision(entries=(NewEntry(body, moment(command, now)),))


def failure(
    incident: Incident, command: c.RecordFailure, now: datetime, journal: Sequence[e.Entry]
) -> Decision:
    """A job was given up: an entry, and a sentence in the room with a way forward."""
    seq = incident.last_seq + 1
    body = e.EffectFailed(job=command.job, sentence=command.sentence)
    told = command.kind in KEEPS_IN_STEP and any(
        isinstance(entry.body, e.EffectFailed) and entry.body.sentence == command.sentence
        for entry in journal
    )
    silent = told or command.kind in _SILENT
    jobs = () if silent else (say(incident.ref, seq, (command.sentence,)),)
    return Decision(entries=(NewEntry(body, moment(command, now)),), jobs=jobs)
