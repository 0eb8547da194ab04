"""The buttons under the summary: what is next, and the roles that nobody has yet."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import Status
from incident_bot.slack.views.sentence import one_line, shorten, unmarked

CLAIMS = 20
UPDATE, ACTION, ROLES, RESOLVE = "Update …", "Action item …", "Roles …", "Resolve …"


def rows(incident: Incident, policy: Policy) -> list[list[ButtonElement]]:
    """What is next, at most five; below it, a claim for each role that is free. When it is over,
    there is only follow-up work to add."""
    ref = incident.ref
    action = _button(ACTION, "open_action", ref)
    if incident.is_over:
        return [] if incident.status is Status.CANCELLED else [[action]]
    steps = []
    if incident.status.rank < Status.MITIGATED.rank:
        label = f"Mark as {one_line(policy.status_name(Status.MITIGATED))}"
        steps.append(_button(label, "mark_mitigated", ref))
    steps += [
        _button(UPDATE, "open_update", ref),
        action,
        _button(ROLES, "open_roles", ref),
        _button(RESOLVE, "open_resolve", ref, style="danger"),
    ]
    return [steps, claims] if (claims := _claims(incident, policy.roles)) else [steps]


def _claims(incident: Incident, roles: Sequence[Role]) -> list[ButtonElement]:
    return [
        _button(
            f"I take {role.short}", f"claim_role:{role.key}"[:255], f"{incident.ref} {role.key}"
        )
        for role in roles[:CLAIMS]
        if role.key not in incident.roles
    ]


def _button(label: str, action_id: str, value: str, *, style: str | None = None) -> ButtonElement:
    text = PlainTextObject(text=shorten(unmarked(label), 75), emoji=False)
    return ButtonElement(text=text, action_id=action_id, value=value, style=style)
