"""The pinned message of a war room: what somebody who was just woken up has to know and do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident_bot.domain.incident import Alert, Incident
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.reminders import next_update_due
from incident_bot.domain.words import AlertStatus, Milestone, Status
from incident_bot.slack.views.next_steps import rows
from incident_bot.slack.views.sentence import (
    escaped,
    link,
    mention,
    moment,
    one_line,
    shorten,
    unmarked,
)

Message = tuple[str, list[dict[str, Any]]]

OPEN_ACTIONS = "Open action items"
NOBODY = "_nobody yet_"
HINT = "`/incident log …` adds to the timeline · `/incident help` shows the rest"
OVER_HINT = "Not over after all? `/incident reopen` · `/incident export` brings the postmortem"

ACTIONS_SHOWN = 5
ALERTS_SHOWN = 5
IMPACT_SHOWN = 3
ROLES_SHOWN = 20
UPDATE_LENGTH = 1_500
TOPIC_LENGTH = 250
STATUS_LENGTH = 60

_MILESTONE_OF = {
    Status.OPEN: Milestone.DETECTED,
    Status.ACKNOWLEDGED: Milestone.ACKNOWLEDGED,
    Status.MITIGATED: Milestone.MITIGATED,
    Status.RESOLVED: Milestone.RESOLVED,
}


def summary(incident: Incident, policy: Policy, now: datetime | None = None) -> Message:
    """The text (for notifications and screen readers) and the blocks, within Slack's limits.

    `now` (aware UTC) decides what is overdue; without it, nothing is.
    """
    roles = policy.roles
    title = one_line(f"{incident.ref} · {incident.title}")
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=shorten(unmarked(title), 150), emoji=False)),
        _section(standing(incident, policy)),
        _section("\n".join(_role_lines(incident, roles))),
    ]
    blocks += [_section(part) for part in (_sources(incident), _impact(incident)) if part]
    if incident.last_update:
        at = f" · {moment(incident.last_update_at)}" if incident.last_update_at else ""
        update = escaped(incident.last_update, UPDATE_LENGTH)
        blocks.append(_section(f"*Last update*{at}\n{update}"))
    if due := update_due(incident, policy, now):
        blocks.append(_section(due))
    if incident.actions:
        blocks.append(_section("\n".join([actions_done(incident), *action_lines(incident)])))
    blocks += [ActionsBlock(elements=row) for row in rows(incident, policy)]
    hint = OVER_HINT if incident.is_over else HINT
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=hint)]))
    return headline(incident, policy), [block.to_dict() for block in blocks]


def headline(incident: Incident, policy: Policy) -> str:
    """One line of mrkdwn: `INC-1 · Sev2 · open · Checkout fails`."""
    status = escaped(one_line(policy.status_name(incident.status)), STATUS_LENGTH)
    standing = f"{incident.ref} · {incident.severity.label} · {status}"
    return f"{standing} · {escaped(one_line(incident.title), 600)}"


def topic(incident: Incident, policy: Policy) -> str:
    """The room's topic, plain text of at most 250 characters: severity, status, IC."""
    ic = incident.ic.name if incident.ic else "nobody yet"
    status = shorten(one_line(policy.status_name(incident.status)), STATUS_LENGTH)
    text = f"{incident.severity.label} · {status} · IC: {ic}"
    return shorten(text.replace("<", "‹").replace(">", "›"), TOPIC_LENGTH)


def status_label(incident: Incident, policy: Policy) -> str:
    """The status as people here call it, escaped, to begin a line with: `Under control`."""
    name = escaped(one_line(policy.status_name(incident.status)), STATUS_LENGTH)
    return name[:1].upper() + name[1:]


def since(incident: Incident) -> datetime | None:
    """When it got the status that it has (aware UTC), where that is kept."""
    milestone = _MILESTONE_OF.get(incident.status)
    return incident.times.get(milestone) if milestone else None


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))


def update_due(incident: Incident, policy: Policy, now: datetime | None) -> str:
    """When people outside expect to hear of it again, and whether that is past; maybe ""."""
    due = next_update_due(incident, policy)
    if due is None:
        return ""
    overdue = ", *overdue*: `/incident update …`" if now is not None and now > due else ""
    return f"*Next update due* {moment(due)}{overdue}"


