"""The error budget that follows from the configured objective."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.levels import DEFAULT_STATUSES, Slo, StatusName, Zone
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import ImpactArea, Milestone, Status
from incident_bot.postmortem.budget import budget
from incident_bot.postmortem.clock import with_fraction
from tests.postmortem.book import ALICE, Book
from tests.postmortem.checkout import checkout
from tests.postmortem.reading import HEADINGS, live_html, sections

THIRTY = Slo(service="Payment API", objective=99.95)
MONTH = Slo(service="S1", objective=99.9, window="month")


def book(*slos: Slo, opened: str = "14:23", **more: object) -> Book:
    made = Book(policy=Policy(slos=slos).model_copy(update=more))
    made.opened(opened, service_id="S1", service="Payment API")
    return made


def section(document: str) -> str:
    return document.partition("### Error Budget\n")[2].partition("### Performance Impact")[0]


def test_objective_budget_and_zones_are_stated_with_their_formula() -> None:
    assert section(book(THIRTY).postmortem()).startswith(
        "\n- **Objective**: 99.95 % for Payment API over 30 days (as configured)\n"
        "- **Error budget**: 21 m 36 s = (1 − 99.95 %) × 30 days\n"
        "- **Zones**: Healthy from 0 % (0 s), Concerning from 50 % (10 m 48 s), "
        "Critical from 80 % (17 m 16.8 s), Exhausted from 100 % (21 m 36 s)\n"
        "\nComputed by the bot from its configuration.\n"
    )


@pytest.mark.parametrize(
    ("detected", "days", "allowed"),
    [
        ("2025-10-31 23:59", 31, "44 m 38.4 s"),
        ("2025-11-01 00:00", 30, "43 m 12 s"),
        ("2024-02-10 12:00", 29, "41 m 45.6 s"),
    ],
)
def test_a_month_is_the_one_of_detection(detected: str, days: int, allowed: str) -> None:
    text = section(book(MONTH, opened=detected).postmortem())
    assert f"over {days} days (the calendar month {detected[:7]}, #1)" in text
    assert f"**Error budget**: {allowed} = (1 − 99.9 %) × {days} days" in text


def test_a_corrected_detection_moves_the_month_and_is_its_evidence() -> None:
    made = book(MONTH, opened="2025-11-01 00:10")
    made.add("2025-10-31 23:50", e.MilestoneSet(milestone=Milestone.DETECTED), ALICE)
    assert "(the calendar month 2025-10, #2)" in section(made.postmortem())


def test_what_was_consumed_is_still_asked_and_names_the_budget() -> None:
    text = section(book(THIRTY).postmortem())
    assert "how much of the error budget of 21 m 36 s was consumed, and what remains?" in text
    assert "`/incident impact slo Budget consumed: VALUE`" in text


def test_what_people_state_stands_below_with_its_source() -> None:
    made = book(THIRTY)
    figure = e.ImpactStated(area=ImpactArea.SLO, name="Budget consumed", value="3 minutes")
    made.add("15:30", figure, ALICE)
    text = section(made.postmortem())
    assert "To write" not in text
    assert text.endswith(
        "\nComputed by the bot from its configuration.\n"
        "\n- **Budget consumed**: 3 minutes\n"
        "\nSupplied by Alice Smith (@alice) in #2. The bot computed none of it.\n\n"
    )


def test_an_objective_of_another_service_changes_no_byte() -> None:
    other = checkout()
    other.policy = Policy(slos=(Slo(service="Search", objective=99.0),))
    assert other.postmortem() == checkout().postmortem()
    assert "Objective" not in section(checkout().postmortem())


def test_the_same_journal_and_configuration_give_the_same_bytes() -> None:
    assert book(MONTH).postmortem() == book(MONTH).postmortem()


def test_zones_are_the_teams_own_in_order_and_harmless() -> None:
    zones = (Zone(name="<b>Stop</b> | *now*", from_percent=75.5), Zone(name="Go", from_percent=0))
    document = book(THIRTY, zones=zones).postmortem()
    shown = "Go from 0 % (0 s), &lt;b>Stop&lt;/b> | \\*now\\* from 75.5 % (16 m 18.48 s)"
    assert f"- **Zones**: {shown}\n" in document
    assert live_html(document) == []
    assert sections(document) == list(HEADINGS)


def test_an_objective_that_allows_nothing_says_so() -> None:
    text = section(book(Slo(service="S1", objective=100)).postmortem())
    assert "- **Error budget**: 0 s = (1 − 100 %) × 30 days" in text


@given(st.integers(0, 100_000), st.integers(1, 90), st.integers(0, 1000))
def test_the_figures_are_exact(thousandths: int, days: int, tenths: int) -> None:
    """No float drifts: 99.95 % of 30 days is 1296 s and not 1296.0000000000437."""
    slo = Slo(service="S1", objective=thousandths / 1000, window=days)
    made = book(slo, zones=(Zone(name="z", from_percent=tenths / 10),))
    found = budget(made.incident, made.policy)
    assert found is not None
    allowed = Fraction(100_000 - thousandths, 100_000) * days * 86_400
    assert found.budget.value == pytest.approx(float(allowed), rel=1e-12, abs=1e-12)
    (zone,) = found.zones
    assert zone.value == pytest.approx(float(allowed * tenths / 1000), rel=1e-12, abs=1e-12)
    assert found.facts[0].source == "configured" and found.budget.source == "computed"


@given(st.integers(0, 10_000_000))
def test_a_duration_reads_back_as_what_it_was(milliseconds: int) -> None:
    text = with_fraction(milliseconds / 1000)
    sizes = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    parts = re.findall(r"([\d.]+) ([dhms])", text)
    total = sum(Fraction(number) * sizes[letter] for number, letter in parts)
    assert total == Fraction(milliseconds, 1000)


def test_documents_call_a_status_as_the_team_does() -> None:
    made = Book(
        policy=Policy(
            statuses=(
                *DEFAULT_STATUSES[:2],
                StatusName(status=Status.MITIGATED, name="under *control*"),
                *DEFAULT_STATUSES[3:],
            )
        )
    )
    made.opened()
    made.add("14:50", e.StatusChanged(status=Status.MITIGATED, text="Failed over"), ALICE)
    assert "**Status**: under \\*control\\*" in made.timeline()
    told = "Alice Smith (@alice) set the status to under \\*control\\*\n- Failed over"
    assert told in made.timeline() and told in made.postmortem()
    made.add("15:08", e.StatusChanged(status=Status.RESOLVED), ALICE)
    assert "Incident declared resolved" in made.postmortem()


def test_reopening_is_said_whatever_open_is_called() -> None:
    statuses = (StatusName(status=Status.OPEN, name="new"), *DEFAULT_STATUSES[1:])
    made = Book(policy=Policy(statuses=statuses))
    made.opened()
    made.add("15:08", e.StatusChanged(status=Status.RESOLVED), ALICE)
    made.add("15:20", e.StatusChanged(status=Status.OPEN), ALICE)
    assert "Incident reopened: new" in made.timeline()
