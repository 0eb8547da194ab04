"""Words for one person: the jobs that send them, and keep them current.

`view` names what is told (`slack/views/direct.py`); the rest of the args is for that view.
"""

from dataclasses import replace

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.domain.handover import Offer, had
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Role


def tell(ref: str, key: str, person: Person, view: str, **args: object) -> tuple[NewJob, ...]:
    """A direct message, behind the room and never urgent; none to somebody without an account."""
    if not (person.slack_id or person.pagerduty_id):
        return ()
    job = NewJob(
        kind=JobKind.TELL_PERSON,
        key=key,
        args={**_who(person), "view": view, **args},
        lane=key,
        after=(room_key(ref),),
    )
    return (job,)


def update(key: str, seq: int, person: Person, view: str, **args: object) -> NewJob:
    """Show in the message of the job `key` how it stands after entry `seq`."""
    return NewJob(
        kind=JobKind.UPDATE_TOLD,
        key=f"{key}/{seq}",
        args={"told": key, **_who(person), "view": view, **args},
        lane=key,
        after=(key,),
    )


def duties(incident: Incident, seq: int, role: Role, holder: Person | None) -> tuple[NewJob, ...]:
    """What the role does first, told to who gets it for the first time, while it is not over."""
    if holder is None or not role.duties or incident.is_over:
        return ()
    if had(incident.held, role.key, holder):
        return ()
    key = f"{incident.ref}/duties/{role.key}/{seq}"
    return tell(incident.ref, key, holder, "duties", role=role.key)


def brief(incident: Incident, seq: int, role: Role, person: Person) -> tuple[NewJob, ...]:
    """All that somebody has to know to take the role over, with the two answers."""
    first = not had(incident.held, role.key, person)
    args = {"role": role.key, "offer": seq, "first": first}
    return tell(incident.ref, brief_key(incident.ref, seq), person, "handover", **args)


def no_room(incident: Incident) -> tuple[NewJob, ...]:
    """Who opened the incident hears that its war room could not be opened. It waits for no room."""
    if incident.opened_by is None:
        return ()
    told = tell(incident.ref, f"{incident.ref}/no-room", incident.opened_by, "no_room")
    return tuple(replace(job, after=()) for job in told)


def answered(incident: Incident, role: str, seq: int) -> tuple[NewJob, ...]:
    """The brief of the open offer for this role, if there is one, loses its buttons."""
    offer = incident.offers.get(role)
    return () if offer is None else (_closed(incident, role, offer, seq),)


def all_answered(incident: Incident, seq: int) -> tuple[NewJob, ...]:
    """The same for every open offer."""
    return tuple(_closed(incident, role, offer, seq) for role, offer in incident.offers.items())


def _closed(incident: Incident, role: str, offer: Offer, seq: int) -> NewJob:
    first = not had(incident.held, role, offer.to)
    args = {"role": role, "offer": offer.seq, "first": first}
    return update(brief_key(incident.ref, offer.seq), seq, offer.to, "handover", **args)


def _who(person: Person) -> dict[str, object]:
    return {
        "slack_id": person.slack_id,
        "pagerduty_id": person.pagerduty_id,
        "name": person.name,
    }


def brief_key(ref: str, seq: int) -> str:
    """The key of the job that tells of the offer with this number."""
    return f"{ref}/handover/{seq}"
