"""Quiet hours: over midnight, over the days on which the clocks are changed, by severity."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.reminder_policy import Quiet, Reminders
from incident_bot.domain.words import Severity

MARCH = datetime(2025, 3, 28, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(begin=time(22), end=time(7))


def berlin(day: str, clock: str, fold: int = 0) -> datetime:
    hour, minute = map(int, clock.split(":"))
    found = datetime.combine(date.fromisoformat(day), time(hour, minute), BERLIN)
    return found.replace(fold=fold)


@pytest.mark.parametrize(
    ("at", "over"),
    [
        (berlin("2025-10-20", "21:59"), berlin("2025-10-20", "21:59")),
        (berlin("2025-10-20", "22:00"), berlin("2025-10-21", "07:00")),
        (berlin("2025-10-21", "00:30"), berlin("2025-10-21", "07:00")),
        (berlin("2025-10-21", "06:59"), berlin("2025-10-21", "07:00")),
        (berlin("2025-10-21", "07:00"), berlin("2025-10-21", "07:00")),
        # 26 October: 03:00 becomes 02:00, the night has ten hours
        (berlin("2025-10-25", "23:00"), berlin("2025-10-26", "07:00")),
        # 30 March: 02:00 becomes 03:00, it has eight
        (berlin("2025-03-29", "23:00"), berlin("2025-03-30", "07:00")),
    ],
)
def test_a_night(at: datetime, over: datetime) -> None:
    assert NIGHT.over(at.astimezone(UTC), BERLIN) == over.astimezone(UTC)


def test_the_nights_on_which_the_clocks_change_are_as_long_as_they_are() -> None:
    autumn = berlin("2025-10-25", "22:00").astimezone(UTC)
    assert NIGHT.over(autumn, BERLIN) - autumn == timedelta(hours=10)
    spring = berlin("2025-03-29", "22:00").astimezone(UTC)
    assert NIGHT.over(spring, BERLIN) - spring == timedelta(hours=8)


def test_by_day() -> None:
    siesta = Quiet(begin=time(13), end=time(15))
    assert siesta.over(berlin("2025-10-20", "14:00"), BERLIN) == berlin("2025-10-20", "15:00")
    early = berlin("2025-10-20", "12:00")
    assert siesta.over(early, BERLIN) == early


def test_an_end_within_the_hour_that_comes_twice() -> None:
    short = Quiet(begin=time(22), end=time(2, 50))
    second = berlin("2025-10-26", "02:45", fold=1).astimezone(UTC)
    assert short.over(second, BERLIN) == second + timedelta(minutes=5)


def test_an_end_that_the_clock_skips() -> None:
    short = Quiet(begin=time(22), end=time(2, 30))
    at = berlin("2025-03-30", "01:59").astimezone(UTC)
    assert at < short.over(at, BERLIN) <= at + timedelta(minutes=31)


@given(
    begin=st.times(),
    end=st.times(),
    at=st.integers(0, 220 * 24 * 60).map(lambda m: MARCH + timedelta(minutes=m)),
)
def test_nothing_is_ever_due_before_it_was(begin: time, end: time, at: datetime) -> None:
    quiet = Quiet(begin=begin, end=end)
    over = quiet.over(at, BERLIN)
    assert at <= over <= at + timedelta(hours=25)


def test_only_milder_severities_wait() -> None:
    rules = Reminders(quiet=NIGHT, zone="Europe/Berlin", quiet_below=Severity.SEV2)
    at = berlin("2025-10-20", "23:00").astimezone(UTC)
    waits = {severity: rules.awake(at, severity) > at for severity in Severity}
    assert waits == {
        Severity.SEV1: False,
        Severity.SEV2: False,
        Severity.SEV3: True,
        Severity.SEV4: True,
        Severity.SEV5: True,
    }


def test_the_morning_after_is_the_teams() -> None:
    rules = Reminders(zone="Europe/Berlin")
    assert rules.morning_after(date(2025, 10, 25)) == datetime(2025, 10, 26, 8, tzinfo=UTC)
    assert rules.morning_after(date(2025, 10, 24)) == datetime(2025, 10, 25, 7, tzinfo=UTC)
