"""One line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, in words; the bar, and whether it is reached."""

    what: str
    measured: str
    bar: str
    reached: bool


def percentile(values: list[float], share: float) -> float:
    """The value that this share (0 to 1) of them do not exceed; of few values the largest."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