def actions_done(incident: Incident) -> str:
    """`*Open action items* · 2 of 5 done`"""
    done, every = sum(action.done for action in incident.actions), len(incident.actions)
    if done == every:
        return f"*Action items* · all {every} done"
    return f"*{OPEN_ACTIONS}*" + (f" · {done} of {every} done" if done else "")


def action_lines(incident: Incident) -> list[str]:
    """The open action items, the first few by name and the others as a number."""
    still = [action for action in incident.actions if not action.done]
    lines = []
    for action in still[:ACTIONS_SHOWN]:
        item = action.item
        owner = f" – {short_mention(item.owner)}" if item.owner else ""
        text = escaped(one_line(item.text), 150)
        lines.append(f"• {item.priority.value} {text}{owner}")
    if len(still) > ACTIONS_SHOWN:
        lines.append(f"… and {len(still) - ACTIONS_SHOWN} more: `/incident action`")
    return lines


def standing(incident: Incident, policy: Policy) -> str:
    """How bad, in which status since when, and when it was detected: one line of mrkdwn."""
    at = since(incident)
    status = status_label(incident, policy)
    parts = [f"*{incident.severity.label}*"]
    parts.append(f"*{status}* since {moment(at)}" if at else f"*{status}*")
    if incident.status is not Status.OPEN and (detected := incident.times.get(Milestone.DETECTED)):
        parts.append(f"detected {moment(detected)}")
    if incident.service:
        parts.append(escaped(incident.service, 200))
    return " · ".join([*parts, *kind(incident, policy)])


def kind(incident: Incident, policy: Policy) -> list[str]:
    """Its type, as people here call it, and that it is private; mostly neither."""
    known = policy.type(incident.type)
    name = known.name if known else incident.type
    words = [escaped(one_line(name), 60)] if name else []
    return words + (["*private*: only who is invited knows of it"] if incident.private else [])


def _who(person: Person | None) -> str:
    return NOBODY if person is None else short_mention(person)


def short_mention(person: Person) -> str:
    """A mention, or a name of at most 80 characters."""
    return mention(person) if person.slack_id else escaped(person.at, 80)


def _role_lines(incident: Incident, roles: Sequence[Role]) -> list[str]:
    lines = [
        f"*{escaped(role.name, 60)}:* {_who(incident.roles.get(role.key))}"
        for role in roles[:ROLES_SHOWN]
    ]
    return lines or ["No roles are configured."]


def _sources(incident: Incident) -> str:
    alerts = list(incident.alerts.values())
    if len(alerts) > ALERTS_SHOWN:  # what goes on is shown before what has ended
        alerts.sort(key=lambda alert: alert.status is AlertStatus.RESOLVED)
    lines = [_alert_line(alert) for alert in alerts[:ALERTS_SHOWN]]
    if len(alerts) > ALERTS_SHOWN:
        lines.append(f"… and {len(alerts) - ALERTS_SHOWN} more")
    head = f"*PagerDuty* · {open_of_all(incident)}" if len(alerts) > 1 else "*PagerDuty*"
    return "\n".join([head, *lines]) if lines else ""


def open_of_all(incident: Incident) -> str:
    """Of several alerts: `26 of 38 alerts still open (20 acknowledged)`."""
    every, still = len(incident.alerts), incident.open_alerts
    acknowledged = sum(1 for alert in still if alert.status is AlertStatus.ACKNOWLEDGED)
    if not still:
        return f"all {every} alerts resolved"
    taken = f" ({acknowledged} acknowledged)" if acknowledged else ""
    return f"{len(still)} of {every} alerts still open{taken}"


def _alert_line(alert: Alert) -> str:
    label = f"#{alert.number} {alert.title}" if alert.number else alert.title
    return f"• {link(alert.url, shorten(one_line(label), 150))} – {alert.status.value}"


def _impact(incident: Incident) -> str:
    figures = list(incident.impact.items())
    parts = [
        f"{escaped(one_line(n), 80)}: {escaped(one_line(v), 200)}"
        for n, v in figures[:IMPACT_SHOWN]
    ]
    if len(figures) > IMPACT_SHOWN:
        parts.append(f"{len(figures) - IMPACT_SHOWN} more")
    started = incident.times.get(Milestone.IMPACT_STARTED)
    if not parts and started is None:
        return ""
    head = f"*Impact* since {moment(started)}" if started else "*Impact*"
    return " · ".join([head, *parts])
