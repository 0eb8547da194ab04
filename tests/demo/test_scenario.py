"""The scenario format: times, and errors that name the step."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from incident_bot.demo.scenario import ScenarioError, load, parse

HEAD = """
title: A story
zone: Europe/Berlin
date: 2025-03-01
people: [{handle: ana, name: Ana Lima, email: ana@example.com}]
service: Checkout
escalation_policy: Checkout on-call
on_call: [ana]
steps:
"""


def story(*steps: str) -> str:
    return HEAD + "".join(f"  - {step}\n" for step in steps)


def test_times_are_read_in_the_zone_of_the_scenario() -> None:
    scenario = parse(story('{at: "09:05", acknowledge: ana}'))
    assert scenario.steps[0].at == datetime(2025, 3, 1, 8, 5, tzinfo=UTC)
    assert scenario.people[0].zone == "Europe/Berlin"


def test_a_step_without_a_time_happens_when_the_one_before_did() -> None:
    first, second = parse(
        story('{at: "09:05", acknowledge: ana}', "{say: {by: ana, text: list}}")
    ).steps
    assert second.at == first.at
    assert (second.number, second.step.kind, second.step.who) == (2, "say", "ana")


def test_later_days_are_named_once_and_then_hold() -> None:
    steps = parse(
        story(
            '{at: "23:50", acknowledge: ana}',
            '{at: "2025-03-02 00:10", acknowledge: ana}',
            '{at: "00:20", acknowledge: ana}',
            '{at: "2025-03-02T09:00:00Z", acknowledge: ana}',
        )
    ).steps
    assert [f"{timed.at:%d %H:%M}" for timed in steps] == [
        "01 22:50",
        "01 23:10",
        "01 23:20",
        "02 09:00",
    ]


@pytest.mark.parametrize(("written", "hour"), [("14:23", 13), ("2025-03-01T14:23:00", 13)])
def test_yaml_may_read_an_unquoted_time_as_it_likes(written: str, hour: int) -> None:
    """In YAML 1.1 an unquoted 14:23 is the number 863."""
    (timed,) = parse(story(f"{{at: {written}, acknowledge: ana}}")).steps
    assert timed.at == datetime(2025, 3, 1, hour, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (["{acknowledge: ana}"], "step 1 (acknowledge): the first step needs a time"),
        (['{at: "9:5x", acknowledge: ana}'], "step 1 (acknowledge): at: '9:5x' is no time; write"),
        (
            ['{at: "09:05", acknowledge: ana}', '{at: "09:00", acknowledge: ana}'],
            "step 2 (acknowledge): at 09:00 lies before the step above it",
        ),
        (['{at: "09:05", acknowledge: bo}'], "step 1 (acknowledge): 'bo' is not among the people"),
        (['{at: "09:05"}'], "step 1 at 09:05: a step has exactly one of alert, acknowledge,"),
        (
            ['{at: "09:05", acknowledge: ana, resolved_in_pagerduty: ana}'],
            "this has acknowledge and resolved_in_pagerduty",
        ),
        (
            ['{at: "09:05", say: {by: ana}}'],
            "step 1 at 09:05 (say): say.text: is missing",
        ),
        (
            ['{at: "09:05", says: {by: ana, text: log}}'],
            "step 1 at 09:05: says: there is no such key",
        ),
        (["{at: [9], acknowledge: ana}"], 'write at: "14:23"'),
        (
            ['{at: "09:05", alert: {title: X, urgency: huge}}'],
            "step 1 at 09:05 (alert): alert.urgency: Input should be 'high' or 'low'",
        ),
        (["just words"], "step 1: "),
    ],
)
def test_an_error_names_the_step_and_what_is_wrong(steps: list[str], complaint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(story(*steps))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title: [", "this is not YAML"),
        ("- a list", "a scenario is a list of keys"),
        (HEAD, "steps: "),
        (HEAD.replace("title: A story\n", ""), "title: is missing"),
        (
            HEAD.replace("Europe/Berlin", "Mars/Crater"),
            "zone: 'Mars/Crater' is no time zone; write one such as",
        ),
        (
            HEAD.replace("[ana]", "[eva]") + '  - {at: "09:00", acknowledge: ana}\n',
            "on_call: 'eva' is not among the people",
        ),
    ],
)
def test_an_error_outside_the_steps_names_the_key(text: str, complaint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    assert complaint in str(caught.value)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: No such file"):
        load(tmp_path / "nowhere.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match=r"binary\.yaml: is not a text file"):
        load(binary)
