"""A form asks the permissions as a command does: each verb's refusal stands under its field."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.async_app import AsyncApp

from incident_bot.domain import commands as c
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.permissions import VERBS
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import IC, Standing
from incident_bot.service import Service
from incident_bot.slack.listeners.forms import FORMS
from incident_bot.slack.views import home, interview
from incident_bot.store import Store
from tests.slack.desk_kit import ROOM, FakePeople, make_app, send

ALICE = Person(name="Alice", handle="alice", slack_id="U1")
BOB = Person(name="Bob", handle="bob", slack_id="U2")


def text(value: str) -> dict[str, Any]:
    return {"x": {"type": "plain_text_input", "value": value}}


def option(value: str) -> dict[str, Any]:
    return {"x": {"type": "static_select", "selected_option": {"value": value}}}


def user(slack_id: str) -> dict[str, Any]:
    return {"x": {"type": "users_select", "selected_user": slack_id}}


FILLED_IN: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "declare": ({"title": text("Search is slow"), "details": text("Since noon")},
                {"title": "declare", "details": "log"}),
    "roles": ({"role:ops": user("U1")}, {"role:ops": "role"}),
    "update": ({"text": text("We are at it"), "severity": option("Sev1"),
                "status": option("mitigated")},
               {"text": "update", "severity": "severity", "status": "status"}),
    "action": ({"text": text("Add an index")}, {"text": "action"}),
    "edit": ({"text": text("Checkout is slow")}, {"text": "edit"}),
    "resolve": ({"done": text("Rolled back"), "started": text("-5m"), "root": text("Pool"),
                 "affected": text("1200"), "action": text("Add an index")},
                {"done": "resolve", "started": "impact", "root": "why", "affected": "impact",
                 "action": "action"}),
    interview.ANSWER_FORM: ({interview.ANSWER_BLOCK: text("Bob was awake")},
                            {interview.ANSWER_BLOCK: "note"}),
    interview.APPROVE_FORM: ({interview.CAPACITY_BLOCK: text("CTO")},
                             {interview.CAPACITY_BLOCK: "approve"}),
}  # fmt: skip
"""Of each form: what is typed into it, and the verb that each field stands for."""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """INC-1 is open, and everything is for @sre, in which Alice (U1) is and Bob (U2) is not."""

    async def stands(person: Person) -> Mapping[str, Standing]:
        return {"@sre": Standing.MEMBER if person.slack_id == "U1" else Standing.OUTSIDER}

    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    service = Service(store, Policy())
    await service.handle(c.Declare(actor=by(BOB), title="Checkout fails"))
    await service.handle(c.RecordRoom(actor=BOT, channel_id=ROOM, name="room"), ref="INC-1")
    await service.handle(c.AssignRole(actor=by(BOB), role=IC, holder=BOB), ref="INC-1")
    service.policy = Policy(permissions=dict.fromkeys(VERBS, ("@sre",)))
    service.stands = stands
    yield service
    await store.close()


@pytest.fixture
def app(service: Service) -> AsyncApp:
    return make_app(service, FakePeople())  # type: ignore[arg-type]  # the real one, for once


def submission(name: str, values: dict[str, Any], slack_id: str) -> str:
    about = {"ref": "INC-1", "channel": ROOM, "entry": 1, "question": "lucky"}
    view = {
        "id": f"V{slack_id}",
        "type": "modal",
        "callback_id": name,
        "hash": "1.x",
        "private_metadata": json.dumps(about),
        "blocks": [
            {"type": "input", "block_id": block_id, "element": {"type": "plain_text_input"}}
            for block_id in values
        ],
        "state": {"values": values},
    }
    payload = {
        "type": "view_submission",
        "user": {"id": slack_id, "username": {"U1": "alice", "U2": "bob"}[slack_id]},
        "team": {"id": "T1"},
        "trigger_id": f"{slack_id}.{name}",
        "view": view,
    }
    return urlencode({"payload": json.dumps(payload)})


def test_every_form_that_changes_something_is_tried_here() -> None:
    assert set(FORMS) - {home.FILTER_FORM} == set(FILLED_IN)


@pytest.mark.parametrize("name", FILLED_IN)
async def test_each_field_is_refused_by_its_own_verb(
    service: Service, app: AsyncApp, name: str
) -> None:
    values, verbs = FILLED_IN[name]
    before = await service.store.journal("INC-1")
    answered = await send(app, submission(name, values, "U2"))
    assert answered.body["response_action"] == "errors"
    errors = answered.body["errors"]
    for field, verb in verbs.items():
        if name == "declare" and field == "details":
            continue  # without the incident there is nothing to add to
        assert errors[field].startswith(("Only @sre may ", "To correct ")), errors
        assert f"permissions.{verb}" in errors[field]
    assert await service.store.journal("INC-1") == before
    assert await service.store.incident("INC-2") is None


@pytest.mark.parametrize("name", FILLED_IN)
async def test_who_is_in_the_group_fills_it_in(service: Service, app: AsyncApp, name: str) -> None:
    values, _ = FILLED_IN[name]
    if name in (interview.ANSWER_FORM, interview.APPROVE_FORM):
        await service.handle(c.Resolve(actor=by(ALICE)), ref="INC-1")
    before = len(await service.store.journal("INC-1"))
    answered = await send(app, submission(name, values, "U1"))
    assert answered.status == 200
    assert "errors" not in str(answered.body)
    ref = "INC-2" if name == "declare" else "INC-1"
    assert len(await service.store.journal(ref)) > (0 if name == "declare" else before)
