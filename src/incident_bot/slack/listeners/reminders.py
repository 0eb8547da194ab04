"""The buttons of a reminder. What becomes of it stands in the place of its message."""

from dataclasses import replace

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.words import Milestone, ReminderKind
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.spec import Asked
from incident_bot.slack.views.answer import Answer

OLD = "This reminder is of an older version. It comes again when it is due."


async def snooze(asked: Asked) -> Answer:
    """`INC-1 no_ic` or `INC-1 action_overdue 12`: later."""
    asked, kind, subject = await _meant(asked)
    command = c.SnoozeReminder(actor=asked.actor, reminder=kind, subject=subject)
    return replace(await asked.do(command), replaces=True)


async def dismiss(asked: Asked) -> Answer:
    """The same value: no more. Of `archive`: the room is kept open."""
    asked, kind, subject = await _meant(asked)
    command = c.DismissReminder(actor=asked.actor, reminder=kind, subject=subject)
    return replace(await asked.do(command), replaces=True)


async def impact_at_detection(asked: Asked) -> Answer:
    """`INC-1`: customers were affected from the moment of detection on."""
    asked = await about(asked, asked.rest)
    if (known := asked.meant.times.get(Milestone.IMPACT_STARTED)) is not None:
        raise Refusal("It is known by now when the impact began: ", known, ".")
    command = c.SetMilestone(
        actor=asked.actor, milestone=Milestone.IMPACT_STARTED, at=asked.meant.detected
    )
    return replace(await asked.do(command), replaces=True)


async def _meant(asked: Asked) -> tuple[Asked, ReminderKind, str]:
    ref, _, rest = asked.rest.strip().partition(" ")
    kind, _, subject = rest.partition(" ")
    if kind not in set(ReminderKind):
        raise Refusal(OLD)
    return await about(asked, ref), ReminderKind(kind), subject
