"""The form that ends an incident, and takes along what the postmortem still lacks."""

from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock

from incident_bot.domain.incident import Incident
from incident_bot.domain.interview import missing
from incident_bot.domain.words import Question
from incident_bot.slack.views.forms import fields

DONE, AT, STARTED, ROOT, AFFECTED, ACTION = "done", "at", "started", "root", "affected", "action"
WHEN = "Like 14:20, -5m, yesterday 23:50 or 2025-10-27 14:20, in your time zone ({zone})."
MISSING = "*For the postmortem*, if you know it already. What you leave out can be told later."
ALERTS = "Its PagerDuty incidents are resolved with it, and the postmortem draft comes."
DRAFT = "The postmortem draft comes into the room."


def resolve(incident: Incident, *, channel: str, zone: str) -> dict[str, Any]:
    """What was done and when; below it a field for each thing that nobody has said yet. `zone` is
    what times are typed in."""
    when = WHEN.format(zone=zone)
    blocks: list[Block] = [
        fields.aside(ALERTS if incident.open_alerts else DRAFT),
        fields.text(DONE, "What was done?", placeholder="Rolled back to 4.2.1", multiline=True),
        fields.text(AT, "Resolved at", placeholder="now", hint=f"Empty: now. {when}", limit=100),
    ]
    if lacking := _missing(incident, when):
        blocks += [DividerBlock(), fields.told(MISSING), *lacking]
    title = f"Resolve {incident.ref}"
    return fields.frame("resolve", title, "Resolve", blocks, channel=channel, ref=incident.ref)


def _missing(incident: Incident, when: str) -> list[Block]:
    """Of what the postmortem lacks, what a line is enough for; the rest is asked for later."""
    asked = {
        Question.IMPACT_STARTED: fields.text(
            STARTED, "When did the impact start?", placeholder="14:05", hint=when
        ),
        Question.ROOT_CAUSE: fields.text(
            ROOT, "Root cause", placeholder="The connection pool was exhausted"
        ),
        Question.IMPACT: fields.text(AFFECTED, "Affected users", placeholder="~1,500 (10 %)"),
        Question.ACTIONS: fields.text(
            ACTION, "First action item", placeholder="Alert on the pool's size"
        ),
    }
    lacking = missing(incident)
    return [field for question, field in asked.items() if question in lacking]
