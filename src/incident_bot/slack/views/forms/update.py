"""The form for an update, with a change of severity or status if wanted."""

from typing import Any

from slack_sdk.models.blocks import Block

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import next_update_due
from incident_bot.domain.words import Status
from incident_bot.slack.views.forms import fields
from incident_bot.slack.views.forms.fields import Typed
from incident_bot.slack.views.sentence import escaped, moment

TEXT, MORE, SEVERITY, STATUS = "text", "more", "severity", "status"
LAST = 700
STAYS = "stays as it is"


def update(
    incident: Incident, policy: Policy, *, channel: str, typed: Typed | None = None
) -> dict[str, Any]:
    """The last update and when the next is due, the text, and what else is chosen to change."""
    typed = typed or {}
    more = bool(typed.get(MORE))
    blocks: list[Block] = []
    if before := _before(incident, policy):
        blocks.append(fields.aside(before))
    blocks.append(
        fields.text(
            TEXT,
            "What should people know now?",
            initial=typed.get(TEXT),
            placeholder="What is affected, what is being done, when they hear of it again",
            multiline=True,
            optional=False,
        )
    )
    words = "Also change the severity or the status"
    blocks.append(fields.tick(MORE, "Change", MORE, words, ticked=more, action_id="update_more"))
    if more:
        blocks += _changes(incident, policy, typed)
    title = f"Update of {incident.ref}"
    return fields.frame("update", title, "Post update", blocks, channel=channel, ref=incident.ref)


def _before(incident: Incident, policy: Policy) -> str:
    lines = []
    if incident.last_update:
        at = f" ({moment(incident.last_update_at)})" if incident.last_update_at else ""
        lines.append(f"*Last update*{at}: {escaped(incident.last_update, LAST)}")
    if due := next_update_due(incident, policy):
        lines.append(f"*Next update due* {moment(due)}")
    return "\n".join(lines)


def _changes(incident: Incident, policy: Policy, typed: Typed) -> list[Block]:
    levels = sorted(policy.severities, key=lambda level: level.severity)
    blocks: list[Block] = [
        fields.choice(
            SEVERITY,
            "Severity",
            [(v.severity.label, v.in_short) for v in levels if v.severity != incident.severity],
            initial=typed.get(SEVERITY),
            placeholder=f"{incident.severity.label}, {STAYS}",
            optional=True,
        )
    ]
    further = [
        (status.value, policy.status_name(status))
        for status in (Status.ACKNOWLEDGED, Status.MITIGATED)
        if status.rank > incident.status.rank
    ]
    if further:
        blocks.append(
            fields.choice(
                STATUS,
                "Status",
                further,
                initial=typed.get(STATUS),
                placeholder=f"{policy.status_name(incident.status)}, {STAYS}",
                optional=True,
            )
        )
    return blocks
