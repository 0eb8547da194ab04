"""A declaration taken back: it was a slip, and nobody has worked on it yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions.common import must_exist, refresh, say
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Status

WITHIN = timedelta(minutes=10)
"""After that an incident has been seen by others: it is cancelled, with a reason."""

TEXT = "Declared by mistake"
TOLD = "declared {ref} by mistake and took it back. This room is being archived."


def undo(
    incident: Incident,
    command: c.Undo,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """Cancel it and archive its room. Refusal, with the other way, when it is more than a slip."""
    must_exist(incident)
    ref = incident.ref
    if incident.is_over:
        raise Refusal(f"{ref} is {policy.status_name(incident.status)} already.")
    if (why := _more_than_a_slip(incident, command, journal, now)) is not None:
        raise Refusal(f"{why} If it was no incident: `/incident {ref} cancel WHY`.")
    seq = incident.last_seq + 1
    told = say(ref, seq, (command.actor.person or "Somebody", f" {TOLD.format(ref=ref)}"))
    return Decision(
        entries=(NewEntry(e.StatusChanged(status=Status.CANCELLED, text=TEXT), now),),
        jobs=(
            *refresh(incident, seq, headline=True),
            told,
            # After what else is under way in the room: an archived one takes no more.
            archive(ref, seq, (f"{ref}/summary/{seq}", told.key, f"{ref}/pin", f"{ref}/invite/1")),
        ),
        reply=Reply(
            (f"Undone: {ref} is cancelled, and its war room is being archived.",), public=False
        ),
    )


def archive(ref: str, seq: int, after: Sequence[str] = ()) -> NewJob:
    """Archive the war room, once it is there and the jobs of the keys `after` are done."""
    return NewJob(
        kind=JobKind.ARCHIVE_ROOM,
        key=f"{ref}/archive/{seq}",
        lane=f"{ref}/archive",
        after=(room_key(ref), *after),
    )


def _more_than_a_slip(
    incident: Incident, command: c.Undo, journal: Sequence[e.Entry], now: datetime
) -> str | None:
    """Why it stands, as a sentence; None for what may be undone."""
    opened, later = journal[0], journal[1:]
    person, ref = command.actor.person, incident.ref
    if person is None or not person.is_surely(opened.actor.person):
        return f"Only whoever declared {ref} can take it back."
    if incident.alerts or any(entry.actor.kind == "person" for entry in later):
        return f"There is work in {ref} already, so it is not undone with a click."
    if now - opened.recorded_at > WITHIN:
        minutes = WITHIN.seconds // 60
        return f"{ref} was declared more than {minutes} minutes ago, too long for an undo."
    return None
