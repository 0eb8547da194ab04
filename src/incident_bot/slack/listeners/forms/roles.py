"""Who does what, all roles at once."""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal
from incident_bot.slack.views.forms import roles as view

MEANWHILE = "This changed since you opened the form: it is {who} now. Open the form anew."
UNCHANGED = "No role is changed yet. Choose somebody, or close the form."


async def pressed(asked: Asked) -> Modal:
    """The form, with who holds each role now."""
    asked = await about(asked, asked.rest)
    return Modal(view.roles(asked.meant, asked.service.policy, channel=asked.channel_id))


async def submit(asked: Asked) -> Filled:
    """Give and release what was changed in the form, and nothing else.

    What somebody else changed since it was opened is left to them: whoever saves sees it first.
    """
    filled = FilledIn(asked)
    asked = await about(asked, str(filled.form.about.get("ref")))
    parts: list[tuple[str, c.Command]] = []
    for role in asked.service.policy.roles:
        block_id = view.block_id(role)
        if block_id not in filled.form.values or not filled.changed(block_id):
            continue
        before, holder = filled.form.began.get(block_id), asked.meant.roles.get(role.key)
        if before is not None and before != (holder.slack_id if holder else None):
            filled.wrong[block_id] = MEANWHILE.format(who=holder.at if holder else "nobody")
        taken = holder is not None and holder.slack_id is not None
        command = c.AssignRole(
            actor=asked.actor,
            role=role.key,
            holder=await filled.person(block_id),
            only_if_free=before is None and (holder is None or taken),
        )
        parts.append((block_id, command))
    if wrong := filled.complaint:
        return wrong
    if not parts:
        raise Refusal(UNCHANGED)
    return await asked.do_all(parts)
