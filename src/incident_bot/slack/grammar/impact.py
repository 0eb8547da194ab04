"""`impact`: since when, whom and how much.

`impact start TIME`, `impact detected TIME`, `impact [area] NAME: VALUE`, and
`impact metric NAME | BASELINE | DURING | PEAK`; several lines are several figures.
"""

from incident_bot.domain.times import leading_time, parse_time
from incident_bot.domain.words import ImpactArea, Milestone
from incident_bot.slack.grammar.request import Context, Figure, Figures, Metric, SetTime
from incident_bot.slack.grammar.typed import plain
from incident_bot.slack.grammar.words import first_word, fit, quoted, wrong

EXAMPLE = "impact user Affected users: ~15,000 (10 %)"
METRIC_EXAMPLE = "impact metric p99 latency | 200 ms | 4.2 s | 9 s"
_STARTED = frozenset({"start", "started", "begin", "began", "since"})
_DETECTED = frozenset({"detected", "detect"})
_ENDED = frozenset({"end", "ended", "ends", "stop", "stopped", "over"})


def impact(raw: str, context: Context) -> SetTime | Figures:
    """Read a time of the impact, or its figures, one for each line."""
    text = plain(raw).strip()
    word, rest = first_word(text)
    when = word.lower().rstrip(":")
    if when in _STARTED:
        return SetTime(Milestone.IMPACT_STARTED, parse_time(rest, context.now, context.zone))
    if when in _DETECTED:
        return SetTime(Milestone.DETECTED, parse_time(rest, context.now, context.zone))
    ended = rest.partition("\n")[0]
    if when in _ENDED and not leading_time(ended, context.now, context.zone)[1]:
        problem = "the impact ends when it is mitigated"
        raise wrong(f"impact {when}", problem, f"status mitigated at {_time(ended)}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    area, metric = ImpactArea.USER, False
    rows: list[Figure | Metric] = []
    for line in lines:
        head, tail = first_word(line)
        if not tail and (head.lower().rstrip(":") in set(ImpactArea) or head.lower() == "metric"):
            metric = head.lower() == "metric"  # a heading for the lines below it
            area = area if metric else ImpactArea(head.lower().rstrip(":"))
        elif head.lower() == "metric" or (metric and "|" in line):
            metric = True
            rows.append(_metric(tail if head.lower() == "metric" else line))
        else:
            rows.append(_figure(line, area))
    if not rows:
        raise wrong("impact", "the figure is missing", EXAMPLE)
    return Figures(tuple(rows))


def _time(typed: str) -> str:
    return typed.lower().removeprefix("at ").strip() or "14:20"


def _figure(line: str, area: ImpactArea) -> Figure:
    head, tail = first_word(line)
    if head.lower() in set(ImpactArea) and ":" in tail:
        area, line = ImpactArea(head.lower()), tail
    name, colon, value = line.partition(":")
    if not (colon and name.strip() and value.strip()):
        raise wrong("impact", f"{quoted(line)} is not NAME: VALUE", EXAMPLE)
    return Figure(area, fit(name.strip(), what="A name"), fit(value.strip(), what="A value"))


def _metric(line: str) -> Metric:
    cells = [cell.strip() for cell in line.split("|")]
    if not cells[0] or not 2 <= len(cells) <= 4 or not any(cells[1:]):
        problem = f"{quoted(line)} is not NAME | BASELINE | DURING | PEAK"
        raise wrong("impact metric", problem, METRIC_EXAMPLE)
    return Metric(*(fit(cell, what="A cell") for cell in cells))
