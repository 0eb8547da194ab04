"""`/incident` alone: how the incident stands and what to do next; elsewhere, what is going on."""

from collections.abc import Sequence
from datetime import datetime

from incident_bot.domain.incident import Incident
from incident_bot.domain.next_step import next_step
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Status
from incident_bot.slack.views.answer import Answer, Press, shown, with_buttons
from incident_bot.slack.views.listing import NONE_OPEN, lines, standing
from incident_bot.slack.views.sentence import escaped, mrkdwn, one_line
from incident_bot.slack.views.summary import short_mention

CLAIMS = 5
"""So many free roles get a button; `/incident role` lists them all."""

ELSEWHERE = (
    "Say what is wrong in three words or more, and an incident is opened: "
    "`/incident Payment API is failing`\nThe other verbs: `/incident help`"
)


def panel(incident: Incident, policy: Policy, now: datetime, *, here: bool) -> Answer:
    """The incident for whoever asked, at `now` (aware UTC). `here`: in the incident's own room."""
    parts = standing(incident, policy)
    parts.insert(1, _roles(incident, policy))
    parts.append(f"*Next:* {mrkdwn(next_step(incident, policy, now, named=not here))}")
    return with_buttons(shown("\n".join(parts)), _buttons(incident, policy))


def elsewhere(found: Sequence[Incident], policy: Policy) -> Answer:
    """Where no incident is: the newest open ones, and how to open another."""
    parts = ["*Open now*, newest first", *lines(found, policy)] if found else [NONE_OPEN]
    if found:
        parts.append("All of them: `/incident list`")
    said = shown("\n".join([*parts, ELSEWHERE]))
    return with_buttons(said, [Press("Declare an incident …", "open_declare", "", "primary")])


def _roles(incident: Incident, policy: Policy) -> str:
    held = []
    for role in policy.roles:
        holder = incident.roles.get(role.key)
        who = short_mention(holder) if holder else "_nobody yet_"
        held.append(f"{escaped(one_line(role.short), 60)}: {who}")
    return " · ".join(held)


def _buttons(incident: Incident, policy: Policy) -> list[Press]:
    """The few that fit where it stands, the likeliest first."""
    ref = incident.ref
    action = Press("Action item …", "open_action", ref)
    if incident.is_over:
        return [action] if incident.status is Status.RESOLVED else []
    free = [role for role in policy.roles if role.key not in incident.roles]
    buttons = [
        Press(f"I take {role.short}", f"claim_role:{role.key}"[:255], f"{ref} {role.key}")
        for role in free[:CLAIMS]
    ]
    buttons += [Press("Update …", "open_update", ref), action, Press("Roles …", "open_roles", ref)]
    if incident.status.rank < Status.MITIGATED.rank:
        name = one_line(policy.status_name(Status.MITIGATED))
        buttons.append(Press(f"Mark as {name}", "mark_mitigated", ref))
    return [*buttons, Press("Resolve …", "open_resolve", ref, "danger")]
