"""An incident with a room and a clock that reminds when something is due."""

from datetime import datetime, timedelta

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, NewJob, from_json, plain
from incident_bot.domain.people import BOT, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminder_policy import Reminders
from incident_bot.domain.reminders import next_due
from incident_bot.domain.words import ReminderKind
from tests.domain.world import ALICE, World, alert, at

OFF = dict.fromkeys(
    ("no_ic", "not_resolved", "no_impact_start", "no_actions", "not_approved"), None
)
NEVER = Reminders.model_validate({**OFF, "update_due": False, "action_overdue": False})


def only(*kinds: ReminderKind, **changes: object) -> Policy:
    """A policy with these reminders only, at their default times, and `changes` in the rules."""
    values = NEVER.model_dump() | {kind.value: getattr(Reminders(), kind.value) for kind in kinds}
    return Policy(
        reminders=Reminders.model_validate({**values, **changes}), archive_after_days=None
    )


def with_room(policy: Policy, priority: str = "P1", clock: str = "14:00") -> World:
    """An alert opened it at this time of 27 October, and its room is there."""
    world = World(policy)
    opened = at(clock)
    world.handle(c.AlertTriggers(alert=alert(priority=priority), at=opened), opened)
    world.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="room"), opened)
    world.jobs.clear()
    return world


def remind(world: World, now: datetime) -> list[NewJob]:
    """What the clock brings about at this moment."""
    return list(world.handle(c.Remind(actor=BOT), now).jobs)


def until(world: World, end: datetime) -> list[tuple[str, str]]:
    """Let time pass, waking when something is due: `(14:05, what was said)` for each reminder."""
    said: list[tuple[str, str]] = []
    while (due := next_due(world.incident, world.policy, world.now)) is not None and due <= end:
        for job in remind(world, due):
            if job.kind is JobKind.SAY:
                said.append((f"{due:%d %H:%M}", plain(from_json(job.args["sentence"]))))
            elif job.kind is JobKind.ARCHIVE_ROOM:
                said.append((f"{due:%d %H:%M}", job.kind))
        after = next_due(world.incident, world.policy, world.now)
        assert after is None or after > due, "it goes round in circles"
    world.now = end
    return said


def when(said: list[tuple[str, str]]) -> list[str]:
    """The times only."""
    return [moment for moment, _ in said]


def snooze(world: World, kind: ReminderKind, now: datetime, subject: str = "") -> str:
    """Alice puts it off; the answer."""
    command = c.SnoozeReminder(actor=by(ALICE), reminder=kind, subject=subject)
    reply = world.handle(command, now).reply
    assert reply is not None
    return plain(reply.sentence)


def dismiss(world: World, kind: ReminderKind, now: datetime, subject: str = "") -> str:
    """Alice wants no more of it; the answer."""
    command = c.DismissReminder(actor=by(ALICE), reminder=kind, subject=subject)
    reply = world.handle(command, now).reply
    assert reply is not None
    return plain(reply.sentence)


def later(moment: datetime, **span: float) -> datetime:
    """So much later."""
    return moment + timedelta(**span)
