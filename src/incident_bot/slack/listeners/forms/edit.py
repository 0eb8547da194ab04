"""Put a line of the timeline right, or take it out, by a form."""

import re

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.decisions.timeline import may_be_mended
from incident_bot.domain.journal import versions
from incident_bot.slack.listeners.choosing import about
from incident_bot.slack.listeners.forms.filled_in import FilledIn
from incident_bot.slack.listeners.spec import Asked, Filled, Modal, Shown, Wrong
from incident_bot.slack.views.forms import edit as view
from incident_bot.slack.views.notice import notice

UNCHANGED = "Nothing is changed yet. Change something, or close the form."
TO_COME = "That is still to come. Choose when it happened."
WHICH = "Which line? The numbers are in `/incident timeline`."


async def pressed(asked: Asked) -> Modal:
    """The form for a line: `INC-1 12`."""
    ref, number = _line(asked.rest)
    return await opened(await about(asked, ref), number)


async def opened(asked: Asked, number: int) -> Modal:
    """The same for the verb, which knows its incident. Refusal for a line that stays as it is."""
    incident = asked.meant
    found = versions(await asked.service.store.journal(incident.ref), number)
    may_be_mended(incident, number, found)
    policy, channel = asked.service.policy, asked.channel_id
    return Modal(view.edit(incident, found[0].seq, found, policy, channel=channel))


async def submit(asked: Asked) -> Filled:
    """Record what was changed in the form, and nothing else."""
    filled = FilledIn(asked)
    number = filled.form.about.get("entry")
    if not isinstance(number, int):
        raise Refusal(WHICH)
    asked = await about(asked, str(filled.form.about.get("ref")))
    headline = filled.text(view.TEXT) if filled.changed(view.TEXT) else None
    details = filled.text(view.DETAILS) if filled.changed(view.DETAILS) else None
    at = filled.picked_moment(view.WHEN) if _moved(filled) else None
    reason = filled.text(view.REASON)
    if at is not None and at > asked.context.now:
        filled.wrong[view.WHEN] = TO_COME
    if wrong := filled.complaint:
        return wrong
    if headline is None and details is None and at is None:
        return Wrong({view.TEXT if view.TEXT in filled.form.values else view.WHEN: UNCHANGED})
    version = filled.form.about.get("version")
    edited = c.Edit(
        actor=asked.actor,
        at=at,
        number=number,
        version=version if isinstance(version, int) else None,
        headline=headline,
        details=details,
        reason=reason,
    )
    fields = {view.TEXT: headline, view.DETAILS: details, view.WHEN: at}
    changed = next(block_id for block_id, now in fields.items() if now is not None)
    return await asked.do_all([(changed, edited)])


async def retract(asked: Asked) -> Shown:
    """Take the line out: pressed in the form, which then says so, or below a message."""
    ref, number = _line(asked.rest)
    asked = await about(asked, ref)
    said = await asked.do(c.Retract(actor=asked.actor, number=number))
    return said if asked.form is None else Modal(notice(said.text), "update")


def _moved(filled: FilledIn) -> bool:
    """True when another minute was picked: the seconds of the one that was there are kept."""
    before, now = filled.form.began.get(view.WHEN), filled.form.values.get(view.WHEN)
    if not isinstance(before, str) or not isinstance(now, str):
        return now is not None
    return not (before.isdigit() and now.isdigit() and int(before) // 60 == int(now) // 60)


def _line(value: str) -> tuple[str, int]:
    match = re.fullmatch(r"(INC-\d{1,9}) (\d{1,9})", value.strip())
    if match is None:
        raise Refusal(WHICH)
    return match[1], int(match[2])
