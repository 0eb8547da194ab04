"""Resolve by a form, with what the postmortem still lacks."""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.words import ImpactArea, Milestone
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal
from incident_bot.slack.views.forms import resolve as view

AFFECTED = "Affected users"


async def pressed(asked: Asked) -> Modal:
    """The form; Refusal when it is over."""
    asked = await about(asked, asked.rest)
    incident, zone = asked.meant, asked.context.zone.key
    if incident.is_over:
        name = asked.service.policy.status_name(incident.status)
        raise Refusal(
            f"{incident.ref} is {name} already. If it goes on after all: `/incident reopen`."
        )
    return Modal(view.resolve(incident, channel=asked.channel_id, zone=zone))


async def submit(asked: Asked) -> Filled:
    """Record what was said for the postmortem, then resolve, so that the draft has it in it.

    Was it resolved meanwhile by somebody else, then the rest is recorded if neither what was done
    nor when is filled in; those would be a second resolution.
    """
    filled = FilledIn(asked)
    asked = await about(asked, str(filled.form.about.get("ref")))
    actor = asked.actor
    done, details = filled.headline_and_details(view.DONE)
    at, started = filled.typed_time(view.AT), filled.typed_time(view.STARTED)
    root, affected = filled.text(view.ROOT), filled.text(view.AFFECTED)
    action = filled.text(view.ACTION)
    if wrong := filled.complaint:
        return wrong
    parts: list[tuple[str, c.Command]] = []
    if started is not None:
        milestone = c.SetMilestone(
            actor=actor, at=started, milestone=Milestone.IMPACT_STARTED, first=True
        )
        parts.append((view.STARTED, milestone))
    if root:
        parts.append((view.ROOT, c.StateWhy(actor=actor, part="root", text=root, first=True)))
    if affected:
        stated = c.StateImpact(actor=actor, area=ImpactArea.USER, name=AFFECTED, value=affected)
        parts.append((view.AFFECTED, stated))
    if action:
        parts.append((view.ACTION, c.AddAction(actor=actor, text=action)))
    if not asked.meant.is_over or done or at is not None or not parts:
        resolved = c.Resolve(actor=actor, at=at, text=done, details=details)
        parts.append((view.DONE, resolved))
    return await asked.do_all(parts)
