"""A modal that only tells something: what became of a form, or why there is none."""

from typing import Any

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from incident_bot.slack.views.answer import SECTION, cut

TITLE = "Incident Bot"
CLOSE = "Close"


def notice(text: str) -> dict[str, Any]:
    """The modal. `text` is escaped mrkdwn."""
    section = SectionBlock(text=MarkdownTextObject(text=cut(text, SECTION)))
    view = View(
        type="modal",
        title=PlainTextObject(text=TITLE),
        close=PlainTextObject(text=CLOSE),
        blocks=[section],
    )
    shown: dict[str, Any] = view.to_dict()
    return shown
