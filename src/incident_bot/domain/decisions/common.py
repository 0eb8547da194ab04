"""What several decisions need: the numbers of new entries, and the jobs that keep Slack in step."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain.decision import (
    Decision,
    JobKind,
    NewJob,
    Refusal,
    Sentence,
    lines,
    to_json,
)
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.people import Actor, Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Status

BOOKMARKED_ALERTS = 5
"""Of an incident's alerts, the first so many get a bookmark: a Slack channel holds 100, and takes
20 a minute."""


def moment(command: c.Command, now: datetime) -> datetime:
    """When it happened: the command's own time, never later than now."""
    return min(command.at, now) if command.at is not None else now


def must_exist(incident: Incident) -> None:
    """Refusal when there is no incident to act on."""
    if not incident.exists:
        raise Refusal("There is no such incident. See the open ones with `/incident list`.")


def must_not_be_cancelled(incident: Incident, policy: Policy) -> None:
    """Refusal for what makes no sense in a cancelled incident."""
    must_exist(incident)
    if incident.status is Status.CANCELLED:
        name = policy.status_name(incident.status)
        raise Refusal(
            f"{incident.ref} was {name}. If it is an incident after all: `/incident reopen`."
        )


def say(
    ref: str,
    seq: int,
    sentence: Sentence,
    *,
    part: str = "",
    buttons: Sequence[Mapping[str, str]] = (),
) -> NewJob:
    """A message of the bot's own in the war room. One for each entry, or name the `part`.

    A button has `action`, `label`, `value` and maybe `style`."""
    return NewJob(
        kind=JobKind.SAY,
        key=f"{ref}/say/{seq}{'/' + part if part else ''}",
        args={"sentence": to_json(sentence), "buttons": [dict(button) for button in buttons]},
        lane=f"{ref}/say",
        after=(room_key(ref),),
    )


def for_the_room(incident: Incident, decision: Decision) -> Sequence[Sentence]:
    """What the room of an incident that was there before may read of the reply."""
    reply = decision.reply
    if not (incident.exists and decision.entries and reply is not None and reply.public):
        return ()
    return (reply.sentence,)


def told_aloud(incident: Incident, actor: Actor, sentences: Sequence[Sentence]) -> NewJob:
    """A message with it in the room of the incident (as it is now), by the name of whoever asked:
    it was asked where the room does not see it."""
    who: Sentence = (actor.person, ": ") if actor.person else ()
    return say(incident.ref, incident.last_seq, (*who, *lines(sentences)), part="reply")


def invite(
    ref: str,
    seq: int,
    people: tuple[Person, ...] = (),
    escalation_policy_id: str | None = None,
) -> NewJob:
    """Invite people; with nobody named, the first on-call of the escalation policy."""
    return NewJob(
        kind=JobKind.INVITE,
        key=f"{ref}/invite/{seq}",
        args={
            "slack_ids": [p.slack_id for p in people if p.slack_id],
            "pagerduty_ids": [
                {"id": p.pagerduty_id, "name": p.name}
                for p in people
                if p.pagerduty_id and not p.slack_id
            ],
            "escalation_policy_id": escalation_policy_id,
        },
        after=(room_key(ref),),
        urgent=True,
    )


def invite_named(ref: str, named: tuple[str, ...]) -> tuple[NewJob, ...]:
    """Invite whom a route or a type names, in a job of its own: to find out who is in a group may
    take long, and the others wait for nobody."""
    if not named:
        return ()
    return (
        NewJob(
            kind=JobKind.INVITE,
            key=f"{ref}/invite/route",
            args={"named": list(named)},
            after=(room_key(ref),),
            urgent=True,
        ),
    )


def invite_newcomer(incident: Incident, seq: int, person: Person | None) -> tuple[NewJob, ...]:
    """An invitation, unless there is nobody to invite or they were invited already."""
    if person is None or not (person.slack_id or person.pagerduty_id):
        return ()
    if any(person.is_same(p) for p in incident.invited):
        return ()
    return (invite(incident.ref, seq, (person,)),)


def refresh(
    incident: Incident, seq: int, *, headline: bool = False, calm: bool = False
) -> tuple[NewJob, ...]:
    """Bring the summary up to entry `seq`, and the line of further alerts where there is one.

    `headline`: topic and announcement too. `calm`: many such come in a storm of alerts, so one may
    wait a few seconds for the next and be done with it in one edit.
    """
    ref = incident.ref
    args = {"seq": seq, "calm": True} if calm else {"seq": seq}
    jobs = [
        NewJob(
            kind=JobKind.UPDATE_SUMMARY,
            key=f"{ref}/summary/{seq}",
            args=args,
            lane=f"{ref}/summary",
            after=(f"{ref}/summary",),
        )
    ]
    if len(incident.alerts) > 1:
        jobs += further_alerts(ref, seq, args)
    if headline:
        jobs.append(
            NewJob(
                kind=JobKind.SET_TOPIC,
                key=f"{ref}/topic/{seq}",
                args={"seq": seq},
                lane=f"{ref}/topic",
                after=(room_key(ref),),
            )
        )
        if not incident.private:
            jobs.append(
                NewJob(
                    kind=JobKind.UPDATE_ANNOUNCEMENT,
                    key=f"{ref}/announce/{seq}",
                    args={"seq": seq},
                    lane=f"{ref}/announce",
                    after=(f"{ref}/announce",),
                )
            )
    return tuple(jobs)


def further_alerts(ref: str, seq: int, args: Mapping[str, object]) -> tuple[NewJob, ...]:
    """The one message about the alerts that joined: posted once (its key is the same each time),
    and then brought up to entry `seq`."""
    key = f"{ref}/alerts"
    return (
        NewJob(kind=JobKind.POST_ALERTS, key=key, lane=key, after=(room_key(ref),)),
        NewJob(kind=JobKind.UPDATE_ALERTS, key=f"{key}/{seq}", args=args, lane=key, after=(key,)),
    )


def bookmark(ref: str, seq: int, title: str, link: str | None) -> tuple[NewJob, ...]:
    """A bookmark in the war room, if there is a link to keep."""
    if not link:
        return ()
    return (
        NewJob(
            kind=JobKind.ADD_BOOKMARK,
            key=f"{ref}/bookmark/{seq}",
            args={"title": title, "link": link},
            after=(room_key(ref),),
        ),
    )


def document(ref: str, kind: str, seq: int, now: datetime, *, newer: bool = False) -> NewJob:
    """Bring a document into the room as a file; every request is a delivery of its own. `newer`:
    only if the draft that is there lacks something that was written."""
    job = JobKind.DELIVER_POSTMORTEM if kind == "postmortem" else JobKind.DELIVER_TIMELINE
    return NewJob(
        kind=job,
        key=f"{ref}/{kind}/{seq}/{int(now.timestamp() * 1000)}",
        args={"seq": seq, "newer": True} if newer else {"seq": seq},
        lane=f"{ref}/files",
        after=(room_key(ref),),
    )


def duration_words(seconds: float) -> str:
    """`45 minutes`, `2 h 5 min`, `1 d 3 h`: rounded down to minutes, for people in the room."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes != 1 else ''}"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"
