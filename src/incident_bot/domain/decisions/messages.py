"""Messages of the war room on the timeline: put there, followed as Slack has them, and taken off.

Each look brings the line to what Slack says, so that events may come in any order, twice, or not
at all. What people did here holds against Slack: a line that was put right keeps its words, one
that was retracted comes back only when somebody asks for it anew, and one that was blanked never.
"""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import (
    Attachment,
    Decision,
    JobKind,
    NewEntry,
    NewJob,
    Refusal,
    Reply,
)
from incident_bot.domain.decisions.common import must_exist
from incident_bot.domain.incident import Incident, room_key
from incident_bot.domain.journal import versions
from incident_bot.domain.messages import MessageSeen, SlackMessage, Way, subject_of
from incident_bot.domain.people import Actor, Person, by
from incident_bot.domain.permissions import may_log
from incident_bot.domain.policy import Policy

EDITED = "edited in Slack"
UNPINNED = "the reaction was taken away in Slack"
DELETED = "deleted in Slack"
AGAIN = "put onto the timeline again"


def look(incident: Incident, command: c.LookAtMessages) -> Decision:
    """Have somebody look at these messages; those of another channel are none of ours."""
    room = incident.room
    if room is None or room.channel_id != command.channel_id:
        return Decision()
    jobs = tuple(
        _look(incident, ts, f"{command.key}/{ts}", command.asked_at, command.left_by)
        for ts in command.ts
    )
    return Decision(jobs=jobs)


def _look(
    incident: Incident,
    ts: str,
    occasion: str,
    asked_at: datetime | None = None,
    left_by: str | None = None,
) -> NewJob:
    args = {"ts": ts}
    if asked_at is not None:
        args["asked_at"] = asked_at.isoformat()
    if left_by is not None:
        args["left_by"] = left_by
    return NewJob(
        kind=JobKind.LOOK_AT_MESSAGE,
        key=f"{incident.ref}/look/{occasion}",
        args=args,
        lane=lane(incident.ref, ts),
        after=(room_key(incident.ref),),
    )


def lane(ref: str, ts: str) -> str:
    """Looks at one message come one after another."""
    return f"{ref}/message/{ts}"


