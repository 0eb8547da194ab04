"""What the configured objective of the incident's service allows: the error budget and its zones.

How much of it was consumed is for people to say.
"""

from calendar import monthrange
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Milestone
from incident_bot.postmortem.clock import utc
from incident_bot.postmortem.escape import flat
from incident_bot.postmortem.facts import Fact

DAY = 86_400


@dataclass(frozen=True)
class Budget:
    """The figures of the Error Budget section that follow from the configuration."""

    service: str
    objective: Fact
    window: Fact
    budget: Fact
    zones: tuple[Fact, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All of them, for the table of facts."""
        return (self.objective, self.window, self.budget, *self.zones)


def budget(incident: Incident, policy: Policy, evidence: tuple[int, ...] = ()) -> Budget | None:
    """The budget in time, (1 − SLO) × window (Google's SRE Workbook), of the incident's service.

    None without an objective for it. A calendar month is the UTC month of detection; `evidence`
    are the entries that say when that was.
    """
    slo = policy.slo(incident.service_id, incident.service)
    detected = incident.times.get(Milestone.DETECTED)
    if slo is None or (slo.window == "month" and detected is None):
        return None
    if slo.window == "month" and detected is not None:
        at = utc(detected)
        days, rule = monthrange(at.year, at.month)[1], f"the calendar month {at:%Y-%m}"
    else:
        days, rule, evidence = int(slo.window), "as configured", ()
    objective = percent(slo.objective)
    exact = (1 - Fraction(str(slo.objective)) / 100) * days * DAY
    zones = sorted(policy.zones, key=lambda zone: zone.from_percent)
    return Budget(
        service=flat(incident.service or slo.service),
        objective=_fact("objective", "Objective", slo.objective, "%", "as configured"),
        window=_fact("window", "Window", days, "days", rule, evidence),
        budget=_fact(
            "time",
            "Error budget",
            _number(exact),
            "s",
            f"(1 − {objective}) × {days} days",
            evidence,
        ),
        zones=tuple(
            _fact(
                f"zone.{zone.name}",
                f"{flat(zone.name)} from {percent(zone.from_percent)}",
                _number(exact * Fraction(str(zone.from_percent)) / 100),
                "s",
                f"{percent(zone.from_percent)} of the error budget",
                evidence,
            )
            for zone in zones
        ),
    )


def percent(share: float) -> str:
    """`99.95 %`, `50 %`: as configured, without zeros behind."""
    text = format(share, ".9f").rstrip("0").rstrip(".")
    return f"{text} %"


def _number(exact: Fraction) -> int | float:
    return int(exact) if exact.denominator == 1 else float(exact)


def _fact(
    key: str,
    name: str,
    value: int | float,
    unit: str,
    formula: str,
    evidence: tuple[int, ...] = (),
) -> Fact:
    source: Literal["computed", "configured"] = "computed" if unit == "s" else "configured"
    return Fact(f"budget.{key}", name, value, unit, formula, source, evidence=evidence)
