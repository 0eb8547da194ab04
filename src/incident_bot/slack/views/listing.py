"""How things stand, as lists: incidents, and the roles, times and action items of one."""

from collections.abc import Sequence

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Role
from incident_bot.domain.words import Milestone
from incident_bot.slack.views.answer import Answer, shown
from incident_bot.slack.views.sentence import escape, escaped, mention, moment, one_line

SHOWN = 30
NONE_OPEN = "No incident is open. `/incident declare TITLE` opens one."
NONE_AT_ALL = "There has been no incident yet. `/incident declare TITLE` opens one."
NO_ROOM_YET = "the war room is being opened"
NO_ACTIONS = "No action items yet. Example: `/incident action P1 Add an index on orders @alice`"


def incidents(found: Sequence[Incident], *, everything: bool) -> Answer:
    """One line for each incident, in the order given. Whoever calls left out the private ones."""
    if not found:
        return shown(NONE_AT_ALL if everything else NONE_OPEN)
    lines = [_line(incident) for incident in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"… and {len(found) - SHOWN} more")
    head = "*Incidents*, newest first" if everything else "*Open incidents*, newest first"
    return shown("\n".join([head, *lines]))


def roles(incident: Incident, known: Sequence[Role]) -> Answer:
    """Who has which role."""
    lines = [f"*Roles of {escape(incident.ref)}*"]
    for role in known:
        holder = incident.roles.get(role.key)
        who = mention(holder) if holder else f"nobody yet – `/incident role {escape(role.key)} me`"
        lines.append(f"• {escape(role.name)}: {who}")
    return shown("\n".join(lines))


def severity(incident: Incident) -> Answer:
    """How bad it is."""
    return shown(
        f"{escape(incident.ref)} is *{incident.severity.label}*. "
        "Change it with `/incident severity sev2 why`."
    )


def status(incident: Incident) -> Answer:
    """Where it stands, and when it came there."""
    lines = [_line(incident)]
    if incident.room is None:
        lines.append(f"• {escaped(incident.room_problem or NO_ROOM_YET, 1_000)}")
    for milestone in Milestone:
        at = incident.times.get(milestone)
        if at is not None:
            lines.append(f"• {milestone.value}: {moment(at)}")
    if incident.last_update:
        at = incident.last_update_at
        when = f" ({moment(at)})" if at else ""
        lines.append(f"Last update{when}: {escaped(one_line(incident.last_update), 500)}")
    return shown("\n".join(lines))


def actions(incident: Incident) -> Answer:
    """The follow-up work, with the numbers to edit it by."""
    if not incident.actions:
        return shown(NO_ACTIONS)
    lines = [f"*Action items of {escape(incident.ref)}*"]
    for action in incident.actions:
        item = action.item
        parts = [f"*#{action.seq}* {item.priority.value} {item.action.value}"]
        parts.append(escaped(one_line(item.text), 300))
        if item.owner:
            parts.append(mention(item.owner))
        if item.due:
            parts.append(f"due {item.due.isoformat()}")
        if item.ticket:
            parts.append(escaped(item.ticket, 200))
        lines.append(" · ".join(parts))
    return shown("\n".join(lines))


def _line(incident: Incident) -> str:
    parts = [f"*{escape(incident.ref)}*", incident.severity.label, incident.status.value]
    parts.append(escaped(one_line(incident.title), 200))
    if incident.room:
        parts.append(f"<#{incident.room.channel_id}>")
    if incident.ic:
        parts.append(f"IC {mention(incident.ic)}")
    if detected := incident.times.get(Milestone.DETECTED):
        parts.append(f"since {moment(detected)}")
    return " · ".join(parts)
