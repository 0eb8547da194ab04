"""A storm of alerts as one line of the story: how many fired, were acknowledged and resolved.

The timeline of its own (`timeline-INC-1.md`) keeps every one of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from incident_bot.domain import entries as e
from incident_bot.domain.journal import Line
from incident_bot.postmortem import clock
from incident_bot.postmortem.escape import flat
from incident_bot.postmortem.moment import Moment

Told = tuple[Line, Moment]

MOST_ALONE = 4
"""So many in a row are told one by one."""
GAP = timedelta(minutes=5)
"""After so long without one, it is another storm."""


def calmed(told: Sequence[Told], first_alert: int | None) -> list[Told]:
    """The same lines in the same order, each storm as one. `first_alert` opened the incident, and
    like the first acknowledgement it stands for itself."""
    alone = {first_alert, _first_acknowledgement(told)}
    groups: list[list[Told]] = []
    for line, moment in told:
        stormy = _may_join(line) and line.number not in alone
        if stormy and groups and _goes_on(groups[-1], moment, alone):
            groups[-1].append((line, moment))
        else:
            groups.append([(line, moment)])
    return [
        one for group in groups for one in ([_as_one(group)] if len(group) > MOST_ALONE else group)
    ]


def _first_acknowledgement(told: Sequence[Told]) -> int | None:
    found = (line.number for line, _ in told if isinstance(line.entry.body, e.AlertAcknowledged))
    return next(found, None)


def _may_join(line: Line) -> bool:
    alerts = (e.AlertTriggered, e.AlertAcknowledged, e.AlertResolved)
    return isinstance(line.entry.body, alerts) and not line.corrected


def _goes_on(group: Sequence[Told], moment: Moment, alone: set[int | None]) -> bool:
    line, before = group[-1]
    return _may_join(line) and line.number not in alone and moment.at - before.at <= GAP


def _as_one(group: Sequence[Told]) -> Told:
    (line, begin), (_, end) = group[0], group[-1]
    bodies = [line.entry.body for line, _ in group]
    titles = [flat(body.title) for body in bodies if isinstance(body, e.AlertTriggered)]
    numbers = tuple(n for _, moment in group for n in moment.numbers)
    details = [f"Entries #{min(numbers)} to #{max(numbers)}, {_span(begin, end)} UTC"]
    if titles:
        details += [f"The first: {titles[0]}", f"The last: {titles[-1]}"]
    if (different := len(set(titles))) > 1:
        details.append(f"{different} different titles")
    headline = _headline(group, len(titles))
    return line, replace(begin, numbers=numbers, headline=headline, details="\n".join(details))


def _headline(group: Sequence[Told], fired: int) -> str:
    by = [m.who for line, m in group if isinstance(line.entry.body, e.AlertAcknowledged)]
    resolved = sum(isinstance(line.entry.body, e.AlertResolved) for line, _ in group)
    said = [f"{_alerts(fired, 'more ')} fired"] if fired else []
    if by:
        names = ", ".join(dict.fromkeys(flat(name) for name in by))
        said.append(f"{_alerts(len(by))} acknowledged by {names}")
    if resolved:
        said.append(f"{_alerts(resolved)} resolved in PagerDuty")
    return "; ".join(said)


def _alerts(count: int, which: str = "") -> str:
    return f"{count} {which}alert{'s' if count != 1 else ''}"


def _span(begin: Moment, end: Moment) -> str:
    dated = len(clock.days((begin.at, end.at))) > 1
    return f"{clock.exact(begin.at, dated=dated)} to {clock.exact(end.at, dated=dated)}"
