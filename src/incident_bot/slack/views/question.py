"""What the bot says in a room, with or without buttons."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident_bot.domain.decision import Sentence
from incident_bot.domain.incident import Incident
from incident_bot.slack.views.answer import SECTION, TEXT, cut
from incident_bot.slack.views.sentence import mrkdwn, shorten

ASK = "PagerDuty says that every alert of {ref} is resolved. Is the incident over?"
YES, NOT_YET = "Resolve {ref}", "Not yet"


def said(
    sentence: Sentence, buttons: Sequence[Mapping[str, Any]] = ()
) -> tuple[str, list[dict[str, Any]] | None]:
    """Text, and blocks where there are buttons (`action`, `label`, `value`, `style`).

    A long sentence is cut between its parts' characters, never within an escaped sign.
    """
    text = cut(mrkdwn(sentence), TEXT)
    if not buttons:
        return text, None
    elements, seen = [], dict[str, int]()
    for button in list(buttons)[:25]:
        action = str(button["action"])
        seen[action] = seen.get(action, 0) + 1
        style = button.get("style")
        elements.append(
            ButtonElement(
                text=PlainTextObject(text=shorten(str(button["label"]), 75), emoji=False),
                action_id=action if seen[action] == 1 else f"{action}:{seen[action]}",
                value=str(button.get("value") or ""),
                style=style if style in ("primary", "danger") else None,
            )
        )
    section = SectionBlock(text=MarkdownTextObject(text=cut(text, SECTION)))
    return text, [section.to_dict(), ActionsBlock(elements=elements).to_dict()]


def ask_to_resolve(incident: Incident) -> tuple[str, list[dict[str, Any]]]:
    """PagerDuty says resolved; the room decides."""
    buttons = [
        {"action": "resolve", "label": YES, "value": incident.ref, "style": "primary"},
        {"action": "keep_open", "label": NOT_YET, "value": incident.ref},
    ]
    for button in buttons:
        button["label"] = button["label"].format(ref=incident.ref)
    text, blocks = said((ASK.format(ref=incident.ref),), buttons)
    return text, blocks or []
