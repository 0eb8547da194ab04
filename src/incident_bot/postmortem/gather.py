"""What a journal in force holds, sorted by the place in the postmortem where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from incident_bot.domain import entries as e
from incident_bot.domain.journal import Line, in_force
from incident_bot.domain.words import ActionKind, NoteKind, Status
from incident_bot.postmortem.draft import ActionRow, MetricRow, Noted
from incident_bot.postmortem.facts import Fact


@dataclass
class Gathered:
    """The entries in force by kind; each list in the order of recording."""

    notes: dict[NoteKind, list[Noted]] = field(default_factory=dict)
    problem: str = ""
    root: str = ""
    whys: dict[int, str] = field(default_factory=dict)
    actions: dict[ActionKind, list[ActionRow]] = field(default_factory=dict)
    resolved: Noted | None = None
    alerts: dict[str, e.AlertTriggered] = field(default_factory=dict)
    approvals: list[Line] = field(default_factory=list)

    def of(self, kind: NoteKind) -> tuple[Noted, ...]:
        """The notes of one kind."""
        return tuple(self.notes.get(kind, ()))


def gather(journal: Sequence[e.Entry]) -> Gathered:
    """Sort the journal. Of what may be stated again (whys, the problem) the last one counts."""
    found, lines = Gathered(), in_force(journal)
    bodies = (line.entry.body for line in lines)
    done = {body.number for body in bodies if isinstance(body, e.ActionClosed)}
    for line in lines:
        match line.entry.body:
            case e.NoteAdded(note=kind, headline=headline, details=details):
                found.notes.setdefault(kind, []).append(Noted(headline, details))
            case e.WhyStated(part="problem", text=text):
                found.problem = text
            case e.WhyStated(part="root", text=text):
                found.root = text
            case e.WhyStated(number=number, text=text):
                found.whys[number or max(found.whys, default=0) + 1] = text
            case e.ActionAdded() as item:
                row = ActionRow(item, line.number in done)
                found.actions.setdefault(item.action, []).append(row)
            case e.StatusChanged(status=Status.RESOLVED, text=text, details=details):
                found.resolved = Noted(text, details) if text or details else found.resolved
            case e.StatusChanged(status=Status.OPEN):
                found.resolved = None
            case e.AlertTriggered() as alert:
                found.alerts[alert.alert_id] = alert
            case e.Approved():
                found.approvals.append(line)
            case _:
                pass
    for rows in found.actions.values():
        rows.sort(key=lambda row: row.item.priority)
    return found


def metric_rows(table: Sequence[Fact]) -> tuple[MetricRow, ...]:
    """The supplied metrics as rows, from the table of facts."""
    rows: dict[str, dict[str, str]] = {}
    for fact in table:
        if fact.key.startswith("metric."):
            column = fact.key.split(".", 2)[1]
            rows.setdefault(fact.name, {})[column] = str(fact.value)
    return tuple(MetricRow(name, **columns) for name, columns in rows.items())
