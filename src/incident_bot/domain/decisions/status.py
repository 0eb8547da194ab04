"""Where the incident stands: acknowledged, mitigated, resolved, cancelled, open again."""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Decision, JobKind, NewEntry, NewJob, Refusal, Reply
from incident_bot.domain.decisions import telling
from incident_bot.domain.decisions.alerts import OWN_NOTE
from incident_bot.domain.decisions.common import (
    document,
    duration_words,
    moment,
    must_exist,
    must_not_be_cancelled,
    refresh,
)
from incident_bot.domain.decisions.interview import ask
from incident_bot.domain.incident import Alert, Incident
from incident_bot.domain.journal import versions
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import AlertStatus, Milestone, Status


def change(
    incident: Incident,
    command: c.ChangeStatus,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """Acknowledged or mitigated. A late one sets its time and never turns the status back."""
    must_not_be_cancelled(incident, policy)
    status, at = command.status, moment(command, now)
    milestone = Milestone(status.value)
    _refuse_repetition(incident, status, milestone, command, policy)
    seq = incident.last_seq + 1
    jobs = refresh(incident, seq, headline=True)
    if status is Status.ACKNOWLEDGED and not incident.is_over:
        jobs += tuple(
            _pagerduty(incident, JobKind.PAGERDUTY_ACKNOWLEDGE, alert, seq, command)
            for alert in incident.open_alerts
            if alert.status is AlertStatus.TRIGGERED
        )
    rest = f": {command.text}" if command.text else "."
    return Decision(
        entries=(_entry(incident, status, command, journal, at),),
        jobs=jobs,
        reply=Reply((f"{incident.ref} {policy.status_name(status)} at ", at, rest)),
    )


def resolve(
    incident: Incident,
    command: c.Resolve,
    policy: Policy,
    journal: Sequence[e.Entry],
    now: datetime,
) -> Decision:
    """Declare it over, resolve its alerts in PagerDuty, and bring the draft into the room."""
    must_not_be_cancelled(incident, policy)
    at, seq = moment(command, now), incident.last_seq + 1
    _refuse_repetition(incident, Status.RESOLVED, Milestone.RESOLVED, command, policy)
    entry = _entry(incident, Status.RESOLVED, command, journal, at)
    name = policy.status_name(Status.RESOLVED)
    if incident.is_over:
        return Decision(
            entries=(entry,),
            jobs=refresh(incident, seq, headline=True),
            reply=Reply((f"{incident.ref} was {name} at ", at, ".")),
        )
    jobs = [*refresh(incident, seq, headline=True), *telling.all_answered(incident, seq)]
    for alert in incident.open_alerts:
        jobs.append(_pagerduty(incident, JobKind.PAGERDUTY_RESOLVE, alert, seq, command))
    draft = document(incident.ref, "postmortem", seq, now)
    jobs += [draft, ask(incident.ref, seq, after=draft.key)]
    if command.text and not incident.private:  # after all else: of many alerts they take long
        for alert in incident.open_alerts:
            jobs.append(_pagerduty(incident, JobKind.PAGERDUTY_NOTE, alert, seq, command))
    seconds = (at - incident.detected).total_seconds()
    took = f", {duration_words(seconds)} after it was detected" if seconds >= 0 else ""
    done = f": {command.text}" if command.text else "."
    alerts = len(incident.open_alerts)
    pagerduty = (
        f"\nPagerDuty is being asked to resolve {alerts} alert{'s' if alerts != 1 else ''}."
        if alerts
        else ""
    )
    return Decision(
        entries=(entry,),
        jobs=tuple(jobs),
        reply=Reply(
            (
                f"{incident.ref} {name} at ",
                at,
                f"{took}{done}{pagerduty}\nThe postmortem draft comes into its room as a file.",
            )
        ),
    )


def keep_open(incident: Incident, policy: Policy) -> Decision:
    """PagerDuty says resolved, the room says not yet."""
    must_exist(incident)
    if incident.is_over:
        raise Refusal(f"{incident.ref} is {policy.status_name(incident.status)} already.")
    return Decision(
        reply=Reply((f"{incident.ref} stays open. When it is over: `/incident resolve`.",))
    )


def reopen(incident: Incident, command: c.Reopen, policy: Policy, now: datetime) -> Decision:
    """Open again what was resolved or cancelled."""
    must_exist(incident)
    if not incident.is_over:
        name = policy.status_name(incident.status)
        raise Refusal(f"{incident.ref} is {name}, so there is nothing to reopen.")
    at, seq = moment(command, now), incident.last_seq + 1
    rest = f": {command.text}" if command.text else "."
    return Decision(
        entries=(NewEntry(e.StatusChanged(status=Status.OPEN, text=command.text), at),),
        jobs=refresh(incident, seq, headline=True),
        reply=Reply(
            (
                f"{incident.ref} is {policy.status_name(Status.OPEN)} again{rest}"
                + _archived_room(incident),
            )
        ),
    )


def _archived_room(incident: Incident) -> str:
    """Slack lets no bot open a channel again (api.slack.com/methods/conversations.unarchive)."""
    if not incident.room_archived or incident.room is None:
        return ""
    return (
        f"\nIts room #{incident.room.name} is archived, and only a person can open it again: open "
        "the channel in Slack, choose *Unarchive channel*, and invite the bot with `/invite`."
    )


def cancel(incident: Incident, command: c.Cancel, policy: Policy, now: datetime) -> Decision:
    """It was no incident after all. PagerDuty is left as it is."""
    must_exist(incident)
    if incident.is_over:
        raise Refusal(f"{incident.ref} is {policy.status_name(incident.status)} already.")
    at, seq = moment(command, now), incident.last_seq + 1
    rest = f": {command.text}" if command.text else "."
    return Decision(
        entries=(NewEntry(e.StatusChanged(status=Status.CANCELLED, text=command.text), at),),
        jobs=(*refresh(incident, seq, headline=True), *telling.all_answered(incident, seq)),
        reply=Reply((f"{incident.ref} {policy.status_name(Status.CANCELLED)}{rest}",)),
    )


def milestone(incident: Incident, command: c.SetMilestone, now: datetime) -> Decision:
    """When impact started, or when it was really detected."""
    must_exist(incident)
    if command.at is None:
        raise Refusal("When? Example: `/incident impact start 14:20`.")
    known = incident.times.get(command.milestone)
    if command.first and known is not None:
        verb = "start" if command.milestone is Milestone.IMPACT_STARTED else "detected"
        example = f"`/incident impact {verb} 14:20`"
        raise Refusal("Somebody has said it meanwhile: ", known, f". To change it: {example}.")
    at, seq = moment(command, now), incident.last_seq + 1
    body = e.MilestoneSet(milestone=command.milestone)
    words = {Milestone.IMPACT_STARTED: "Impact started at ", Milestone.DETECTED: "Detected at "}
    return Decision(
        entries=(
            NewEntry(body, at, supersedes=incident.current.get(f"milestone/{body.milestone}")),
        ),
        jobs=refresh(incident, seq),
        reply=Reply((words[command.milestone], at, ".")),
    )


def _refuse_repetition(
    incident: Incident,
    status: Status,
    milestone: Milestone,
    command: c.ChangeStatus | c.Resolve,
    policy: Policy,
) -> None:
    """Without a time of its own, a milestone already reached (or passed) is refused."""
    if command.at is not None or incident.status.rank < status.rank:
        return
    example, name = f"`/incident status {status} at 14:50`", policy.status_name(status)
    if (at := incident.times.get(milestone)) is not None:
        raise Refusal(
            f"{incident.ref} was {name} already, at ", at, f". To put the time right: {example}."
        )
    raise Refusal(
        f"{incident.ref} is {policy.status_name(incident.status)} already. "
        f"To say when it was {name}: {example}."
    )


def _entry(
    incident: Incident,
    status: Status,
    command: c.ChangeStatus | c.Resolve,
    journal: Sequence[e.Entry],
    at: datetime,
) -> NewEntry:
    """A second statement of the same milestone corrects the first; without words, only its time."""
    body = e.StatusChanged(status=status, text=command.text, details=command.details)
    number = incident.current.get(f"milestone/{status.value}")
    if number is not None and not (command.text or command.details):
        before = versions(journal, number)[-1].body
        if isinstance(before, e.StatusChanged):
            body = before
    return NewEntry(body, at, supersedes=number)


def _pagerduty(
    incident: Incident,
    kind: JobKind,
    alert: Alert,
    seq: int,
    command: c.ChangeStatus | c.Resolve,
) -> NewJob:
    person = command.actor.person
    what = kind.value.removeprefix("pagerduty_")
    return NewJob(
        kind=kind,
        key=f"{incident.ref}/pd/{alert.alert_id}/{what}/{seq}",
        args={
            "alert_id": alert.alert_id,
            "by": person.model_dump(mode="json") if person else None,
            "text": (
                f"{OWN_NOTE}{incident.ref}, {command.actor.name}: {command.text}"
                if kind is JobKind.PAGERDUTY_NOTE
                else ""
            ),
        },
        lane=f"{incident.ref}/pd/{alert.alert_id}",
    )
