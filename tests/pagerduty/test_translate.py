"""Payloads become commands; nothing that arrives raises."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.commands import (
    AlertAcknowledges,
    AlertAnnotates,
    AlertHappens,
    AlertResolves,
    AlertSeen,
    AlertTriggers,
)
from incident_bot.domain.people import PAGERDUTY, Person, by
from incident_bot.pagerduty.translate import moment, read, translate
from tests.pagerduty.payloads import ALICE, event, incident, note

AT = datetime(2025, 10, 27, 14, 20, 5, 123000, tzinfo=UTC)


def test_triggered_tells_all_about_the_alert() -> None:
    translation = translate(event("incident.triggered", incident()))
    assert translation.kind == "incident.triggered"
    assert translation.event_id == "01CH754SM17TWPE2V2H4VPBRO7"
    assert translation.command == AlertTriggers(
        actor=PAGERDUTY,
        at=AT,
        alert=AlertSeen(
            alert_id="PGR0VU2",
            title="High error rate on checkout",
            url="https://acme.pagerduty.com/incidents/PGR0VU2",
            service_id="PSVC001",
            service="Checkout",
            urgency="high",
            priority="P1",
            number=2,
            escalation_policy_id="PEP0001",
            teams=("Payments",),
            assignees=(
                Person(name="Alice Smith", pagerduty_id="PALICE1"),
                Person(name="Bob Jones", pagerduty_id="PBOB001"),
            ),
            since=datetime(2025, 10, 27, 14, 20, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize(
    "kind",
    [
        "incident.reopened",
        "incident.escalated",
        "incident.priority_updated",
        "incident.urgency_updated",
    ],
)
def test_news_of_an_alert_under_way_may_open_a_room_and_of_a_resolved_one_not(kind: str) -> None:
    raised = translate(event(kind, incident(urgency="high"))).command
    assert isinstance(raised, AlertTriggers)
    assert (raised.event_type, raised.alert.urgency) == (kind, "high")
    over = translate(event(kind, incident(status="resolved"))).command
    assert over == AlertHappens(actor=PAGERDUTY, at=AT, alert_id="PGR0VU2", event_type=kind)


def test_the_agent_is_the_actor() -> None:
    alice = by(Person(name="Alice Smith", pagerduty_id="PALICE1"))
    acknowledged = translate(event("incident.acknowledged", incident(), agent=ALICE)).command
    assert isinstance(acknowledged, AlertAcknowledges)
    assert (acknowledged.actor, acknowledged.at) == (alice, AT)
    resolved = translate(event("incident.resolved", incident(), agent=ALICE)).command
    assert resolved == AlertResolves(actor=alice, at=AT, alert_id="PGR0VU2")


@pytest.mark.parametrize(
    "agent",
    [
        None,
        {},
        {"type": "service_reference", "id": "PSVC001", "summary": "Checkout"},
        {"type": "api_key_reference", "id": "PKEY", "summary": "deploy key"},
        {"type": "bot_user_reference", "id": "PBOT", "summary": "A rule"},
        {"type": "inbound_integration_reference", "id": "PINT", "summary": "Events API"},
        {"type": "user_reference", "id": None, "summary": None},
        "PALICE1",
        17,
    ],
)
def test_an_agent_that_is_no_person_is_pagerduty(agent: Any) -> None:
    command = translate(event("incident.acknowledged", incident(), agent=agent)).command
    assert command is not None and command.actor == PAGERDUTY


def test_a_person_without_a_name_is_called_by_the_id() -> None:
    agent = {"type": "user_reference", "id": "PALICE1", "summary": None}
    command = translate(event("incident.acknowledged", incident(), agent=agent)).command
    assert command is not None
    assert command.actor.person == Person(name="PALICE1", pagerduty_id="PALICE1")


def test_an_annotation_belongs_to_the_incident_it_names() -> None:
    command = translate(
        event("incident.annotated", note("  we see it \n too "), agent=ALICE)
    ).command
    assert isinstance(command, AlertAnnotates)
    assert (command.alert_id, command.text) == ("PGR0VU2", "we see it \n too")


def test_a_long_note_is_cut_and_an_empty_one_is_just_an_event() -> None:
    long = translate(event("incident.annotated", note("x" * 60_000))).command
    assert isinstance(long, AlertAnnotates) and len(long.text) == 20_000
    empty = translate(event("incident.annotated", note(" \n"))).command
    assert isinstance(empty, AlertHappens)


@pytest.mark.parametrize(
    "event_type",
    ["incident.escalated", "incident.responder.added", "incident.title_updated", "incident.new"],
)
def test_every_other_event_of_an_incident_happens(event_type: str) -> None:
    command = translate(event(event_type, note("?"))).command
    assert command == AlertHappens(at=AT, alert_id="PGR0VU2", event_type=event_type)


@pytest.mark.parametrize(
    "payload",
    [
        event("pagey.ping", {"message": "Hello from your friend Pagey!", "type": "ping"}),
        event("service.updated", {"id": "PSVC001", "type": "service", "summary": "Checkout"}),
        event("incident.triggered", None),
        event("incident.triggered", {"type": "incident"}),
        event("incident.acknowledged", {"type": "incident_note", "id": "P1", "incident": None}),
        {"event": None},
        {"event": {"event_type": 5}},
        {},
        [],
        None,
        "incident.triggered",
    ],
)
def test_what_is_no_event_of_an_incident_is_no_command(payload: Any) -> None:
    assert translate(payload).command is None


def test_nulls_everywhere() -> None:
    data = dict.fromkeys(incident(), None) | {"id": "P1", "type": "incident"}
    command = translate(event("incident.triggered", data, occurred_at=None)).command
    assert command == AlertTriggers(
        alert=AlertSeen(alert_id="P1", title="PagerDuty incident P1"), at=None
    )


def test_an_older_body_without_the_newer_fields() -> None:
    data = {"id": "P1", "type": "incident", "title": "Disk full"}
    command = translate(event("incident.triggered", data)).command
    assert isinstance(command, AlertTriggers)
    assert command.alert == AlertSeen(alert_id="P1", title="Disk full")


def test_odd_types_are_left_out_or_taken_as_text() -> None:
    data = incident(
        title=503,
        number="17",
        service="Checkout",
        urgency=["low"],
        priority=3,
        teams=[None, "x", {"summary": 5}],
        assignees=[None, {"id": "PX"}, {"type": "user_reference", "id": 7}],
        escalation_policy=None,
        html_url="javascript:alert(1)",
    )
    command = translate(event("incident.triggered", data)).command
    assert isinstance(command, AlertTriggers)
    alert = command.alert
    assert (alert.title, alert.number, alert.service, alert.urgency) == ("503", 17, None, "high")
    assert (alert.priority, alert.teams, alert.escalation_policy_id) == (None, ("5",), None)
    assert [p.pagerduty_id for p in alert.assignees] == ["PX", "7"]
    assert alert.url is None


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "https://",
        "https:///incidents/P1",
        "https://[",
        "//acme.pagerduty.com/P1",
        "https://acme.pagerduty.com/P1>|<!channel>",
        "https://acme.pagerduty.com/P1|click",
        "https://acme.pagerduty.com/P1 x",
        'https://acme.pagerduty.com/P1"x',
        "https://acme.pagerduty.com/P1`x",
        "https://acme.pagerduty.com/\u202eP1",
        "https://acme.pagerduty.com/" + "x" * 2_000,
        ["https://acme.pagerduty.com/P1"],
        17,
    ],
)
def test_what_is_no_address_of_the_web_is_none(address: Any) -> None:
    command = translate(event("incident.triggered", incident(html_url=address))).command
    assert isinstance(command, AlertTriggers) and command.alert.url is None


@pytest.mark.parametrize(
    "address",
    ["https://acme.pagerduty.com/incidents/Q1?a=1&b=%20#x", "http://localhost:8080/~a/(b)/c_d*e,f"],
)
def test_an_address_of_the_web_is_kept(address: str) -> None:
    command = translate(event("incident.triggered", incident(html_url=f" {address} "))).command
    assert isinstance(command, AlertTriggers) and command.alert.url == address


def test_a_title_is_one_line_that_any_database_takes() -> None:
    data = incident(title="  Disk\n\tfull \x00\ud800 ")
    command = translate(event("incident.triggered", data)).command
    assert isinstance(command, AlertTriggers)
    assert command.alert.title == "Disk full ?"


def test_events_whose_long_ids_begin_alike_are_two() -> None:
    ids = [translate(event("x", {}, id="e" * 300 + end)).event_id for end in ("1", "2")]
    assert ids[0] != ids[1]


def test_low_urgency_is_low() -> None:
    command = translate(event("incident.triggered", incident(urgency="low"))).command
    assert isinstance(command, AlertTriggers) and command.alert.urgency == "low"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-10-27T14:20:05.123Z", AT),
        ("2025-10-27T10:20:05.123-04:00", AT),
        ("2025-10-27T14:20:05.123", None),
        ("2025-10-27", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1761574805, None),
    ],
)
def test_times_are_aware_utc_or_nothing(written: Any, meant: datetime | None) -> None:
    assert moment(written) == meant


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"<html>", b"NaN,"]
)
def test_what_is_not_json_reads_as_nothing(body: bytes) -> None:
    assert translate(read(body)).command is None


texts = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.sampled_from(["incident", "user_reference", "P1", "2025-10-27T14:20:05Z"])
)
keys = texts | st.sampled_from(
    [
        "id",
        "type",
        "summary",
        "title",
        "number",
        "content",
        "incident",
        "service",
        "assignees",
        "teams",
        "priority",
        "urgency",
        "html_url",
        "escalation_policy",
        "body",
        "details",
        "name",
    ]
)
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=25,
)
kinds = st.sampled_from(
    [f"incident.{verb}" for verb in ("triggered", "acknowledged", "resolved", "annotated", "other")]
)


@given(any_json)
def test_no_json_raises(payload: Any) -> None:
    translate(payload)


@given(
    kind=kinds, data=any_json, agent=any_json, at=any_json, fields=st.dictionaries(keys, any_json)
)
def test_no_event_raises_and_every_command_can_be_kept(
    kind: str, data: Any, agent: Any, at: Any, fields: dict[str, Any]
) -> None:
    for content in (data, {"type": "incident", "id": "P1"} | fields):
        command = translate(event(kind, content, agent=agent, occurred_at=at)).command
        if command is not None:
            json.loads(command.model_dump_json())
            assert command.at is None or command.at.tzinfo is UTC