def see(
    incident: Incident,
    command: c.SeeMessage,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """Bring the line to how the message stands in Slack; nothing when it says that already."""
    found, seen = _versions(journal, command.channel_id, command.ts), command.seen
    last = found[-1] if found else None
    if last is None or not isinstance(last.body, e.Logged) or last.body.message is None:
        return (
            Decision() if seen is None else _wanted(incident, command, seen, policy, journal, found)
        )
    if seen is None:
        return _off(found, e.Retracted(target=0, text=DELETED, slack="deleted"), now, None)
    if not seen.pinned_by and last.body.message.way == "reaction":
        gone = e.Retracted(target=0, text=UNPINNED, slack="unpinned")
        return _off(found, gone, now, by(command.left_by) if command.left_by else None)
    return _followed(incident, seen, policy, journal, found, last.body.message)


def _wanted(
    incident: Incident,
    command: c.SeeMessage,
    seen: MessageSeen,
    policy: Policy,
    journal: Sequence[e.Entry],
    found: Sequence[e.Entry],
) -> Decision:
    """Onto the timeline, if somebody who may has the reaction on it."""
    who = next((p for p in seen.pinned_by if _may(incident, p, command, policy)), None)
    if who is None or any(version.redacted for version in found):
        return Decision()
    last = found[-1] if found else None
    if last is not None and isinstance(last.body, e.Retracted) and last.body.slack is None:
        anew = command.asked_at is not None and command.asked_at > last.recorded_at
        if not anew:
            return Decision()
    return _onto(incident, command, seen, policy, journal, found, "reaction", by(who))


def _may(incident: Incident, person: Person, command: c.SeeMessage, policy: Policy) -> bool:
    groups = command.standings.get(person.slack_id or "", {})
    return may_log(incident, person, groups, policy)


def _onto(
    incident: Incident,
    command: c.SeeMessage | c.AddMessage,
    seen: MessageSeen,
    policy: Policy,
    journal: Sequence[e.Entry],
    found: Sequence[e.Entry],
    way: Way,
    actor: Actor,
) -> Decision:
    """A new line; one that was taken off comes back under its number, as it was put right here."""
    seq = incident.last_seq + 1
    message = SlackMessage(
        channel_id=command.channel_id,
        ts=command.ts,
        author=seen.author,
        permalink=seen.permalink,
        way=way,
        files=seen.files,
        version=seen.version,
    )
    body, at = e.Logged(headline=seen.headline, details=seen.details, message=message), seen.at
    for each in found:
        old = each.body
        if isinstance(old, e.Logged) and old.message is not None and old.message.mended:
            kept = old.message.model_copy(update={"way": way})
            body, at = old.model_copy(update={"message": kept}), each.occurred_at
    new = NewEntry(body, at)
    if found:
        new = NewEntry(body, at, supersedes=found[-1].seq, reason=AGAIN)
    number = found[0].seq if found else seq
    jobs = _fetches(incident, number, seq, body, policy, _kept(journal, number))
    return Decision(entries=(new,), jobs=jobs, actor=actor)


def _followed(
    incident: Incident,
    seen: MessageSeen,
    policy: Policy,
    journal: Sequence[e.Entry],
    found: Sequence[e.Entry],
    message: SlackMessage,
) -> Decision:
    """What was changed in Slack, unless somebody has put the line right here or blanked it."""
    last = found[-1]
    if message.mended or message.version == seen.version or any(each.redacted for each in found):
        return Decision()
    message = message.model_copy(update={"files": seen.files, "version": seen.version})
    body = e.Logged(headline=seen.headline, details=seen.details, message=message)
    editor = seen.edited_by or (seen.author if seen.author.slack_id else None)
    new = NewEntry(body, last.occurred_at, supersedes=last.seq, reason=EDITED)
    number, seq = found[0].seq, incident.last_seq + 1
    jobs = _fetches(incident, number, seq, body, policy, _kept(journal, number))
    return Decision(entries=(new,), jobs=jobs, actor=by(editor) if editor else None)


def _off(
    found: Sequence[e.Entry], body: e.Retracted, now: datetime, actor: Actor | None
) -> Decision:
    body = body.model_copy(update={"target": found[0].seq})
    new = NewEntry(body, now, supersedes=found[-1].seq, reason=body.text)
    return Decision(entries=(new,), actor=actor)


def add(
    incident: Incident,
    command: c.AddMessage,
    policy: Policy,
    journal: Sequence[e.Entry],
) -> Decision:
    """The shortcut: the line at once, from what Slack sent along; a look follows."""
    must_exist(incident)
    found = _versions(journal, command.channel_id, command.ts)
    if any(version.redacted for version in found):
        raise Refusal(
            f"#{found[0].seq} was that message and is blanked for good, so it is not added again. "
            "What may be told of it: `/incident log 14:20 what happened`"
        )
    if found and isinstance(body := found[-1].body, e.Logged):
        at = found[-1].occurred_at
        reply = (f"On the timeline already, as #{found[0].seq}, ", at, f": {body.headline}")
        return Decision(reply=Reply(reply, public=False))
    onto = _onto(incident, command, command.seen, policy, journal, found, "shortcut", command.actor)
    number = found[0].seq if found else incident.last_seq + 1
    new = onto.entries[0]
    words = new.body.headline if isinstance(new.body, e.Logged) else ""
    reply = (f"On the timeline now, as #{number}, ", new.occurred_at, f": {words}")
    jobs = (*onto.jobs, _look(incident, command.ts, str(incident.last_seq + 1)))
    return Decision(onto.entries, jobs, Reply(reply, public=False))


def file(
    incident: Incident, command: c.RecordFile, journal: Sequence[e.Entry], now: datetime
) -> Decision:
    """A file's content is here. Not kept when its message has left the timeline meanwhile."""
    found, file = versions(journal, command.of), command.file
    if not found or any(version.redacted for version in found):
        return Decision()
    body = found[-1].body
    if not isinstance(body, e.Logged) or body.message is None:
        return Decision()
    wanted = any(file.file_id == each.file_id for each in body.message.files)
    if not wanted or file.file_id in _kept(journal, found[0].seq):
        return Decision()
    size = len(command.content)
    kept = e.FileKept(
        file_id=file.file_id,
        name=file.name,
        mimetype=file.mimetype,
        size=size,
        sha256=command.sha256,
        of=found[0].seq,
    )
    content = Attachment(
        file.file_id, file.name, file.mimetype, size, command.sha256, command.content
    )
    return Decision(entries=(NewEntry(kept, now),), keep=(content,))


def _kept(journal: Sequence[e.Entry], number: int) -> frozenset[str]:
    """The files of a line that are here already, and those that were blanked: they stay away."""
    return frozenset(
        entry.body.file_id
        for entry in journal
        if isinstance(entry.body, e.FileKept) and (entry.body.of == number or entry.redacted)
    )


def _fetches(
    incident: Incident,
    number: int,
    seq: int,
    body: e.Logged,
    policy: Policy,
    kept: frozenset[str],
) -> tuple[NewJob, ...]:
    """The files of a line that are to be fetched: its own number, and that of this version."""
    files, rules = body.message.files if body.message else (), policy.files
    return tuple(
        NewJob(
            kind=JobKind.FETCH_FILE,
            key=f"{incident.ref}/file/{seq}/{file.file_id}",
            args={"of": number, "file_id": file.file_id},
        )
        for file in files
        if rules.keep and file.url and file.size <= rules.max_bytes and file.file_id not in kept
    )


def _versions(journal: Sequence[e.Entry], channel_id: str, ts: str) -> list[e.Entry]:
    """Every version of the line that this message is, or was; empty when it never was one."""
    subject = subject_of(channel_id, ts)
    for entry in journal:
        body = entry.body
        if isinstance(body, e.Logged) and body.message and body.message.subject == subject:
            return versions(journal, entry.seq)
    return []
