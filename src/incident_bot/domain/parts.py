"""Who has unfinished work in an incident: what an App Home lists as theirs."""

from typing import Literal

from incident_bot.domain.incident import Incident
from incident_bot.domain.words import Status

Kind = Literal["role", "action", "draft"]


def parts(incident: Incident) -> frozenset[tuple[str, Kind]]:
    """(Slack id, kind of work), for those who are in Slack.

    A role counts while the incident goes on; an action item until it is done; a draft that waits
    for approval is everybody's who held a role at the end, else of whoever opened the incident.
    """
    holders = [person.slack_id for person in incident.roles.values()]
    found: set[tuple[str | None, Kind]] = set()
    if not incident.is_over:
        found |= {(slack_id, "role") for slack_id in holders}
    for action in incident.actions:
        if not action.done and action.item.owner is not None:
            found.add((action.item.owner.slack_id, "action"))
    if awaits_approval(incident):
        opened_by = incident.opened_by.slack_id if incident.opened_by else None
        found |= {(slack_id, "draft") for slack_id in holders or [opened_by]}
    return frozenset((slack_id, kind) for slack_id, kind in found if slack_id)


def awaits_approval(incident: Incident) -> bool:
    """Resolved, and nobody has approved its postmortem yet."""
    return incident.status is Status.RESOLVED and not incident.watch.approved
