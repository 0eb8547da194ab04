"""What is due when: the next update for stakeholders."""

from datetime import datetime, timedelta

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Milestone


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
