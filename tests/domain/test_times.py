"""Times as people type them, in their own zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.decision import Refusal
from incident_bot.domain.times import (
    FutureTime,
    UnreadableTime,
    leading_time,
    parse_time,
    zone_of,
)

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2025, 10, 27, 15, 0, tzinfo=UTC)  # a Monday


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # a test's shorthand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:20", utc(2025, 10, 27, 14, 20)),
        ("at 14:20", utc(2025, 10, 27, 14, 20)),
        ("14:20:30", utc(2025, 10, 27, 14, 20, 30)),
        ("9:05", utc(2025, 10, 27, 9, 5)),
        ("2:20pm", utc(2025, 10, 27, 14, 20)),
        ("12:05 am", utc(2025, 10, 27, 0, 5)),
        ("15:00", utc(2025, 10, 27, 15, 0)),
        ("15:01", utc(2025, 10, 26, 15, 1)),
        ("-5m", utc(2025, 10, 27, 14, 55)),
        ("−5m", utc(2025, 10, 27, 14, 55)),
        ("-1h30m", utc(2025, 10, 27, 13, 30)),
        ("-90s", utc(2025, 10, 27, 14, 58, 30)),
        ("at -2h", utc(2025, 10, 27, 13, 0)),
        ("yesterday 23:50", utc(2025, 10, 26, 23, 50)),
        ("today 09:00", utc(2025, 10, 27, 9, 0)),
        ("2025-10-27 14:20", utc(2025, 10, 27, 14, 20)),
        ("2025-10-27 14:20:30", utc(2025, 10, 27, 14, 20, 30)),
        ("2025-10-27T14:20+02:00", utc(2025, 10, 27, 12, 20)),
        ("2025-10-27T14:20Z", utc(2025, 10, 27, 14, 20)),
        ("2025-10-27T14:20:30.123Z", utc(2025, 10, 27, 14, 20, 30)),
        ("now", NOW),
        ("at now", NOW),
        ("-5 min", utc(2025, 10, 27, 14, 55)),
        ("5m ago", utc(2025, 10, 27, 14, 55)),
        ("5 minutes ago", utc(2025, 10, 27, 14, 55)),
        ("1 hour ago", utc(2025, 10, 27, 14, 0)),
        ("1h30m ago", utc(2025, 10, 27, 13, 30)),
        ("2pm", utc(2025, 10, 27, 14, 0)),
        ("at 2 pm", utc(2025, 10, 27, 14, 0)),
        ("yesterday 11pm", utc(2025, 10, 26, 23, 0)),
    ],
)
def test_reads_what_people_type(text: str, expected: datetime) -> None:
    assert parse_time(text, NOW, UTC_ZONE) == expected


def test_a_bare_time_just_after_midnight_was_yesterday() -> None:
    assert parse_time("23:50", utc(2025, 10, 27, 0, 10), UTC_ZONE) == utc(2025, 10, 26, 23, 50)


def test_a_bare_time_is_the_persons_own() -> None:
    assert parse_time("14:20", NOW, BERLIN) == utc(2025, 10, 27, 13, 20)
    # 10:20 in New York (11:00 there now), 23:50 there was yesterday
    assert parse_time("10:20", NOW, NEW_YORK) == utc(2025, 10, 27, 14, 20)
    assert parse_time("yesterday 23:50", NOW, NEW_YORK) == utc(2025, 10, 27, 3, 50)


def test_utc_behind_a_time_overrides_the_zone() -> None:
    assert parse_time("14:20 UTC", NOW, BERLIN) == utc(2025, 10, 27, 14, 20)
    assert parse_time("14:20Z", NOW, NEW_YORK) == utc(2025, 10, 27, 14, 20)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("14:20 the pool is full", "the pool is full"),
        ("14:20 - the pool is full", "the pool is full"),
        ("14:20: the pool is full", "the pool is full"),
        ("14:20, the pool\n- one\n- two", "the pool\n- one\n- two"),
        ("at 14:20\nthe pool", "\nthe pool"),
        ("-5m the pool", "the pool"),
        ("2025-10-27T14:20+02:00 the pool", "the pool"),
        ("14:20 amber light", "amber light"),
        ("14:20 zone b is gone", "zone b is gone"),
    ],
)
def test_a_time_may_lead_a_text(text: str, rest: str) -> None:
    at, found = leading_time(text, NOW, UTC_ZONE)
    assert at is not None
    assert found == rest


@pytest.mark.parametrize(
    "text",
    [
        "10:1 ratio of errors",
        "80:443/tcp is closed",
        "10:20:30:40:50:60 flaps",
        "-5 pods",
        "-5mg",
        "at the moment all is quiet",
        "yesterday's deploy",
        "tomorrow we deploy",
        "now it works",
        "2025-10-27 was the day",
        "3 of 5 pods are down",
        "",
    ],
)
def test_words_that_are_no_time_stay_text(text: str) -> None:
    assert leading_time(text, NOW, UTC_ZONE) == (None, text)


@pytest.mark.parametrize(
    "text",
    [
        "25:99",
        "24:00 x",
        "12:60",
        "12:30:99 x",
        "14:20pm",
        "2025-13-45 14:20",
        "1970-01-01 00:00",
        "14:20-14:35 errors",
        "10:20-10:35 errors",
        "14:20 – 14:35",
        "-99999999999h",
        "-400d",
        "2025-10-27T14:20+25:00",
    ],
)
def test_what_must_be_a_time_and_is_not_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnreadableTime, match=r"14:20, -5m, yesterday 23:50"):
        leading_time(text, NOW, UTC_ZONE)


@pytest.mark.parametrize("text", ["", "soon", "14:20 or so", "half past two"])
def test_a_time_alone_is_wanted(text: str) -> None:
    with pytest.raises(UnreadableTime):
        parse_time(text, NOW, UTC_ZONE)


@pytest.mark.parametrize(
    "text", ["2025-10-27 15:01", "today 23:00", "2026-01-01T00:00Z", "tomorrow 10:00"]
)
def test_a_time_to_come_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(FutureTime, match=r"in the future .*like 14:20"):
        parse_time(text, NOW, UTC_ZONE)


def test_a_skipped_hour_is_refused_not_moved() -> None:
    now = utc(2025, 3, 30, 12, 0)
    for text in ("02:30", "2025-03-30 02:30", "today 02:30"):
        with pytest.raises(UnreadableTime, match="daylight saving"):
            parse_time(text, now, BERLIN)
    assert parse_time("yesterday 02:30", now, BERLIN) == utc(2025, 3, 29, 1, 30)


def test_an_hour_that_came_twice_is_the_later_past_one() -> None:
    # 2025-10-26 in Berlin: 02:30 is 00:30 UTC, then 01:30 UTC
    assert parse_time("02:30", utc(2025, 10, 26, 0, 45), BERLIN) == utc(2025, 10, 26, 0, 30)
    assert parse_time("02:30", utc(2025, 10, 26, 12, 0), BERLIN) == utc(2025, 10, 26, 1, 30)
    assert parse_time("2025-10-26 02:30 +02:00", utc(2025, 10, 27), BERLIN) == utc(
        2025, 10, 26, 0, 30
    )


def test_an_unknown_zone_is_utc() -> None:
    assert zone_of("Mars/Olympus").key == "UTC"
    assert zone_of("../../etc/passwd").key == "UTC"
    assert zone_of("Europe/Berlin").key == "Europe/Berlin"


zones = st.sampled_from(
    [UTC_ZONE, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")]
)
moments = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001  made aware by the strategy
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(moments, zones, st.integers(0, 23), st.integers(0, 59))
def test_a_bare_time_is_its_latest_past_occurrence(
    now: datetime, zone: ZoneInfo, hour: int, minute: int
) -> None:
    try:
        at = parse_time(f"{hour:02}:{minute:02}", now, zone)
    except UnreadableTime:
        return  # skipped by daylight saving
    local = at.astimezone(zone)
    assert (local.hour, local.minute, local.second) == (hour, minute, 0)
    assert at <= now < at + timedelta(hours=26)
    assert at.tzinfo is UTC
    for hours in range(1, 27):  # no later one that is past
        for half in (0, 30):
            later = at + timedelta(hours=hours - 1, minutes=half + (30 if not half else 0))
            if at < later <= now:
                wall = later.astimezone(zone)
                assert (wall.hour, wall.minute) != (hour, minute)


@given(moments, zones)
def test_a_moment_written_out_with_its_offset_comes_back(now: datetime, zone: ZoneInfo) -> None:
    at = now.replace(microsecond=0)
    assert parse_time(at.astimezone(zone).isoformat(), now, zone) == at


@given(st.text() | st.from_regex(r"(at )?[-\d:T+Zyesterday ]{0,25}"), zones)
def test_no_text_raises_anything_but_a_refusal(text: str, zone: ZoneInfo) -> None:
    try:
        at, _ = leading_time(text, NOW, zone)
    except Refusal:
        return
    assert at is None or at <= NOW
