"""What runners report: only what Slack and PagerDuty confirmed."""

from datetime import datetime
from typing import Literal

from incident_bot.domain.commands.base import Asking
from incident_bot.domain.people import Person


class RecordRoom(Asking):
    """A runner says: the channel exists."""

    channel_id: str
    name: str


class RecordInvitation(Asking):
    """A runner says: Slack confirmed these, and refused those with a sentence each."""

    people: tuple[Person, ...]
    failed: tuple[str, ...] = ()


class RecordPagerDuty(Asking):
    """A runner says: PagerDuty confirmed the write."""

    alert_id: str
    what: Literal["resolved", "acknowledged", "note"]


class RecordArchive(Asking):
    """A runner says: the war room is archived."""

    channel_id: str


class RecordUnarchive(Asking):
    """The war room is open again: somebody has seen to it in Slack."""

    channel_id: str


class RecordDelivery(Asking):
    """A runner says: the draft is in the room. `seq`: the last entry that it was written from."""

    file_id: str
    name: str
    seq: int = 0


class RecordMembership(Asking):
    """Slack says: the person came into the war room, or (`here` False) left it."""

    person: Person
    here: bool


class RecordTopic(Asking):
    """A runner says: a person (`by`, a Slack id) wrote the room's topic at `written` (aware UTC).
    It was left as it is."""

    by: str
    written: datetime


class TellOutage(Asking):
    """PagerDuty has not answered since then (aware UTC), and the room should know. `waiting`: the
    keys of the incident's unfinished jobs, oldest first."""

    since: datetime
    waiting: tuple[str, ...]


class RecordFailure(Asking):
    """A runner says: this job is given up. `sentence` is for people, with a way forward."""

    job: str
    kind: str
    sentence: str
