"""The buttons under the bot's messages. An `action_id` may carry a suffix behind a colon."""

from collections.abc import Awaitable, Callable, Mapping

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.decisions.alerts import UNKNOWN_ALERT
from incident_bot.domain.words import Status
from incident_bot.slack.listeners import handover, home, interview, reminders, timeline, war_room
from incident_bot.slack.listeners.action import done as action_done
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms import FORM_BUTTONS
from incident_bot.slack.listeners.free_text import declare_pressed, undo_pressed
from incident_bot.slack.listeners.list_open import turn_page
from incident_bot.slack.listeners.running import run_pressed
from incident_bot.slack.listeners.spec import Asked, Shown
from incident_bot.slack.views.answer import Answer, answer

OLD_BUTTON = "This button belongs to an older message. The verbs do the same: `/incident help`."


async def claim_role(asked: Asked) -> Answer:
    """`INC-1 ic`: whoever presses takes the role, unless somebody has it already."""
    ref, _, role = asked.rest.strip().partition(" ")
    if not role:
        raise Refusal(OLD_BUTTON)
    asked = await about(asked, ref)
    return await asked.do(
        c.AssignRole(actor=asked.actor, role=role, holder=asked.person.person, only_if_free=True)
    )


async def mark_mitigated(asked: Asked) -> Answer:
    """The impact has ended; the cause may be left."""
    asked = await about(asked, asked.rest)
    return await asked.do(c.ChangeStatus(actor=asked.actor, status=Status.MITIGATED))


async def resolve(asked: Asked) -> Answer:
    """It is over."""
    asked = await about(asked, asked.rest)
    return await asked.do(c.Resolve(actor=asked.actor))


async def keep_open(asked: Asked) -> Answer:
    """Not yet, whatever PagerDuty says."""
    asked = await about(asked, asked.rest)
    return await asked.do(c.KeepOpen(actor=asked.actor))


async def open_for_alert(asked: Asked) -> Answer:
    """A war room for an alert that was only announced; everybody there learns of it."""
    alert = await asked.service.store.alert(asked.rest.strip())
    if alert is None:
        raise Refusal(UNKNOWN_ALERT)
    command = c.OpenForAlert(actor=asked.actor, alert=alert)
    sentence, _, incident = await asked.carry_out(command)
    return answer(sentence, public=incident is not None and not incident.private)


BUTTONS: Mapping[str, Callable[[Asked], Awaitable[Shown]]] = {
    "claim_role": claim_role,
    "accept_handover": handover.accept,
    "decline_handover": handover.decline,
    "join": war_room.join,
    "restore_topic": war_room.restore_topic,
    "mark_mitigated": mark_mitigated,
    "resolve": resolve,
    "keep_open": keep_open,
    "snooze_reminder": reminders.snooze,
    "dismiss_reminder": reminders.dismiss,
    "impact_at_detection": reminders.impact_at_detection,
    "open_for_alert": open_for_alert,
    "declare_text": declare_pressed,
    "undo_declare": undo_pressed,
    "run_typed": run_pressed,
    "list_page": turn_page,
    "action_done": action_done,
    **interview.BUTTONS,
    **home.BUTTONS,
    **FORM_BUTTONS,
    "timeline_page": timeline.turned,
}
"""What each `action_id` (without its suffix) does."""
