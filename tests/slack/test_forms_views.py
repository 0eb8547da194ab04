"""Forms as pure functions: within Slack's limits whatever comes, and with what is known in them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Action, Incident
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import IncidentType, Policy, Role
from incident_bot.domain.words import ActionKind, Milestone, Priority, Severity, Status
from incident_bot.slack.payload_check import view_complaints
from incident_bot.slack.views.forms import action, declare, edit, resolve, roles, update
from incident_bot.standin.slack.blocks import check_view

AT = datetime(2025, 10, 27, 14, 23, 45, tzinfo=UTC)
HOSTILE = [
    "x" * 3_000,
    "<!channel> <@U1> & `rm -rf /` *bold* ~no~ ```" * 20,
    "دفع فشل " * 60 + "‮",
    "🔥🧯👩‍🚒" * 200,
    "one\n\ntwo\tthree\u0000",
]


def person(number: int) -> Person:
    return Person(name=f"Person {number}", handle=f"p{number}", slack_id=f"U{number}")


def incident(**changes: Any) -> Incident:
    return Incident(
        ref="INC-1", title="Checkout fails", severity=Severity.SEV2, last_seq=5,
        times={Milestone.DETECTED: AT},
    ).model_copy(update=changes)  # fmt: skip


def entry(body: Any, seq: int = 3, **changes: Any) -> e.Entry:
    made = e.Entry(seq=seq, occurred_at=AT, recorded_at=AT, actor=by(person(1)), body=body)
    return made.model_copy(update=changes)


def element(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    found = next(b for b in view["blocks"] if str(b.get("block_id")).split(":")[0] == block_id)
    return dict(found["element"])


def fields_of(view: dict[str, Any]) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def right(view: dict[str, Any]) -> dict[str, Any]:
    assert view_complaints(view) == []
    assert check_view(json.loads(json.dumps(view))) == []
    return view


def every_form(words: str, people: int, many: int) -> Iterator[dict[str, Any]]:
    """All forms of an incident in which everything is called `words`."""
    every = tuple(
        Role(key=f"r{n}", name=words[:200], short=words[:40]) for n in range(max(many, 1))
    )
    types = tuple(IncidentType(key=f"t{n}", name=words[:200]) for n in range(many))
    policy = Policy(roles=every, types=types)
    of = incident(
        title=words,
        roles={f"r{n}": person(n) for n in range(people)},
        last_update=words,
        last_update_at=AT,
    )
    typed = {"title": words, "text": words, "details": words, "more": ["more"], "type": "t0"}
    yield declare.declare(policy, channel="C1")
    yield declare.declare(policy, channel="C1", typed=typed)
    yield roles.roles(of, policy, channel="C1")
    yield update.update(of, policy, channel="C1", typed=typed)
    yield action.action(of, channel="C1")
    yield resolve.resolve(of, channel="C1", zone="America/Argentina/ComodRivadavia")
    for body in (
        e.Logged(headline=words, details=words * 5),
        e.Updated(text=words),
        e.StatusChanged(status=Status.RESOLVED, text=""),
        e.RoleAssigned(role="r0", holder=None),
        e.MetricStated(name=words),
    ):
        versions = [entry(body), entry(body, 4, supersedes=3)]
        yield edit.edit(of, 3, versions, policy, channel="C1")


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(("people", "many"), [(0, 0), (3, 3), (40, 300)])
def test_every_form_is_within_slacks_limits(words: str, people: int, many: int) -> None:
    for view in every_form(words, people, many):
        right(view)


def test_what_a_form_is_about_is_its_reference_and_channel() -> None:
    view = right(update.update(incident(), Policy(), channel="C1"))
    assert json.loads(view["private_metadata"]) == {"ref": "INC-1", "channel": "C1"}


def test_a_title_is_all_that_declaring_needs() -> None:
    view = right(declare.declare(Policy(), channel="C1"))
    needed = [b["block_id"] for b in view["blocks"] if not b.get("optional")]
    assert needed == ["title", "severity:-"]
    assert element(view, "severity")["initial_option"]["value"] == "Sev3"
    meaning = [o["text"]["text"] for o in element(view, "severity")["options"]]
    assert meaning[0] == "Sev1 – Critical: many customers affected, public notice"
    assert len(meaning) == 5
    assert "type" not in fields_of(view)


def test_choosing_a_type_shows_what_it_means_and_keeps_what_was_typed() -> None:
    security = IncidentType(key="security", name="Security", private=True, severity=Severity.SEV1)
    policy = Policy(types=(security,))
    before = right(declare.declare(policy, channel="C1"))
    typed = {"title": "Leaked <key>", "details": "since\nnoon", "type": "security"}
    view = right(declare.declare(policy, channel="C1", typed=typed))
    assert element(view, "title")["initial_value"] == "Leaked <key>"
    assert element(view, "details")["initial_value"] == "since\nnoon"
    assert element(view, "severity")["initial_option"]["value"] == "Sev1"
    assert "private" in fields_of(before)
    assert "private" not in fields_of(view)
    assert declare.ALWAYS_PRIVATE in json.dumps(view)
    severities = [[i for i in fields_of(v) if i.startswith("severity")] for v in (before, view)]
    assert severities[0] != severities[1]  # else Slack would keep the severity chosen before


def test_another_type_makes_nothing_public_by_itself() -> None:
    """A private type has no box to tick; choosing another one brings it back, ticked."""
    types = (IncidentType(key="drill", name="Drill"),)
    policy = Policy(types=types)
    for typed, ticked in (
        ({"type": "drill"}, True),
        ({"type": "drill", "private": None}, False),
        ({"type": "drill", "private": ["private"]}, True),
        ({}, False),
    ):
        view = right(declare.declare(policy, channel="C1", typed=typed))
        assert ("initial_options" in element(view, "private")) is ticked, typed


def test_roles_hold_who_holds_them() -> None:
    pager = Person(name="Bob Only-In-PagerDuty", pagerduty_id="P1")
    view = right(
        roles.roles(incident(roles={"ic": person(7), "ops": pager}), Policy(), channel="C1")
    )
    held = {b["block_id"]: b["element"].get("initial_user") for b in view["blocks"]}
    assert held == {"role:ic": "U7", "role:ops": None, "role:comms": None}
    assert "Now Bob Only-In-PagerDuty" in view["blocks"][1]["hint"]["text"]


def test_of_many_roles_the_rest_is_told() -> None:
    many = tuple(Role(key=f"r{n}", name=f"Role {n}", short=f"R{n}") for n in range(120))
    view = right(roles.roles(incident(), Policy(roles=many), channel="C1"))
    assert "… and 80 more" in view["blocks"][-1]["elements"][0]["text"]


def test_an_update_shows_the_last_one_and_when_the_next_is_due() -> None:
    of = incident(last_update="Half of <them> & more", last_update_at=AT)
    view = right(update.update(of, Policy(), channel="C1"))
    said = view["blocks"][0]["elements"][0]["text"]
    assert "Half of &lt;them&gt; &amp; more" in said
    due = int((AT + timedelta(minutes=60)).timestamp())
    assert f"*Next update due* <!date^{due}^" in said
    assert fields_of(view) == ["text", "more"]


def test_more_fields_of_an_update_appear_as_chosen() -> None:
    typed = {"text": "Half way", "more": ["more"]}
    view = right(update.update(incident(), Policy(), channel="C1", typed=typed))
    assert fields_of(view) == ["text", "more", "severity", "status"]
    assert element(view, "text")["initial_value"] == "Half way"
    assert "Sev2" not in [o["value"] for o in element(view, "severity")["options"]]
    assert [o["value"] for o in element(view, "status")["options"]] == ["acknowledged", "mitigated"]
    mitigated = incident(status=Status.MITIGATED)
    view = right(update.update(mitigated, Policy(), channel="C1", typed=typed))
    assert fields_of(view) == ["text", "more", "severity"]


def test_an_entry_is_shown_as_it_is_with_who_and_when() -> None:
    body = e.Logged(headline="Failed <over>", details="in two\nsteps")
    view = right(edit.edit(incident(), 3, [entry(body)], Policy(), channel="C1"))
    assert element(view, "text")["initial_value"] == "Failed <over>"
    assert element(view, "details")["initial_value"] == "in two\nsteps"
    assert element(view, "when")["initial_date_time"] == int(AT.timestamp())
    assert "Recorded by Person 1" in view["blocks"][1]["elements"][0]["text"]
    assert json.loads(view["private_metadata"])["entry"] == 3


def test_a_text_too_long_for_a_field_is_not_shown_cut() -> None:
    body = e.Logged(headline="short", details="y" * 3_001)
    view = right(edit.edit(incident(), 3, [entry(body)], Policy(), channel="C1"))
    assert fields_of(view) == ["text", "when", "reason"]
    assert "Its details are too long for a form" in json.dumps(view)


def test_what_can_only_be_retracted_has_no_fields() -> None:
    view = right(edit.edit(incident(), 3, [entry(e.Approved(title="CTO"))], Policy(), channel="C1"))
    assert fields_of(view) == []
    assert "submit" not in view
    assert view["blocks"][-1]["elements"][0]["value"] == "INC-1 3"


def test_what_moved_the_incident_cannot_be_retracted() -> None:
    body = e.StatusChanged(status=Status.MITIGATED, text="ok")
    view = right(edit.edit(incident(), 3, [entry(body)], Policy(), channel="C1"))
    assert "retract_entry" not in json.dumps(view)


def test_resolving_asks_only_for_what_is_missing() -> None:
    view = right(resolve.resolve(incident(), channel="C1", zone="Europe/Berlin"))
    assert fields_of(view) == ["done", "at", "started", "root", "affected", "action"]
    assert all(block.get("optional") for block in view["blocks"] if block["type"] == "input")
    assert "Europe/Berlin" in view["blocks"][2]["hint"]["text"]
    item = e.ActionAdded(action=ActionKind.PROCESS, priority=Priority.P1, text="x")
    known = incident(
        times={Milestone.DETECTED: AT, Milestone.IMPACT_STARTED: AT},
        current={"why/root/0": 4},
        impact={"Affected users": "5"},
        actions=(Action(seq=5, item=item),),
    )
    view = right(resolve.resolve(known, channel="C1", zone="UTC"))
    assert fields_of(view) == ["done", "at"]
