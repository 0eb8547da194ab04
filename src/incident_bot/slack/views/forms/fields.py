"""What forms are made of: fields within Slack's limits, and the frame around them.

Limits: docs.slack.dev/reference/block-kit. Plain text is shown as it is; nothing is escaped in it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    CheckboxesElement,
    ContextBlock,
    DatePickerElement,
    DateTimePickerElement,
    InputBlock,
    InputInteractiveElement,
    MarkdownTextObject,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from incident_bot.slack.views.answer import SECTION, cut
from incident_bot.slack.views.sentence import one_line, shorten, unmarked

Typed = Mapping[str, str | list[str] | None]
"""What a form holds, by block id (`listeners.spec.Form.values`)."""

LONGEST = 3_000
"""Characters that a text field takes."""
TITLE, LABEL, PLACEHOLDER, OPTION, OPTIONS = 24, 150, 150, 75, 100
_EARLIEST = datetime(2001, 9, 9, 2, tzinfo=UTC)
"""A picked moment has ten digits."""


def frame(
    callback_id: str,
    title: str,
    submit: str | None,
    blocks: Sequence[Block],
    *,
    channel: str,
    ref: str = "",
    **about: object,
) -> dict[str, Any]:
    """The form. `channel` is where it was opened, `ref` the incident; `submit` None: only read."""
    view = View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=shorten(title, TITLE), emoji=False),
        submit=PlainTextObject(text=submit, emoji=False) if submit else None,
        close=PlainTextObject(text="Cancel" if submit else "Close", emoji=False),
        blocks=blocks,
        private_metadata=json.dumps({"ref": ref, "channel": channel, **about}),
    )
    shown: dict[str, Any] = view.to_dict()
    return shown


def text(
    block_id: str,
    label: str,
    *,
    initial: object = None,
    hint: str | None = None,
    placeholder: str | None = None,
    multiline: bool = False,
    optional: bool = True,
    limit: int = LONGEST,
) -> InputBlock:
    """A text field. `initial` is shown as typed, if it is no longer than the field takes."""
    element = PlainTextInputElement(
        action_id=block_id,
        initial_value=str(initial)[:limit] if initial else None,
        placeholder=_plain(placeholder, PLACEHOLDER) if placeholder else None,
        multiline=multiline,
        max_length=limit,
    )
    return _input(block_id, label, element, hint=hint, optional=optional)


def choice(
    block_id: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    initial: object = None,
    hint: str | None = None,
    placeholder: str | None = None,
    optional: bool = False,
    action_id: str | None = None,
) -> InputBlock:
    """One of (value, words); `initial` is a value. With an `action_id` the bot hears of it at
    once."""
    made = [_option(value, words) for value, words in options[:OPTIONS]]
    element = StaticSelectElement(
        action_id=action_id or block_id,
        options=made,
        initial_option=next((o for o in made if o.value == initial), None),
        placeholder=_plain(placeholder, PLACEHOLDER) if placeholder else None,
    )
    dispatch = action_id is not None
    return _input(block_id, label, element, hint=hint, optional=optional, dispatch=dispatch)


def tick(
    block_id: str,
    label: str,
    value: str,
    words: str,
    *,
    ticked: bool = False,
    action_id: str | None = None,
) -> InputBlock:
    """A box to tick. With an `action_id` the bot hears of it at once."""
    option = _option(value, words)
    element = CheckboxesElement(
        action_id=action_id or block_id,
        options=[option],
        initial_options=[option] if ticked else None,
    )
    return _input(block_id, label, element, optional=True, dispatch=action_id is not None)


def person(
    block_id: str, label: str, *, initial: str | None = None, hint: str | None = None
) -> InputBlock:
    """Somebody in Slack, by id, or nobody."""
    element = UserSelectElement(
        action_id=block_id,
        initial_user=initial,
        placeholder=PlainTextObject(text="Nobody yet", emoji=False),
    )
    return _input(block_id, label, element, hint=hint, optional=True)


def day(block_id: str, label: str, *, hint: str | None = None) -> InputBlock:
    """A date, or none."""
    element = DatePickerElement(action_id=block_id)
    return _input(block_id, label, element, hint=hint, optional=True)


def moment(block_id: str, label: str, initial: datetime, *, hint: str | None = None) -> InputBlock:
    """A date and time, shown and picked in the zone that the reader's Slack is in, to the minute.

    So nobody has to ask which zone is meant, and an hour that comes twice is no question.
    """
    element = DateTimePickerElement(
        action_id=block_id,
        initial_date_time=int(initial.timestamp()) if initial >= _EARLIEST else None,
    )
    return _input(block_id, label, element, hint=hint, optional=False)


def told(mrkdwn: str) -> SectionBlock:
    """Escaped words between the fields."""
    return SectionBlock(text=MarkdownTextObject(text=cut(mrkdwn, SECTION)))


def aside(mrkdwn: str) -> ContextBlock:
    """The same, small."""
    return ContextBlock(elements=[MarkdownTextObject(text=cut(mrkdwn, SECTION))])


def label(words: str) -> PlainTextObject:
    """Words of a button or a question, as they are."""
    return PlainTextObject(text=words, emoji=False)


def _input(
    block_id: str,
    label: str,
    element: InputInteractiveElement,
    *,
    hint: str | None = None,
    optional: bool,
    dispatch: bool = False,
) -> InputBlock:
    return InputBlock(
        block_id=block_id,
        label=_plain(label, LABEL),
        element=element,
        hint=_plain(hint, 500) if hint else None,
        optional=optional,
        dispatch_action=True if dispatch else None,
    )


def _option(value: str, words: str) -> Option:
    return Option(text=_plain(words, OPTION), value=value)


def _plain(words: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=shorten(unmarked(one_line(words)), limit) or "–", emoji=False)
