"""`/incident role`: who does what."""

from incident_bot.domain.commands import AssignRole
from incident_bot.slack.grammar import people
from incident_bot.slack.grammar.request import Me, Show
from incident_bot.slack.listeners.spec import Asked, VerbSpec
from incident_bot.slack.views import listing
from incident_bot.slack.views.answer import Answer, with_button


async def role(asked: Asked) -> Answer:
    """List the roles, or give, take or release one."""
    wanted = people.role(asked.rest, asked.context)
    if isinstance(wanted, Show):
        said = listing.roles(asked.meant, asked.service.policy.roles)
        ref = asked.meant.ref
        return with_button(said, label="Change roles …", action_id="open_roles", value=ref)
    holder = None if wanted.holder is None else await asked.who(wanted.holder)
    command = AssignRole(
        actor=asked.actor,
        at=wanted.at,
        role=wanted.role,
        holder=holder,
        only_if_free=isinstance(wanted.holder, Me) and wanted.holder.claims,
    )
    return await asked.do(command)


VERB = VerbSpec(
    name="role",
    group="Who and how bad",
    usage=("role ic|ops|comms [@person|me|none] [at TIME]", "role"),
    help="gives a role (to you when nobody is named); alone it lists them",
    example=people.EXAMPLE,
    handler=role,
    aliases=("roles",),
    behind="ref",
    choices=listing.role_keys,
)
