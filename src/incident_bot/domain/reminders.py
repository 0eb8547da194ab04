"""What is due when: the next update for stakeholders, and what a room is reminded of.

Each reminder has a condition, which is a function of the state: it stops by itself when that no
longer holds. What was told, snoozed and dismissed is in the state too (`watch`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_bot.domain import watch
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Milestone, ReminderKind, Status

SETTLING = timedelta(minutes=5)
"""So long after an opening nobody is told that an update was due before it."""

CLOSING = timedelta(minutes=5)
"""So long nothing more is said in a room that is being archived."""

ARCHIVED_AT = 2
"""The first reminder of a room's archiving is the notice, the second the archiving itself."""

NOTICE = timedelta(days=1)
"""The room is told that it will be archived so long before."""


@dataclass(frozen=True)
class Reminder:
    """A reminder whose condition holds, and when it is due (aware UTC). `times`: it was told so
    often. `subject`: which of several, or empty."""

    kind: ReminderKind
    subject: str
    at: datetime
    times: int


def due(incident: Incident, policy: Policy, now: datetime) -> list[Reminder]:
    """What the room is to be reminded of now (aware UTC)."""
    return [each for each in coming(incident, policy, now) if each.at <= now]


def next_due(incident: Incident, policy: Policy, now: datetime) -> datetime | None:
    """When to look again: the earliest of what is coming, at or after `now`; None: never."""
    return min((each.at for each in coming(incident, policy, now)), default=None)


def coming(incident: Incident, policy: Policy, now: datetime) -> Iterator[Reminder]:
    """Every reminder that holds and is not used up, none before `now` or within quiet hours."""
    if not incident.exists or incident.room is None:
        return
    rules = policy.reminders
    closed = _closing(incident)
    for kind, subject, first in _holding(incident, policy):
        if incident.room_archived and kind is not ReminderKind.ACTION_OVERDUE:
            continue  # of action items their owners are told
        told = incident.watch.told.get(watch.key(kind, subject), watch.Told())
        if told.dismissed or told.times >= _most(kind, policy):
            continue
        at = max(first, now)
        if told.snoozed_until is not None:
            at = max(at, told.snoozed_until)
        elif told.at is not None:
            at = max(at, told.at + rules.again(kind))
        if closed is not None and not incident.room_archived:
            at = max(at, closed + CLOSING)
        yield Reminder(kind, subject, rules.awake(at, incident.severity), told.times)


def _closing(incident: Incident) -> datetime | None:
    """When the room's archiving was asked for; None when it was not."""
    told = incident.watch.told.get(watch.key(ReminderKind.ARCHIVE))
    return told.at if told is not None and told.times >= ARCHIVED_AT else None


def holds(incident: Incident, policy: Policy, kind: ReminderKind, subject: str) -> bool:
    """True while the reminder's condition does."""
    return any(found[:2] == (kind, subject) for found in _holding(incident, policy))


def _most(kind: ReminderKind, policy: Policy) -> int:
    """The room's archiving is told once; the second time it is done."""
    return ARCHIVED_AT if kind is ReminderKind.ARCHIVE else policy.reminders.most


def _holding(incident: Incident, policy: Policy) -> Iterator[tuple[ReminderKind, str, datetime]]:
    """The reminders whose condition holds: kind, subject, and when it is due first."""
    for kind, since in _causes(incident):
        after = policy.reminders.after(kind)
        if after is not None and since is not None:
            yield kind, "", since + after
    update = next_update_due(incident, policy)
    if update is not None and policy.reminders.update_due:
        opened = incident.watch.learned.get("opened", update)
        yield ReminderKind.UPDATE_DUE, "", max(update, opened + SETTLING)
    if policy.reminders.action_overdue and incident.status is not Status.CANCELLED:
        for action in incident.actions:
            if action.item.due is not None and not action.done:
                at = policy.reminders.morning_after(action.item.due)
                yield ReminderKind.ACTION_OVERDUE, str(action.seq), at
    over = _learned(incident, "over", Milestone.RESOLVED)
    if incident.is_over and over is not None and policy.archive_after_days is not None:
        yield ReminderKind.ARCHIVE, "", over + timedelta(days=policy.archive_after_days) - NOTICE


def _causes(incident: Incident) -> Iterator[tuple[ReminderKind, datetime | None]]:
    """Simple conditions that hold, and since when."""
    begun = _latest(
        _learned(incident, "opened", Milestone.DETECTED), incident.watch.learned.get("reopened")
    )
    if not incident.is_over:
        if incident.ic is None:
            yield ReminderKind.NO_IC, _latest(begun, incident.watch.learned.get("unled"))
        if Milestone.IMPACT_STARTED not in incident.times:
            yield ReminderKind.NO_IMPACT_START, begun
    if incident.status is Status.MITIGATED:
        yield ReminderKind.NOT_RESOLVED, _learned(incident, "mitigated", Milestone.MITIGATED)
    if incident.status is Status.RESOLVED:
        over = _learned(incident, "over", Milestone.RESOLVED)
        if not incident.actions:
            yield ReminderKind.NO_ACTIONS, over
        if not incident.watch.approved:
            yield ReminderKind.NOT_APPROVED, over


def _learned(incident: Incident, cause: watch.Cause, milestone: Milestone) -> datetime | None:
    """When it was recorded, else when it happened (a state of an older version)."""
    return incident.watch.learned.get(cause) or incident.times.get(milestone)


def _latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def next_update_due(incident: Incident, policy: Policy) -> datetime | None:
    """When people outside expect to hear of it again (aware UTC); it may be past already.

    `update_every` of the severity after the last update, detection or reopening. It runs until the
    incident is over: a mitigated one is still waited for. None without a cadence.
    """
    every = policy.level(incident.severity).update_every
    said = (
        incident.last_update_at or incident.times.get(Milestone.DETECTED),
        incident.reopened_at,
    )
    since = [at for at in said if at is not None]
    if every is None or not since or incident.is_over:
        return None
    return max(since) + every


def in_words(every: timedelta) -> str:
    """A cadence for people: `30 minutes`, `1 hour`, `1 h 30 min`; rounded down to minutes."""
    hours, minutes = divmod(int(every.total_seconds()) // 60, 60)
    if not minutes:
        return f"{hours} hour{'s' if hours != 1 else ''}"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
