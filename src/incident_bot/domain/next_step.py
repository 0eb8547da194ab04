"""The next best action in an incident, as one sentence with the words to type."""

from datetime import datetime

from incident_bot.domain.decision import Sentence
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import next_update_due
from incident_bot.domain.words import IC, Milestone, Status


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
    """What nobody stated yet and a reader of the postmortem asks for first."""
    if Milestone.IMPACT_STARTED not in incident.times:
        return f"The postmortem lacks its start: `{command} impact start 14:20`."
    if not incident.impact:
        return f"The postmortem lacks who was affected: `{command} impact Affected users: 1,500`."
    if not any(about.startswith("why/") for about in incident.current):
        return f"The postmortem lacks the cause: `{command} why WHAT LED TO IT`."
    if not incident.actions:
        return f"The postmortem has no follow-up work yet: `{command} action WHAT @owner`."
    return f"Read the postmortem draft, and approve it: `{command} approve`."
