"""The timeline: log, edit, retract, redact. Nothing is changed or lost, but for redaction."""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, NewEntry, Refusal, Reply
from incident_bot.domain.decisions.common import moment, must_exist, refresh
from incident_bot.domain.decisions.updates import changed
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import versions
from incident_bot.domain.permissions import may_correct
from incident_bot.domain.policy import Policy

EDITABLE = (
    e.Opened,
    e.RoleAssigned,
    e.SeverityChanged,
    e.StatusChanged,
    e.MilestoneSet,
    e.Logged,
    e.Updated,
    e.ImpactStated,
    e.ActionAdded,
    e.NoteAdded,
    e.WhyStated,
)
RETRACTABLE = (
    e.MilestoneSet,
    e.Logged,
    e.Updated,
    e.ImpactStated,
    e.MetricStated,
    e.ActionAdded,
    e.ActionClosed,
    e.NoteAdded,
    e.WhyStated,
    e.QuestionSkipped,
    e.Approved,
    e.AlertAnnotated,
)
HEADLINES = (e.Opened, e.RoleAssigned, e.StatusChanged, e.SeverityChanged, e.Updated)
"""Kinds that the topic and the announcement show: they follow a change of one of these."""


def log(incident: Incident, command: c.LogEntry, now: datetime) -> Decision:
    """A line of the timeline; the answer names its number, and its date."""
    must_exist(incident)
    at, seq = moment(command, now), incident.last_seq + 1
    return Decision(
        entries=(NewEntry(e.Logged(headline=command.headline, details=command.details), at),),
        reply=Reply((f"Logged #{seq}, ", at, f": {command.headline}")),
    )


