"""The war room itself: who wants in, and whose topic it has."""

from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions.common import invite, moment, must_exist, say
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.people import Person

RESTORE = "Show the status in the topic"
NOT_YET = "The war room is just being opened: try again in a moment."
LEFT = (
    " wrote a topic for this room, so I leave it as it is. Severity, status and IC stand in the "
    "pinned summary."
)


def join(incident: Incident, command: c.JoinRoom) -> Decision:
    """An invitation, by the same job as every other. A private incident is not there to be seen."""
    must_exist(incident)
    person = command.actor.person
    if incident.private:
        raise Refusal("There is no such incident. See the open ones with `/incident list`.")
    if incident.room is None:
        raise Refusal(incident.room_problem or NOT_YET)
    if person is None or any(person.is_surely(known) for known in incident.invited):
        return Decision(reply=Reply((f"The war room of {incident.ref}:",), public=False))
    # What was refused is an entry: who presses again after it is invited again.
    key = f"{incident.ref}/invite/join/{person.slack_id}/{incident.last_seq}"
    asked = invite(incident.ref, 0, (person,))
    job = NewJob(asked.kind, key, asked.args, asked.lane, asked.after, asked.urgent)
    words = f"You are being invited to the war room of {incident.ref}:"
    return Decision(jobs=(job,), reply=Reply((words,), public=False))


def membership(incident: Incident, command: c.RecordMembership, now: datetime) -> Decision:
    """Who is in a private room knows of the incident everywhere, and who left it does not. Slack
    may tell late that somebody came: who left after that stays out."""
    person, at = command.person, moment(command, now)
    if not incident.private or person.slack_id is None:
        return Decision()
    left = incident.left.get(person.slack_id)
    if command.here:
        known = any(person.is_surely(p) for p in (*incident.invited, *incident.came))
        if (known and left is None) or (left is not None and left >= at):
            return Decision()
    elif left is not None:
        return Decision()
    body = e.MembershipChanged(person=person, here=command.here)
    return Decision(entries=(NewEntry(body, at),))


def topic_left(incident: Incident, command: c.RecordTopic, now: datetime) -> Decision:
    """A person's topic stays. Of each the room is told once, with a button that puts ours back."""
    if incident.topic is not None and incident.topic.is_that(command.by, command.written):
        return Decision()
    seq, by = incident.last_seq + 1, Person(name="Somebody", slack_id=command.by or None)
    button = {"action": "restore_topic", "label": RESTORE, "value": incident.ref}
    return Decision(
        entries=(NewEntry(e.TopicLeft(by=by, written=command.written), moment(command, now)),),
        jobs=(say(incident.ref, seq, (by, LEFT), buttons=(button,)),),
    )


def restore_topic(incident: Incident, command: c.RestoreTopic, now: datetime) -> Decision:
    """Ours takes its place, and is kept current until a person writes another."""
    must_exist(incident)
    if incident.topic is None or incident.topic.yields:
        raise Refusal("The topic is kept current already.")
    seq = incident.last_seq + 1
    job = NewJob(
        kind=JobKind.SET_TOPIC,
        key=f"{incident.ref}/topic/{seq}",
        args={"seq": seq},
        lane=f"{incident.ref}/topic",
        after=(room_key(incident.ref),),
    )
    return Decision(
        entries=(NewEntry(e.TopicRestored(), moment(command, now)),),
        jobs=(job,),
        reply=Reply(("The topic will show severity, status and IC again.",)),
    )
