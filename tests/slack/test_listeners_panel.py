"""`/incident` alone: the panel of where one is; and lists in pages."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.words import Milestone, Severity, Status
from incident_bot.slack.listeners.buttons import BUTTONS
from tests.slack.desk_kit import (
    ELSEWHERE,
    NOW,
    ROOM,
    Answered,
    FakeService,
    action_body,
    incident,
    make_app,
    send,
    type_in,
)
from tests.slack.response_kit import Inbox, an_inbox

ALICE = Person(name="Alice", handle="alice", slack_id="U1")
BOB = Person(name="Bob", handle="bob", slack_id="U2")
DETECTED = {Milestone.DETECTED: NOW}


def pressable(answered: Answered) -> list[tuple[str, str]]:
    return [(button["action_id"], button["value"]) for button in answered.buttons]


@pytest.mark.parametrize("text", ["", "  ", "INC-1", "inc 1"])
async def test_in_a_war_room_it_shows_where_the_incident_stands(text: str) -> None:
    service = FakeService(incident(roles={"ic": ALICE}, times=DETECTED, severity=Severity.SEV2))
    answered = await type_in(make_app(service), text)
    assert not answered.public
    for part in (
        "*INC-1* · Sev2 · open · Checkout fails",
        "IC: <@U1> · Ops: _nobody yet_",
        "• detected: <!date^",
        "*Next:* Say since when it is felt: `/incident impact start 14:20`",
    ):
        assert part in answered.text
    assert ("claim_role:ops", "INC-1 ops") in pressable(answered)
    assert ("mark_mitigated", "INC-1") in pressable(answered)
    assert "claim_role:ic" not in dict(pressable(answered))


@pytest.mark.parametrize("status", Status)
async def test_every_button_of_it_does_something(status: Status) -> None:
    service = FakeService(incident(status=status, times=DETECTED))
    answered = await type_in(make_app(service), "")
    ids = [action_id.partition(":")[0] for action_id, _ in pressable(answered)]
    assert set(ids) <= set(BUTTONS)
    assert ("mark_mitigated" in ids) == (status.rank < Status.MITIGATED.rank)


async def test_by_its_name_it_shows_anywhere_with_words_that_name_it() -> None:
    service = FakeService(incident(times=DETECTED))
    answered = await type_in(make_app(service), "INC-1", ELSEWHERE)
    assert "`/incident INC-1 role ic me`" in answered.text
    assert ("claim_role:ic", "INC-1 ic") in pressable(answered)


async def test_elsewhere_it_shows_what_is_going_on_and_how_to_declare() -> None:
    over = incident("INC-2", "C2", status=Status.RESOLVED, title="Done")
    secret = incident("INC-3", "C3", private=True, title="Data leak")
    answered = await type_in(make_app(FakeService(incident(), over, secret)), "", ELSEWHERE)
    assert "*INC-1* · Sev3 · open · Checkout fails" in answered.text
    assert "`/incident Payment API is failing`" in answered.text
    assert "Done" not in answered.text
    assert "leak" not in str(answered.body)
    assert not answered.public
    empty = await type_in(make_app(FakeService()), "", ELSEWHERE)
    assert "No incident is open." in empty.text


async def test_the_panel_of_a_private_incident_is_for_its_people_alone() -> None:
    service = FakeService(incident("INC-2", "C2", private=True, title="Data leak"))
    assert "There is no INC-2" in (await type_in(make_app(service), "INC-2", ELSEWHERE)).text
    member = incident("INC-2", "C2", private=True, title="Data leak", invited=(ALICE,))
    app = make_app(FakeService(member))
    assert "Data leak" in (await type_in(app, "INC-2", ELSEWHERE)).text
    assert "Data leak" in (await type_in(app, "", ELSEWHERE)).text


async def test_many_people_and_long_names_keep_slacks_limits() -> None:
    """`type_in` holds the answer to them."""
    people = {key: Person(name="<!channel>" * 300) for key in ("ic", "ops", "comms")}
    crowded = incident(
        title="‮ & <@U0>" * 500, roles=people, times=DETECTED, last_update="x" * 9_000
    )
    answered = await type_in(make_app(FakeService(crowded)), "")
    assert "<!channel>" not in str(answered.body)


# --- lists


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with an_inbox() as box:
        yield box


def many(count: int, **fields: Any) -> Sequence[Incident]:
    return [incident(f"INC-{n}", f"C{n}", **fields) for n in range(1, count + 1)]


def refs(text: str) -> list[str]:
    return [line.split("*")[1] for line in text.splitlines() if line.startswith("*INC-")]


async def test_a_list_comes_in_pages_that_turn_in_place(inbox: Inbox) -> None:
    service = FakeService(*many(23, severity=Severity.SEV1))
    app = make_app(service)
    first = await type_in(app, "list sev1", ELSEWHERE)
    assert refs(first.text) == [f"INC-{n}" for n in range(23, 13, -1)]
    assert first.text.splitlines()[0] == "*Open incidents*, newest first · Sev1 · page 1"
    assert [action_id for action_id, _ in pressable(first)] == ["list_page:next"]

    async def turn(button: dict[str, Any]) -> dict[str, Any]:
        body = action_body(button["action_id"], button["value"], inbox.url, ELSEWHERE)
        assert (await send(app, body)).status == 200
        return inbox.got[-1]

    second = await turn(first.buttons[0])
    assert (second["response_type"], second["replace_original"]) == ("ephemeral", True)
    assert refs(second["text"]) == [f"INC-{n}" for n in range(13, 3, -1)]
    before, further = second["blocks"][-1]["elements"]
    last = await turn(further)
    assert refs(last["text"]) == ["INC-3", "INC-2", "INC-1"]
    assert [e["action_id"] for e in last["blocks"][-1]["elements"]] == ["list_page:previous"]
    assert refs((await turn(before))["text"]) == refs(first.text)
    assert service.handled == []


async def test_a_page_that_is_gone_leads_back(inbox: Inbox) -> None:
    answered = await type_in(make_app(FakeService(incident())), "list page 7", ELSEWHERE)
    assert "no more on this page" in answered.text
    assert [action_id for action_id, _ in pressable(answered)] == ["list_page:previous"]


@pytest.mark.parametrize(
    "value", ["", "{", "7", "[]", '{"page": 0}', '{"page": 1, "severities": [9]}', '{"text": "x"}']
)
async def test_a_button_of_another_version_is_answered(inbox: Inbox, value: str) -> None:
    app = make_app(FakeService(incident()))
    await send(app, action_body("list_page:next", value, inbox.url))
    assert "`/incident list`" in inbox.got[-1]["text"]
    assert inbox.got[-1]["replace_original"] is False


async def test_nothing_found_says_what_was_looked_for() -> None:
    app = make_app(FakeService(incident()))
    answered = await type_in(app, "list sev1 service:Pay &lt;b&gt;", ELSEWHERE)
    assert answered.text == (
        "No open incident for Sev1 · service Pay · “&lt;b&gt;”.\n"
        "The old ones too: `/incident list all …`"
    )
    assert (await type_in(app, "list all sev1", ELSEWHERE)).text == "No incident for Sev1."


async def test_a_list_shows_private_incidents_to_their_people_alone() -> None:
    open_to_bob = incident("INC-1", "C1", private=True, title="Leak A", roles={"ic": BOB})
    open_to_alice = incident("INC-2", "C2", private=True, title="Leak B", opened_by=ALICE)
    service = FakeService(open_to_bob, open_to_alice, incident("INC-3", ROOM))
    for text in ("list", "list all", "list Leak", "list sev3"):
        for channel in (ROOM, ELSEWHERE):
            answered = await type_in(make_app(service), text, channel)
            assert "Leak A" not in str(answered.body), text
            assert "Leak B" in answered.text, text
            assert not answered.public