def edit(
    incident: Incident,
    command: c.Edit,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """A new version of an entry; who changed it, when and why are kept."""
    target = _version_in_force(incident, command.number, versions(journal, command.number))
    body = target.body
    moved = command.at is not None
    may_correct(incident, command, body, policy, moved=moved)
    if not isinstance(body, EDITABLE):
        raise _stays(command.number, body)
    if command.version is not None and command.version != target.seq:
        who = target.actor.person or target.actor.name
        raise Refusal(
            who,
            f" has put #{command.number} right meanwhile. It says now, ",
            target.occurred_at,
            f": {headline(body)}. Open the form anew to change that.",
        )
    changes: dict[str, str] = {}
    if command.headline is not None:
        if not body.free_text:
            raise Refusal(
                f"#{command.number} has no text, only a time. "
                f"Example: `/incident edit {command.number} 14:20`."
            )
        if not command.headline.strip():
            raise Refusal(f"To take #{command.number} out: `/incident edit … --retract why`.")
        changes[body.free_text[0]] = command.headline.strip()
    if command.details is not None:
        if "details" not in body.free_text:
            raise Refusal(f"#{command.number} has one line only, no details.")
        changes["details"] = command.details
    if not changes and command.at is None:
        raise Refusal(
            f"Edit what? Example: `/incident edit {command.number} 14:20 Deployment finished`."
        )
    new = body.model_copy(update=changes)
    at = moment(command, now) if command.at is not None else target.occurred_at
    if new == body and at == target.occurred_at:
        raise Refusal(f"#{command.number} says that already.")
    if isinstance(new, e.Logged) and new.message is not None:
        new = new.model_copy(update={"message": new.message.model_copy(update={"mended": True})})
    seq = incident.last_seq + 1
    jobs = refresh(incident, seq, headline=isinstance(body, HEADLINES))
    if isinstance(new, e.Updated):
        jobs += changed(incident, _first(command.number, journal), seq, new, at)
    reply = Reply((f"#{command.number} corrected, ", at, f": {headline(new)}"))
    return Decision(
        entries=(NewEntry(new, at, supersedes=target.seq, reason=command.reason or None),),
        jobs=jobs,
        reply=reply,
    )


def retract(
    incident: Incident,
    command: c.Retract,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """Out of the record in force; it stays in the journal with who and why."""
    target = _version_in_force(incident, command.number, versions(journal, command.number))
    may_correct(incident, command, target.body, policy)
    if not isinstance(target.body, RETRACTABLE):
        raise Refusal(
            f"#{command.number} moved the incident itself and cannot be taken back. "
            "Change the status, severity or role instead, or edit its time."
        )
    body = e.Retracted(target=command.number, text=command.reason)
    seq = incident.last_seq + 1
    jobs = refresh(incident, seq, headline=isinstance(target.body, HEADLINES))
    if isinstance(target.body, e.Updated):
        jobs += changed(incident, _first(command.number, journal), seq, None, now)
    return Decision(
        entries=(NewEntry(body, now, supersedes=target.seq, reason=command.reason or None),),
        jobs=jobs,
        reply=Reply(
            (f"#{command.number} retracted. It stays in the journal, out of every draft.",)
        ),
    )


def redact(
    incident: Incident, command: c.Redact, journal: Sequence[e.Entry], now: datetime
) -> Decision:
    """Blank an entry and all its versions for good; the chain still verifies."""
    must_exist(incident)
    found = versions(journal, command.number)
    if not found:
        raise _no_such(incident, command.number)
    if isinstance(file := found[0].body, e.FileKept):  # its message names it too
        found = versions(journal, file.of)
    found += _files_of(found[0].seq, journal)
    targets = tuple(v.seq for v in found if (v.body.free_text or v.reason) and not v.redacted)
    if not targets:
        raise Refusal(f"#{command.number} holds no text that could be blanked.")
    seq = incident.last_seq + 1
    jobs = refresh(incident, seq, headline=any(isinstance(v.body, HEADLINES) for v in found))
    if isinstance(found[0].body, e.Updated):  # many people read it there
        jobs += changed(incident, found[0].seq, seq, None, now)
    return Decision(
        entries=(NewEntry(e.Redacted(targets=targets, text=command.reason), now),),
        jobs=jobs,
        reply=Reply(
            (
                f"#{command.number} is blanked here for good. Slack still shows what was posted: "
                "delete that message too, and change the secret if it was one.",
            ),
            public=False,
        ),
        redact=targets,
    )


def _files_of(number: int, journal: Sequence[e.Entry]) -> list[e.Entry]:
    """The files that were kept of a message: they are blanked with it, also where the same file
    came with another message."""
    kept = [(each, each.body) for each in journal if isinstance(each.body, e.FileKept)]
    gone = {file.file_id for _, file in kept if file.of == number}
    return [each for each, file in kept if file.file_id in gone]


def headline(body: e.Body) -> str:
    """The one line that stands for a body when people are answered."""
    if body.free_text:
        text = str(getattr(body, body.free_text[0]))
        return text.splitlines()[0] if text else str(body.kind).replace("_", " ")
    return str(body.kind).replace("_", " ")


def may_be_mended(incident: Incident, number: int, found: Sequence[e.Entry]) -> None:
    """Refusal when there is nothing that anybody could edit or retract in this line, of which
    `found` are the versions."""
    body = _version_in_force(incident, number, found).body
    if not isinstance(body, EDITABLE + RETRACTABLE):
        raise _stays(number, body)


def _stays(number: int, body: e.Body) -> Refusal:
    return Refusal(
        f"#{number} ({headline(body)}) stays as it was recorded. "
        "Log a line beside it: `/incident log 14:20 what really happened`."
    )


def _version_in_force(incident: Incident, number: int, found: Sequence[e.Entry]) -> e.Entry:
    must_exist(incident)
    if not found:
        raise _no_such(incident, number)
    if isinstance(found[-1].body, e.Retracted):
        raise Refusal(f"#{number} was retracted; log it again if it holds after all.")
    if isinstance(found[-1].body, e.Redacted):
        raise Refusal(f"#{number} records a redaction and stays as it is.")
    return found[-1]


def _first(number: int, journal: Sequence[e.Entry]) -> int:
    """The number of its first version: what was posted goes by that."""
    return versions(journal, number)[0].seq


def _no_such(incident: Incident, number: int) -> Refusal:
    return Refusal(
        f"{incident.ref} has no entry #{number}. The numbers are in `/incident timeline`."
    )
