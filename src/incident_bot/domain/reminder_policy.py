"""What a team decides on reminders: after how long, how often, and when it is quiet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from incident_bot.domain.words import ReminderKind, Severity

MORNING = time(9, 0)
"""When people are reminded of what was due the day before, by the clock of the team's zone."""


class Quiet(BaseModel):
    """Hours of the night, from `begin` to `end` (local clock times; may span midnight)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begin: time
    end: time

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at` itself (aware), or when the quiet hours around it end (aware UTC), never before it.

        The clock on the wall decides: where it is put back, an hour may be quiet twice.
        """
        local = at.astimezone(zone)
        clock, day = local.time(), local.date()
        if self.begin <= self.end:
            if not self.begin <= clock < self.end:
                return at
        elif self.end <= clock < self.begin:
            return at
        elif clock >= self.begin:
            day += timedelta(days=1)
        ends = datetime.combine(day, self.end, tzinfo=zone)
        if ends.astimezone(UTC) <= at:  # the second time round
            ends = ends.replace(fold=1)
        return max(ends.astimezone(UTC), at)


class Reminders(BaseModel):
    """After how long each reminder comes, and then again, `most` times; None: never.

    `update_due` and `action_overdue` have times of their own. In the quiet hours of `zone` (an
    IANA name), reminders of severities milder than `quiet_below` wait until the hours end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    no_ic: timedelta | None = timedelta(minutes=5)
    update_due: bool = True
    not_resolved: timedelta | None = timedelta(hours=2)
    no_impact_start: timedelta | None = timedelta(minutes=15)
    no_actions: timedelta | None = timedelta(days=1)
    not_approved: timedelta | None = timedelta(days=3)
    action_overdue: bool = True
    most: int = 3
    quiet: Quiet | None = None
    quiet_below: Severity = Severity.SEV2
    zone: str = "UTC"

    def after(self, kind: ReminderKind) -> timedelta | None:
        """How long after its cause a reminder comes; None when it is off."""
        match kind:
            case ReminderKind.UPDATE_DUE:
                return timedelta(0) if self.update_due else None
            case ReminderKind.ACTION_OVERDUE:
                return timedelta(0) if self.action_overdue else None
            case ReminderKind.ARCHIVE:
                return timedelta(0)
            case _:
                found: timedelta | None = getattr(self, kind.value)
                return found

    def again(self, kind: ReminderKind) -> timedelta:
        """How long after a reminder the next of the same comes: above zero."""
        own = {
            ReminderKind.UPDATE_DUE: timedelta(minutes=15),
            ReminderKind.ACTION_OVERDUE: timedelta(days=7),
            ReminderKind.ARCHIVE: timedelta(days=1),
        }
        return own.get(kind) or self.after(kind) or timedelta(days=1)

    def awake(self, at: datetime, severity: Severity) -> datetime:
        """`at` (aware), or the end of the quiet hours around it where this severity waits."""
        if self.quiet is None or severity <= self.quiet_below:
            return at
        return self.quiet.over(at, ZoneInfo(self.zone))

    def morning_after(self, day: date) -> datetime:
        """The morning after this day in the team's zone (aware UTC)."""
        zone = ZoneInfo(self.zone)
        return datetime.combine(day + timedelta(days=1), MORNING, zone).astimezone(UTC)
