"""Many alerts of one incident: one message that grows, few bookmarks, each person invited once."""

from dataclasses import replace
from datetime import datetime

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, NewEntry, NewJob
from incident_bot.domain.decisions.common import (
    BOOKMARKED_ALERTS,
    bookmark,
    further_alerts,
    invite,
    invite_newcomer,
    refresh,
    say,
)
from incident_bot.domain.decisions.opening import alert_entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person


def join(
    incident: Incident, alert: c.AlertSeen, at: datetime, people: tuple[Person, ...] = ()
) -> Decision:
    """An entry for one more alert, and `people` and its assignees are invited."""
    ref, seq, number = incident.ref, incident.last_seq + 1, len(incident.alerts) + 1
    new = not_asked(incident, (*people, *alert.assignees))
    jobs: tuple[NewJob, ...] = (invite(ref, seq, new),) if new else ()
    if number <= BOOKMARKED_ALERTS:
        jobs += bookmark(ref, seq, f"PagerDuty alert {number}", alert.url)
    jobs += refresh(incident, seq, calm=True)
    if number == 2:
        jobs += further_alerts(ref, seq, {"seq": seq})
    return Decision(entries=(NewEntry(alert_entry(alert), at),), jobs=jobs)


def not_asked(incident: Incident, people: tuple[Person, ...]) -> tuple[Person, ...]:
    """Those who are neither invited nor about to be: each alert's assignees are, and so is the
    Incident Commander. An invitation that fails is told in the room, and not tried again with
    every alert."""
    asked = [*incident.invited, *(p for a in incident.alerts.values() for p in a.assignees)]
    if incident.ic is not None:
        asked.append(incident.ic)
    return tuple(p for p in people if not any(p.is_same(known) for known in asked))


def acknowledger(
    incident: Incident, seq: int, person: Person, *, becomes_ic: bool
) -> tuple[NewJob, ...]:
    """Whoever acknowledged is invited, and the room is told.

    Where there are several alerts it is told once that somebody works on them, and of the
    Incident Commander nothing: the message that grows counts the acknowledgements.
    """
    ref = incident.ref
    if becomes_ic or len(incident.alerts) < 2:
        rest = " and is now Incident Commander." if becomes_ic else "."
        words = (person, " acknowledged the alert in PagerDuty" + rest)
        return (*invite_newcomer(incident, seq, person), say(ref, seq, words))
    if person.is_same(incident.ic):
        return ()
    who = person.pagerduty_id or person.slack_id or person.name
    told = say(ref, seq, (person, f" is acknowledging alerts of {ref} in PagerDuty."))
    jobs = [replace(told, key=f"{ref}/say/acknowledging/{who}")]
    for new in not_asked(incident, (person,)):
        for invitation in invite_newcomer(incident, seq, new):
            jobs.insert(0, replace(invitation, key=f"{ref}/invite/acknowledging/{who}"))
    return tuple(jobs)
