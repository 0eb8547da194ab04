"""The form for an action item."""

from typing import Any

from slack_sdk.models.blocks import Block

from incident_bot.domain.incident import Incident
from incident_bot.domain.words import ActionKind, Priority
from incident_bot.slack.views.forms import fields

TEXT, KIND, PRIORITY, OWNER, DUE, TICKET = "text", "kind", "priority", "owner", "due", "ticket"
TICKET_LIMIT = 500

KINDS = {
    ActionKind.PREVENTION: "Prevention: so that it cannot happen again",
    ActionKind.DETECTION: "Detection: so that we notice earlier",
    ActionKind.RESPONSE: "Response: so that we are faster or safer in it",
    ActionKind.PROCESS: "Process: how we work",
}
PRIORITIES = {
    Priority.P0: "P0: must be done first",
    Priority.P1: "P1: must be done",
    Priority.P2: "P2: should be done",
}


def action(incident: Incident, *, channel: str) -> dict[str, Any]:
    """The text is enough; the rest can be given now or later."""
    blocks: list[Block] = [
        fields.text(
            TEXT,
            "What is to be done?",
            placeholder="Add an index on orders",
            multiline=True,
            optional=False,
        ),
        fields.choice(
            KIND,
            "What for?",
            [(kind.value, words) for kind, words in KINDS.items()],
            initial=ActionKind.PREVENTION.value,
        ),
        fields.choice(
            PRIORITY,
            "Priority",
            [(priority.value, words) for priority, words in PRIORITIES.items()],
            initial=Priority.P1.value,
        ),
        fields.person(OWNER, "Owner"),
        fields.day(DUE, "Due"),
        fields.text(TICKET, "Ticket", placeholder="ENG-1234, or its address", limit=TICKET_LIMIT),
    ]
    title = f"Action item, {incident.ref}"
    return fields.frame("action", title, "Add", blocks, channel=channel, ref=incident.ref)
