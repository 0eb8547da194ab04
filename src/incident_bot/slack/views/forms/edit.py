"""The form that puts one line of the timeline right."""

from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ConfirmObject

from incident_bot.domain.decisions.timeline import EDITABLE, RETRACTABLE
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import whose
from incident_bot.domain.policy import Policy
from incident_bot.slack.views.entry_words import words
from incident_bot.slack.views.forms import fields
from incident_bot.slack.views.sentence import escaped, moment, one_line

TEXT, DETAILS, WHEN, REASON = "text", "details", "when", "reason"
NO_TEXT = "It has no text, only a time."
TOO_LONG = "Its {what} too long for a form: `/incident edit {number} …` changes it."
CONFIRM = "It stays in the journal, with your name and the time, and out of every draft."
LINE = 600


def edit(
    incident: Incident, number: int, versions: list[Entry], policy: Policy, *, channel: str
) -> dict[str, Any]:
    """`versions` of the line, oldest first. Who wrote it and when are shown, and stay.

    Without a field where only retracting is left.
    """
    entry, first = versions[-1], versions[0]
    body = entry.body
    said = escaped(one_line(words(body, policy)), LINE)
    blocks: list[Block] = [fields.told(f"*#{number}* {said}")]
    by = f"Recorded by {escaped(whose(first).name, 80)}, {moment(first.recorded_at)}"
    if len(versions) > 1:
        last = versions[-1]
        by += f" · corrected by {escaped(last.actor.name, 80)}, {moment(last.recorded_at)}"
    blocks.append(fields.aside(by))
    if isinstance(body, EDITABLE):
        blocks += _texts(number, entry)
        blocks.append(fields.moment(WHEN, "When it happened", entry.occurred_at))
        blocks.append(
            fields.text(
                REASON,
                "Why it is changed",
                placeholder="Wrong time zone",
                hint="Both versions and the reason are kept in the journal.",
            )
        )
    if isinstance(body, RETRACTABLE):
        blocks.append(ActionsBlock(elements=[retract_button(incident.ref, number)]))
    title = f"Line #{number} of {incident.ref}"
    submit = "Save" if isinstance(body, EDITABLE) else None
    return fields.frame(
        "edit",
        title,
        submit,
        blocks,
        channel=channel,
        ref=incident.ref,
        entry=number,
        version=entry.seq,
    )


def retract_button(ref: str, number: int) -> ButtonElement:
    """Take the line out, once that is confirmed."""
    return ButtonElement(
        text=fields.label("Retract this line …"),
        action_id="retract_entry",
        value=f"{ref} {number}",
        style="danger",
        confirm=ConfirmObject(
            title=f"Retract #{number}?", text=fields.label(CONFIRM), confirm="Retract", deny="Keep"
        ),
    )


def _texts(number: int, entry: Entry) -> list[Block]:
    body = entry.body
    found: list[Block] = []
    too_long = []
    if body.free_text:
        text = str(getattr(body, body.free_text[0]) or "")
        if len(text) <= fields.LONGEST:
            lines = "details" not in body.free_text or "\n" in text
            found.append(
                fields.text(TEXT, "Text", initial=text, multiline=lines, optional=not text)
            )
        else:
            too_long.append("text is")
    else:
        found.append(fields.aside(NO_TEXT))
    if "details" in body.free_text:
        details = str(getattr(body, "details", "") or "")
        if len(details) <= fields.LONGEST:
            found.append(fields.text(DETAILS, "Details", initial=details, multiline=True))
        else:
            too_long.append("details are")
    if too_long:
        what = " and ".join(too_long)
        found.append(fields.aside(TOO_LONG.format(what=what, number=number)))
    return found
