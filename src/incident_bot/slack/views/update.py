"""An update for stakeholders, as a reply under the announcement."""

from datetime import datetime

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock

from incident_bot.domain.people import Person
from incident_bot.slack.views.sentence import escaped, mention, moment
from incident_bot.slack.views.summary import Message

WITHDRAWN = "This update was withdrawn."
_TEXT, _DETAILS = 2_800, 2_900


def update(
    text: str,
    details: str,
    at: datetime,
    by: Person | None,
    following: datetime | None,
    *,
    corrected: bool = False,
) -> Message:
    """`at`: when it was given; `following`: when the next one is due (both aware)."""
    said = escaped(text, _TEXT)
    blocks: list[Block] = [SectionBlock(text=MarkdownTextObject(text=f"*Update:* {said}"))]
    if details.strip():
        blocks.append(SectionBlock(text=MarkdownTextObject(text=escaped(details, _DETAILS))))
    about = [moment(at)]
    if by is not None:
        about.insert(0, mention(by))
    if corrected:
        about.append("corrected")
    if following is not None:
        about.append(f"next update due {moment(following)}")
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=" · ".join(about))]))
    return f"Update: {said}", [block.to_dict() for block in blocks]


def withdrawn() -> Message:
    """In the place of one that does not hold."""
    section = SectionBlock(text=MarkdownTextObject(text=f"_{WITHDRAWN}_"))
    return WITHDRAWN, [section.to_dict()]
