"""The table of facts: every figure of the documents, with what proves it.

The times and formulas are those of the project's definitions: TTD, TTA, TTM, TTR, time to IC,
impact duration and declared duration, each between two named moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from incident_bot.domain import entries as e
from incident_bot.domain.fold import apply
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import Line, in_force
from incident_bot.domain.people import Actor
from incident_bot.domain.words import IC, ImpactArea, Milestone, Status
from incident_bot.postmortem.clock import seconds_between, utc

IC_ASSIGNED = "IC assigned"

ORDER = (
    Milestone.IMPACT_STARTED,
    Milestone.DETECTED,
    Milestone.ACKNOWLEDGED,
    Milestone.MITIGATED,
    Milestone.RESOLVED,
)


@dataclass(frozen=True)
class Point:
    """A moment that a figure begins or ends at. `at` is UTC, cut to the second; `evidence` are
    the numbers of the entries that say so (the first version's, then its correction's)."""

    name: str
    at: datetime
    evidence: tuple[int, ...]


@dataclass(frozen=True)
class Fact:
    """One figure.

    `value` is a number in `unit` (`s`: seconds, may be negative when the end points are not in
    order; `drafts`, `%`, `days`), a moment, or the words that somebody supplied (`by`); None: not
    known. `source` says whether the bot read it off the journal or the configuration, computed
    it, or was told.
    """

    key: str
    name: str
    value: int | float | datetime | str | None
    unit: str
    formula: str
    source: Literal["recorded", "configured", "computed", "supplied"]
    start: Point | None = None
    end: Point | None = None
    evidence: tuple[int, ...] = ()
    by: Actor | None = None
    missing: tuple[str, ...] = ()
    """The names of the end points that nobody recorded."""

    @property
    def seconds(self) -> int | None:
        """The duration, when it is one: not negative and both end points known."""
        if self.unit == "s" and isinstance(self.value, int) and self.value >= 0:
            return self.value
        return None

    @property
    def out_of_order(self) -> bool:
        """True when the end lies before the start: there is no figure then, only a sentence."""
        return self.unit == "s" and isinstance(self.value, int) and self.value < 0


_DURATIONS = (
    ("ttd", "TTD", Milestone.IMPACT_STARTED, Milestone.DETECTED),
    ("tta", "TTA", Milestone.DETECTED, Milestone.ACKNOWLEDGED),
    ("time_to_ic", "Time to IC", Milestone.DETECTED, IC_ASSIGNED),
    ("ttm", "TTM", Milestone.IMPACT_STARTED, Milestone.MITIGATED),
    ("ttr", "TTR", Milestone.IMPACT_STARTED, Milestone.RESOLVED),
    ("impact_duration", "Impact duration", Milestone.IMPACT_STARTED, Milestone.MITIGATED),
    ("declared_duration", "Declared duration", Milestone.DETECTED, Milestone.RESOLVED),
)


# The kinds that can set a time of the state; the rest of a long journal need not be folded again.
_MOVES_TIMES = (
    e.Opened,
    e.AlertAcknowledged,
    e.StatusChanged,
    e.MilestoneSet,
    e.RoleAssigned,
)


def evidence_of(line: Line) -> tuple[int, ...]:
    """The number that people know the line by, and its correction's."""
    return (line.number, line.entry.seq) if line.corrected else (line.number,)


def points(journal: Sequence[e.Entry], ref: str = "") -> dict[str, Point]:
    """The moments in force by name: the milestones, and when an IC was first assigned.

    Read off the journal in the same way as the state is (a fold), so they agree with it.
    """
    state = Incident(ref=ref)
    found: dict[str, Point] = {}
    for line in in_force(journal):
        if not isinstance(line.entry.body, _MOVES_TIMES):
            continue
        state = apply(state, line.entry.model_copy(update={"seq": line.number}))
        for name in [name for name in found if name != IC_ASSIGNED]:
            if Milestone(name) not in state.times:
                del found[name]
        for milestone, at in state.times.items():
            if milestone not in found or found[milestone].at != utc(at):
                found[milestone] = Point(milestone, utc(at), evidence_of(line))
        body, at = line.entry.body, utc(line.entry.occurred_at)
        if isinstance(body, e.RoleAssigned) and body.role == IC and body.holder is not None:
            known = found.get(IC_ASSIGNED)
            if known is None or at < known.at:
                found[IC_ASSIGNED] = Point(IC_ASSIGNED, at, evidence_of(line))
    return found


