"""The form with all roles of an incident."""

from typing import Any

from slack_sdk.models.blocks import Block

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy, Role
from incident_bot.slack.views.forms import fields
from incident_bot.slack.views.sentence import mention

SHOWN = 40
MORE = "… and {more} more: `/incident role` lists them all, with the key to give each by."


def block_id(role: Role) -> str:
    """The field of a role."""
    return f"role:{role.key}"[:255]


def roles(incident: Incident, policy: Policy, *, channel: str) -> dict[str, Any]:
    """One field for each role, with its holder in it; emptied, the role is free."""
    blocks: list[Block] = [_field(role, incident) for role in policy.roles[:SHOWN]]
    if not blocks:
        blocks.append(fields.told("No roles are configured."))
        return fields.frame("roles", "Roles", None, blocks, channel=channel, ref=incident.ref)
    offered = [
        f"{mention(offer.to)} is asked to take over as {role.short}."
        for role in policy.roles[:SHOWN]
        if (offer := incident.offers.get(role.key)) is not None
    ]
    if offered:
        blocks.append(fields.aside("\n".join(offered)))
    if (more := len(policy.roles) - SHOWN) > 0:
        blocks.append(fields.aside(MORE.format(more=more)))
    title = f"Roles of {incident.ref}"
    return fields.frame("roles", title, "Save roles", blocks, channel=channel, ref=incident.ref)


def _field(role: Role, incident: Incident) -> Block:
    holder = incident.roles.get(role.key)
    known = holder.slack_id if holder else None
    hint = None if holder is None or known else f"Now {holder.name}, who is not known in Slack."
    return fields.person(block_id(role), role.name, initial=known, hint=hint)
