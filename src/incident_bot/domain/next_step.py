"""The next best action in an incident, as one sentence with the words to type."""

from collections.abc import Mapping
from datetime import datetime

from incident_bot.domain.decision import Sentence
from incident_bot.domain.incident import Incident
from incident_bot.domain.interview import questions
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import next_update_due
from incident_bot.domain.words import IC, Milestone, Question, Status

_LACKS: Mapping[Question, tuple[str, str]] = {
    Question.IMPACT_STARTED: ("when the impact began", "impact start 14:20"),
    Question.IMPACT: ("who was affected", "impact Affected users: 1,500"),
    Question.ROOT_CAUSE: ("the root cause", "why root WHAT IT WAS"),
    Question.ACTIONS: ("follow-up work", "action WHAT @owner"),
    Question.SUMMARY: ("a summary", "note summary WHAT HAPPENED"),
    Question.WELL: ("what went well", "note well WHAT"),
    Question.POORLY: ("what went poorly", "note poorly WHAT"),
    Question.LUCKY: ("where you were lucky", "note lucky WHERE"),
    Question.TECHNICAL: ("technical notes", "note technical WHAT"),
}


def next_step(
    incident: Incident, policy: Policy, now: datetime, *, named: bool = False
) -> Sentence:
    """What to do first, at `now` (aware UTC). `named`: the words to type name the incident, for
    somebody who is not in its war room."""
    command = f"/incident {incident.ref}" if named else "/incident"
    match incident.status:
        case Status.CANCELLED:
            return (f"Nothing. If it is an incident after all: `{command} reopen WHY`.",)
        case Status.RESOLVED:
            return (_for_the_postmortem(incident, command),)
    if incident.ic is None and (role := policy.role(IC)) is not None:
        return (f"Nobody is {role.name} yet. Take it: `{command} role {role.key} me`.",)
    due = next_update_due(incident, policy)
    if due is not None and due <= now:
        return ("An update was due ", due, f". Post one: `{command} update WHAT IS KNOWN`.")
    if Milestone.IMPACT_STARTED not in incident.times:
        return (f"Say since when it is felt: `{command} impact start 14:20`.",)
    if incident.status is Status.MITIGATED:
        return (f"The impact is over. When the rest is too: `{command} resolve WHAT WAS DONE`.",)
    return (f"Write down what you see and do: `{command} log WHAT HAPPENED`.",)


def _for_the_postmortem(incident: Incident, command: str) -> str:
    """The first thing that nobody stated yet and nobody left out on purpose."""
    for question in questions(incident):
        lacks, typed = _LACKS[question]
        return f"The postmortem lacks {lacks}: `{command} {typed}`."
    if incident.watch.approved:
        return "Nothing: the postmortem is approved."
    return f"Read the postmortem draft, and approve it: `{command} approve`."