def facts(journal: Sequence[e.Entry], incident: Incident) -> tuple[Fact, ...]:
    """Every figure of the incident's documents: recorded moments, durations, supplied figures."""
    found = points(journal, incident.ref)
    table = [
        Fact(
            key=f"at.{point.name}",
            name=point.name,
            value=point.at,
            unit="UTC",
            formula="as recorded",
            source="recorded",
            evidence=point.evidence,
        )
        for point in found.values()
    ]
    table += [_duration(key, name, start, end, found) for key, name, start, end in _DURATIONS]
    table += _supplied(journal)
    table.append(_draft_number(journal))
    return tuple(table)


def _duration(key: str, name: str, start: str, end: str, found: dict[str, Point]) -> Fact:
    first, last = found.get(start), found.get(end)
    value = None if first is None or last is None else seconds_between(first.at, last.at)
    return Fact(
        key=key,
        name=name,
        value=value,
        unit="s",
        formula=f"{end} − {start}",
        source="computed",
        start=first,
        end=last,
        evidence=tuple(n for point in (first, last) if point for n in point.evidence),
        missing=tuple(str(n) for n, point in ((start, first), (end, last)) if point is None),
    )


def _supplied(journal: Sequence[e.Entry]) -> list[Fact]:
    """What people stated, the last statement of each name, in the order of the first."""
    found: dict[str, Fact] = {}
    for line in in_force(journal):
        match line.entry.body:
            case e.ImpactStated(area=area, name=name, value=value):
                figures = {f"impact.{area}.{name}": (name, value)}
            case e.MetricStated() as row:
                figures = {
                    f"metric.{column}.{row.name}": (row.name, getattr(row, column))
                    for column in ("baseline", "during", "peak")
                }
            case _:
                continue
        for key, (name, value) in figures.items():
            found[key] = Fact(
                key=key,
                name=name,
                value=value,
                unit="",
                formula="as supplied",
                source="supplied",
                evidence=evidence_of(line),
                by=line.entry.actor,
            )
    return list(found.values())


def _draft_number(journal: Sequence[e.Entry]) -> Fact:
    delivered = [entry.seq for entry in journal if isinstance(entry.body, e.PostmortemDelivered)]
    return Fact(
        key="draft_number",
        name="draft",
        value=len(delivered) + 1,
        unit="drafts",
        formula="drafts delivered before + 1",
        source="computed",
        evidence=tuple(delivered),
    )


def reopenings(journal: Sequence[e.Entry]) -> tuple[Point, ...]:
    """When it was opened again: the durations to an end run on to the last one."""
    return tuple(
        Point("reopened", utc(line.entry.occurred_at), evidence_of(line))
        for line in in_force(journal)
        if isinstance(line.entry.body, e.StatusChanged) and line.entry.body.status is Status.OPEN
    )


def impact_figures(table: Sequence[Fact], area: ImpactArea) -> tuple[Fact, ...]:
    """The figures that people supplied for one area."""
    return tuple(fact for fact in table if fact.key.startswith(f"impact.{area}."))


def disorder(table: Sequence[Fact]) -> list[tuple[Point, Point]]:
    """Neighbouring milestones that are not in the usual order, the one that should be first first.

    That is no mistake in itself: the fix may come before anybody acknowledges.
    """
    known = {
        fact.name: Point(fact.name, fact.value, fact.evidence)
        for fact in table
        if isinstance(fact.value, datetime)
    }
    row = [known[milestone] for milestone in ORDER if milestone in known]
    return [(a, b) for a, b in pairwise(row) if b.at < a.at]
