"""What everybody may read in the announcement channel: one message per incident, kept current."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Milestone, Status
from incident_bot.slack.views.sentence import escaped, link, moment, one_line, shorten
from incident_bot.slack.views.summary import Message, headline, short_mention, since, status_label

OPEN_ROOM = "Open a war room"
JOIN = "Join"
NO_ROOM = "No war room could be opened: agree on a channel here"


def announcement(incident: Incident, policy: Policy) -> Message:
    """The incident for everybody. ValueError for a private one: that must never come here."""
    if incident.private:
        raise ValueError(f"{incident.ref} is private and cannot be announced")
    title = f"*{incident.ref} · {escaped(one_line(incident.title), 600)}*"
    blocks: list[Block] = [
        SectionBlock(text=MarkdownTextObject(text=f"{title}\n{_standing(incident, policy)}"))
    ]
    if not incident.is_over:
        ic = short_mention(incident.ic) if incident.ic else "nobody yet"
        # It is announced when the room is open, or when that has failed for good.
        problem = escaped(incident.room_problem or "", 1_000)
        room = (
            f"War room: <#{incident.room.channel_id}>"
            if incident.room
            else f"{NO_ROOM}. {problem}".strip()
        )
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=f"{room} · IC: {ic}")]))
    if incident.last_update:
        at = f" · {moment(incident.last_update_at)}" if incident.last_update_at else ""
        update = f"*Last update*{at}\n{escaped(incident.last_update, 1_000)}"
        blocks.append(SectionBlock(text=MarkdownTextObject(text=update)))
    if incident.room and not incident.is_over:
        text = PlainTextObject(text=JOIN, emoji=False)
        join = ButtonElement(text=text, action_id="join", value=incident.ref)
        blocks.append(ActionsBlock(elements=[join]))
    return headline(incident, policy), [block.to_dict() for block in blocks]


def _standing(incident: Incident, policy: Policy) -> str:
    status, at = status_label(incident, policy), since(incident)
    parts = [incident.severity.label, f"{status} since {moment(at)}" if at else status]
    if incident.is_over:
        parts[1] = f"{status} {moment(at)}" if at else status
    if incident.status is not Status.OPEN and (detected := incident.times.get(Milestone.DETECTED)):
        parts.append(f"detected {moment(detected)}")
    return " · ".join(parts)


def alert_announcement(alert: AlertSeen) -> Message:
    """An alert that opened no room, with the button that does."""
    label = f"#{alert.number} {alert.title}" if alert.number else alert.title
    label = shorten(one_line(label), 400)
    service = f" · {escaped(alert.service, 200)}" if alert.service else ""
    what = f"PagerDuty alert, {escaped(alert.urgency, 40)} urgency"
    button = ButtonElement(
        text=PlainTextObject(text=OPEN_ROOM, emoji=False),
        action_id="open_for_alert",
        value=shorten(alert.alert_id, 2_000),
    )
    blocks: list[Block] = [
        SectionBlock(text=MarkdownTextObject(text=f"{what}{service}\n*{link(alert.url, label)}*")),
        ActionsBlock(elements=[button]),
    ]
    return f"{what}: {escaped(label, 600)}", [block.to_dict() for block in blocks]
