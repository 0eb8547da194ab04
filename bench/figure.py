"""One line of the table."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """What was measured, in words; what could be reached at best, the bar, and whether it is met.

    `values` are the bare numbers behind the words, in the units that their names end with.
    """

    what: str
    measured: str
    floor: str
    bar: str
    reached: bool
    values: dict[str, float] = field(default_factory=dict)


def percentile(values: list[float], share: float) -> float:
    """The value that this share (0 to 1) of them do not exceed; of few values the largest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: list[float]) -> float:
    """The middle one."""
    return percentile(values, 0.5)
