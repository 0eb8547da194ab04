"""Updates for stakeholders: in the room, under the announcement, and when the next one is due."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Reply, Sentence
from incident_bot.domain.decisions.common import moment, must_exist, refresh
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import next_update_due


def update(incident: Incident, command: c.PostUpdate, policy: Policy, now: datetime) -> Decision:
    """An entry, the last update of the summary, and a reply under the announcement.

    The answer is the room's message; where the room does not see it, it is told (`aloud`).
    """
    must_exist(incident)
    at, seq = moment(command, now), incident.last_seq + 1
    body = e.Updated(text=command.text, details=command.details)
    due = next_update_due(incident.model_copy(update={"last_update_at": at}), policy)
    following: Sentence = ("\nThe next update is due ", due, ".") if due is not None else ()
    jobs = refresh(incident, seq, headline=True)
    if not incident.private:
        person = command.actor.person
        said = {
            **_shown(body, at),
            "by": person.model_dump(mode="json") if person else None,
            "next": due.isoformat() if due is not None else None,
        }
        jobs += (_job(incident.ref, seq, said),)
    return Decision(
        entries=(NewEntry(body, at),),
        jobs=jobs,
        reply=Reply((f"Update #{seq}, ", at, f": {command.text}", *following)),
    )


def changed(
    incident: Incident, number: int, seq: int, body: e.Updated | None, at: datetime
) -> tuple[NewJob, ...]:
    """What was posted of update `number` is put right by entry `seq`; None: it is withdrawn."""
    if incident.private:
        return ()
    ref = incident.ref
    return (
        NewJob(
            kind=JobKind.EDIT_UPDATE,
            key=f"{update_key(ref, number)}/{seq}",
            args={"posted": update_key(ref, number), **(_shown(body, at) if body else {})},
            lane=f"{ref}/updates",
        ),
    )


def update_key(ref: str, number: int) -> str:
    """The key of the job that posts the update of this number."""
    return f"{ref}/update/{number}"


def _job(ref: str, seq: int, said: dict[str, str | dict[str, str] | None]) -> NewJob:
    return NewJob(
        kind=JobKind.POST_UPDATE,
        key=update_key(ref, seq),
        args=said,
        lane=f"{ref}/updates",
        after=(f"{ref}/announce",),
    )


def _shown(body: e.Updated, at: datetime) -> dict[str, str | dict[str, str] | None]:
    return {"text": body.text, "details": body.details, "at": at.isoformat()}
