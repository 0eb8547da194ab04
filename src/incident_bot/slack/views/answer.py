"""An answer to whoever asked: text and Block Kit sections within Slack's limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident_bot.domain.decision import Sentence
from incident_bot.slack.views.sentence import mrkdwn, shorten, unmarked

SECTION = 2_900
"""A section takes 3,000 characters."""

ALL = 12_500
"""Around 13,200 characters in all blocks of a message Slack answers msg_blocks_too_long."""

TEXT = 3_900
_OPEN = re.compile(r"<[^<>]*\Z|&[a-z]{0,4}\Z")


@dataclass(frozen=True)
class Answer:
    """`text` is mrkdwn, escaped, also for notifications and screen readers; `public`: everybody
    in the channel may read it; `recorded`: it tells of something that is committed; `replaces`: it
    takes the place of the message with the button that was pressed."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    public: bool = False
    recorded: bool = False
    replaces: bool = False


def answer(sentence: Sentence, *, public: bool = False, recorded: bool = False) -> Answer:
    """A sentence as an answer."""
    return replace(shown(mrkdwn(sentence), public=public), recorded=recorded)


def shown(text: str, *, public: bool = False) -> Answer:
    """Escaped mrkdwn as an answer."""
    return Answer(cut(text, TEXT), sections(text), public)


class Press(NamedTuple):
    """A button: `label` is cut to 75 characters, `value` may have 2,000."""

    label: str
    action_id: str
    value: str
    style: Literal["primary", "danger"] | None = None
    confirm: ConfirmObject | None = None


def with_buttons(said: Answer, buttons: Sequence[Press]) -> Answer:
    """The same answer with a row of buttons, at most 25; the same without any."""
    if not buttons:
        return said
    row = ActionsBlock(elements=[_button(press) for press in buttons[:25]]).to_dict()
    return replace(said, blocks=[*said.blocks, row])


def with_button(said: Answer, *, label: str, action_id: str, value: str) -> Answer:
    """The same answer with one button."""
    return with_buttons(said, [Press(label, action_id, value)])


def _button(press: Press) -> ButtonElement:
    return ButtonElement(
        text=PlainTextObject(text=shorten(unmarked(press.label), 75), emoji=False),
        action_id=press.action_id,
        value=press.value,
        style=press.style,
        confirm=press.confirm,
    )


def sections(text: str) -> list[dict[str, Any]]:
    """A text as section blocks, broken at line ends where possible, cut when it is too long."""
    return [
        SectionBlock(text=MarkdownTextObject(text=piece)).to_dict()
        for piece in _pieces(cut(text, ALL))
    ]


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of escaped mrkdwn, never cut within `&amp;` or `<…>`."""
    return text if len(text) <= limit else _safe(text[: limit - 2]) + " …"


def _pieces(text: str) -> list[str]:
    pieces = []
    while len(text) > SECTION:
        part = _safe(text[:SECTION]) or text[:SECTION]
        for separator in ("\n", " "):
            at = part.rfind(separator)
            if at > SECTION // 2 and part.rfind("<", 0, at) <= part.rfind(">", 0, at):
                part = part[:at]
                break
        pieces.append(part)
        text = text[len(part) :].lstrip("\n")
    return [piece for piece in (*pieces, text) if piece.strip()]


def _safe(part: str) -> str:
    return _OPEN.sub("", part)
