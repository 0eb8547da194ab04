"""The words that come with a document: what it is, and what people still have to write."""

from incident_bot.domain.incident import Incident
from incident_bot.domain.interview import missing
from incident_bot.domain.permissions import left_to
from incident_bot.domain.policy import Policy
from incident_bot.slack.views.interview import ASKED
from incident_bot.slack.views.sentence import escaped, mrkdwn, one_line

TIMELINE = "The timeline of *{title}*."
POSTMORTEM = "Draft {number} of the postmortem of *{title}*, from what was recorded."
REPLACES = "It takes the place of draft {before}."
STILL = "Still to write:"
COMPLETE = "Every part has something in it. Read it through, then `/incident approve`."
MAY = "Only {who} may approve it."
AGAIN = "`/incident export` brings it again."
RETIRED = "Draft {number} of the postmortem of {ref} stood here. A newer one is further down."


def timeline_comment(incident: Incident) -> str:
    """The message beside the timeline."""
    return TIMELINE.format(title=_title(incident))


def postmortem_comment(incident: Incident, policy: Policy) -> str:
    """The message beside the draft: which one it is, each part that nobody has written yet and
    how to, and who may approve it where not everyone may."""
    before = incident.papers.draft.number if incident.papers.draft else 0
    head = POSTMORTEM.format(number=before + 1, title=_title(incident))
    if before:
        head += f" {REPLACES.format(before=before)}"
    lacks = missing(incident)
    if not lacks:
        return f"{head}\n{COMPLETE}{_who(policy)}"
    lines = "\n".join(f"• {ASKED[q].name}: `{ASKED[q].typed}`" for q in lacks)
    return f"{head}\n{STILL}\n{lines}\n{AGAIN}{_who(policy)}"


def _who(policy: Policy) -> str:
    who = left_to("approve", policy)
    return f" {MAY.format(who=mrkdwn(who))}" if who else ""


def retired_comment(incident: Incident, number: int) -> str:
    """What the message of an older draft says from then on."""
    return RETIRED.format(number=number, ref=incident.ref)


def _title(incident: Incident) -> str:
    return f"{incident.ref} · {escaped(one_line(incident.title), 300)}"
