"""The words that come with a document: what it is, and what people still have to write."""

from collections.abc import Sequence

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import in_force
from incident_bot.domain.words import Milestone, NoteKind
from incident_bot.slack.views.sentence import escaped, one_line

TIMELINE = "The timeline of *{title}*."
POSTMORTEM = "The postmortem draft of *{title}*, from what was recorded."
STILL = "Still to write:"
COMPLETE = "Every part has something in it. Read it through, then `/incident approve`."
AGAIN = "`/incident export` brings it again."

_NOTES = (
    (NoteKind.SUMMARY, "summary", "`/incident note summary …`"),
    (NoteKind.TECHNICAL, "technical details", "`/incident note technical …`"),
    (NoteKind.WELL, "what went well", "`/incident note well …`"),
    (NoteKind.POORLY, "what went poorly", "`/incident note poorly …`"),
    (NoteKind.LUCKY, "where we got lucky", "`/incident note lucky …`"),
)


def timeline_comment(incident: Incident) -> str:
    """The message beside the timeline."""
    return TIMELINE.format(title=_title(incident))


def postmortem_comment(incident: Incident, journal: Sequence[e.Entry]) -> str:
    """The message beside the draft; names each part that nobody has written yet, and how to."""
    head = POSTMORTEM.format(title=_title(incident))
    missing = still_to_write(incident, journal)
    if not missing:
        return f"{head}\n{COMPLETE}"
    lines = "\n".join(f"• {what}: {how}" for what, how in missing)
    return f"{head}\n{STILL}\n{lines}\n{AGAIN}"


def still_to_write(incident: Incident, journal: Sequence[e.Entry]) -> list[tuple[str, str]]:
    """(what is missing, how to add it), in the order of the document."""
    bodies = [line.entry.body for line in in_force(journal)]
    notes = {body.note for body in bodies if isinstance(body, e.NoteAdded)}
    whys = {body.part for body in bodies if isinstance(body, e.WhyStated)}
    missing = [(what, how) for kind, what, how in _NOTES[:1] if kind not in notes]
    if Milestone.IMPACT_STARTED not in incident.times:
        missing.append(("when impact started", "`/incident impact start 14:20`"))
    if not incident.impact:
        missing.append(("impact in figures", "`/incident impact user Affected users: 1,500`"))
    if "root" not in whys:
        missing.append(("root cause", "`/incident why …`, then `/incident why root …`"))
    missing += [(what, how) for kind, what, how in _NOTES[1:] if kind not in notes]
    if not incident.actions:
        missing.append(("action items", "`/incident action prevention P1 … @owner due …`"))
    return missing


def _title(incident: Incident) -> str:
    return f"{incident.ref} · {escaped(one_line(incident.title), 300)}"
