"""The alerts that joined an incident, as one message that grows: how many, how many are open."""

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock

from incident_bot.domain.decisions.common import BOOKMARKED_ALERTS
from incident_bot.domain.incident import Alert, Incident
from incident_bot.slack.views.sentence import escaped, link, moment, one_line, shorten
from incident_bot.slack.views.summary import Message, open_of_all

LATEST = 3
"""How many different titles are shown, the latest first."""
TITLE = 150
LINK_LENGTH = 800
TIME_ONLY = "{time}"


def further_alerts(incident: Incident) -> Message:
    """What came after the first alert. ValueError when nothing did."""
    first, *joined = incident.alerts.values()
    if not joined:
        raise ValueError(f"no further alert joined {incident.ref}")
    standing, latest = open_of_all(incident), _latest(joined)
    if len(joined) == 1:
        count, since, label = "Another alert", "", []
    else:
        count, since, label = f"{len(joined)} more alerts", _since(joined), ["Latest:"]
    lines = [_line(alert, times) for alert, times in latest]
    words = "\n".join(
        [
            f"*{count} joined {incident.ref}*{since}",
            f"{standing[:1].upper()}{standing[1:]}.",
            *label,
            *lines,
        ]
    )
    blocks: list[Block] = [SectionBlock(text=MarkdownTextObject(text=words))]
    hint = "This message is kept up to date; further alerts get none of their own."
    if len(incident.alerts) > BOOKMARKED_ALERTS:
        hint += f" {_where_the_rest_is(first)}"
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=hint)]))
    title = escaped(one_line(joined[-1].title), 600)
    text = f"{count} joined {incident.ref}, {standing}. Latest: {title}"
    return text, [block.to_dict() for block in blocks]


def _since(joined: list[Alert]) -> str:
    begun = min((alert.since for alert in joined if alert.since), default=None)
    return f" since {moment(begun)}" if begun else ""


def _latest(joined: list[Alert]) -> list[tuple[Alert, int]]:
    """The latest alert of each of the latest titles, and how many have that title."""
    by_title: dict[str, list[Alert]] = {}
    for alert in reversed(joined):
        by_title.setdefault(alert.title, []).append(alert)
    return [(alerts[0], len(alerts)) for alerts in list(by_title.values())[:LATEST]]


def _line(alert: Alert, times: int) -> str:
    label = f"#{alert.number} {alert.title}" if alert.number else alert.title
    label = shorten(one_line(label) or "(no title)", TITLE)
    linked = link(alert.url, label)
    if len(linked) > LINK_LENGTH:  # so that all of them fit into one section
        linked = escaped(label, LINK_LENGTH)
    standing = [moment(alert.since, TIME_ONLY)] if alert.since else []
    standing.append(alert.status.value)
    same = f" · {times} with this title" if times > 1 else ""
    return f"• {linked} – {', '.join(standing)}{same}"


def _where_the_rest_is(first: Alert) -> str:
    """PagerDuty's own list lies beside each of its incidents: `…/incidents/Q1`."""
    own, everything = f"/incidents/{first.alert_id}", "PagerDuty"
    if first.url and first.url.endswith(own):
        everything = link(first.url.removesuffix(f"/{first.alert_id}"), everything)
    return (
        f"The first {BOOKMARKED_ALERTS} are in the bookmarks, "
        f"all of them in {everything} and in `/incident timeline`."
    )
