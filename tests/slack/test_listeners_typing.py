"""What people type half, wrong or not at all: it is understood, or a button does it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Reply
from incident_bot.domain.people import Person
from incident_bot.domain.words import Severity
from incident_bot.slack.listeners import VERBS
from incident_bot.store import KnownPerson
from tests.slack.desk_kit import (
    ELSEWHERE,
    NOW,
    ROOM,
    FakePeople,
    FakeService,
    action_body,
    incident,
    make_app,
    send,
    type_in,
)
from tests.slack.response_kit import Inbox, an_inbox


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with an_inbox() as box:
        yield box


@pytest.fixture
def service() -> FakeService:
    return FakeService(incident())


async def press(
    service: FakeService, inbox: Inbox, button: dict[str, Any], channel: str = ROOM
) -> dict[str, Any]:
    body = action_body(button["action_id"], button["value"], inbox.url, channel)
    assert (await send(make_app(service), body)).status == 200
    return inbox.got[-1]


# --- a severity alone


@pytest.mark.parametrize(
    "text", ["sev1", "SEV-1", "1", "Sev 1", "severity 1", "severity SEV-1", "sev sev1", "sever 1"]
)
@pytest.mark.parametrize("channel", [ROOM, ELSEWHERE])
async def test_a_severity_alone_sets_it(service: FakeService, text: str, channel: str) -> None:
    said = text if channel == ROOM else f"INC-1 {text}"
    await type_in(make_app(service), said, channel)
    (command,) = service.commands
    assert isinstance(command, c.ChangeSeverity)
    assert command.severity is Severity.SEV1


@pytest.mark.parametrize(
    "text", ["1 node is down", "6", "sev6", "sev1 customer data leaked --private", "SEV-1: slow"]
)
async def test_with_words_behind_it_a_severity_is_no_command(
    service: FakeService, text: str
) -> None:
    await type_in(make_app(service), text, ROOM)
    assert service.handled == []


async def test_what_is_to_be_private_is_not_offered_to_the_rooms_timeline(
    service: FakeService,
) -> None:
    answered = await type_in(make_app(service), "sev1 customer data leaked --private", ROOM)
    (button,) = answered.buttons
    assert button["action_id"] == "declare_text"
    assert button["value"].startswith("--private ")


async def test_outside_a_room_a_severity_alone_changes_nothing(service: FakeService) -> None:
    await type_in(make_app(service), "1", ELSEWHERE)
    await type_in(make_app(service), "sev1", ELSEWHERE)
    assert service.handled == []


# --- a slip, and the button that runs what was meant


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lgo 14:20 Pool &amp; <@U2|bob>", "log 14:20 Pool &amp; <@U2|bob>"),
        ("resolvd Rolled back", "resolve Rolled back"),
        ("canc a test", "cancel a test"),
        ("redac 3", "redact 3"),
        ("INC-1 lgo Pool", "INC-1 log Pool"),
        ("mitigated at 14:20", "status mitigated at 14:20"),
        ("the pool is full", "log the pool is full"),
    ],
)
async def test_a_slip_is_run_by_a_button(
    service: FakeService, inbox: Inbox, text: str, value: str
) -> None:
    answered = await type_in(make_app(service), text)
    assert service.handled == []
    button = answered.buttons[0]
    assert (button["action_id"], button["value"]) == ("run_typed:1", value)
    assert button["text"]["text"].startswith("Run /incident ")
    reply = await press(service, inbox, button)
    (handled,) = service.handled
    assert handled.ref == "INC-1"
    assert reply["text"].startswith(f"{type(handled.command).__name__} done")
    assert handled.delivery is not None
    assert handled.delivery.also == ("7.7/U1/run_typed:1",)


async def test_the_answer_to_the_button_takes_the_questions_place_unless_all_may_read_it(
    service: FakeService, inbox: Inbox
) -> None:
    shown = (await type_in(make_app(service), "liist")).buttons[0]
    assert (await press(service, inbox, shown))["replace_original"] is True
    logged = (await type_in(make_app(service), "lgo Pool")).buttons[0]
    reply = await press(service, inbox, logged)
    assert (reply["replace_original"], reply["response_type"]) == (False, "in_channel")


async def test_several_meanings_have_a_button_each(
    service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("login", "logic"):
        monkeypatch.setitem(VERBS, name, replace(VERBS["log"], name=name))
    answered = await type_in(make_app(service), "logi Pool")
    assert [b["value"] for b in answered.buttons[:-1]] == ["login Pool", "logic Pool"]
    assert "Did you mean `/incident login Pool` or `/incident logic Pool`?" in answered.text


async def test_what_is_too_long_for_a_button_is_only_told(service: FakeService) -> None:
    answered = await type_in(make_app(service), "lgo " + "x" * 1_997)
    assert [button["action_id"] for button in answered.buttons] == ["declare_text"]
    assert "Did you mean `/incident log xxx" in answered.text


# --- which incident


async def test_outside_a_room_a_button_says_which_incident_is_meant(inbox: Inbox) -> None:
    service = FakeService(incident(), incident("INC-2", "C2", title="Search is slow"))
    answered = await type_in(make_app(service), "log 14:20 Pool &amp; cache", ELSEWHERE)
    assert [(b["text"]["text"], b["value"]) for b in answered.buttons] == [
        ("INC-2 Search is slow", "INC-2 log 14:20 Pool &amp; cache"),
        ("INC-1 Checkout fails", "INC-1 log 14:20 Pool &amp; cache"),
    ]
    assert service.handled == []
    await press(service, inbox, answered.buttons[1], ELSEWHERE)
    (handled,) = service.handled
    assert handled.ref == "INC-1"
    assert isinstance(handled.command, c.LogEntry)
    assert handled.command.headline == "Pool & cache"


async def test_a_doubtful_reference_has_a_button_for_each_meaning(inbox: Inbox) -> None:
    service = FakeService(incident(), incident("INC-2", "C2"))
    answered = await type_in(make_app(service), "resolve INC-2 was it", ROOM)
    assert [b["value"] for b in answered.buttons] == [
        "INC-2 resolve was it",
        "INC-1 resolve INC-2 was it",
    ]
    await press(service, inbox, answered.buttons[1])
    (handled,) = service.handled
    assert (handled.ref, handled.command.model_dump()["text"]) == ("INC-1", "INC-2 was it")


async def test_no_private_incident_is_offered() -> None:
    service = FakeService(incident(private=True, title="Data leak"))
    answered = await type_in(make_app(service), "log Pool", ELSEWHERE)
    assert answered.buttons == []
    assert "leak" not in str(answered.body)


# --- declared at once, and undone


async def test_what_is_declared_at_once_says_so_and_can_be_undone(
    service: FakeService, inbox: Inbox
) -> None:
    service.script = lambda command: Reply((f"{type(command).__name__} done",))
    answered = await type_in(make_app(service), "Payment API is failing", ELSEWHERE)
    assert "You can undo it within 10 minutes" in answered.text
    (button,) = answered.buttons
    assert (button["action_id"], button["value"]) == ("undo_declare", "INC-9")
    service.store.known["INC-9"] = incident("INC-9", room=None)
    reply = await press(service, inbox, button, ELSEWHERE)
    assert isinstance(service.commands[-1], c.Undo)
    assert service.handled[-1].ref == "INC-9"
    assert reply["replace_original"] is True


@pytest.mark.parametrize(
    "text",
    ["can nobody log in", "not able to pay", "app crashes at start", "red lights everywhere"],
)
async def test_a_sentence_declares_whatever_verb_it_nearly_begins_with(
    service: FakeService, text: str
) -> None:
    await type_in(make_app(service), text, ELSEWHERE)
    (command,) = service.commands
    assert isinstance(command, c.Declare)


# --- people


BOB = Person(name="Bob", handle="bob", slack_id="U2")


@pytest.mark.parametrize("text", ["role ops @bob", "role ops @Bob", "role @bob ops"])
async def test_a_plain_name_is_found_among_those_who_are_known(text: str) -> None:
    service = FakeService(incident(invited=(BOB,)))
    await type_in(make_app(service), text)
    (command,) = service.commands
    assert isinstance(command, c.AssignRole)
    assert (command.role, command.holder) == ("ops", BOB)


async def test_a_plain_name_is_also_found_in_the_store(service: FakeService) -> None:
    await type_in(make_app(service), "role ops @bob")
    await type_in(make_app(service), "action Fix it @bob")
    await type_in(make_app(service), "action Fix it @sre")
    found = [command.model_dump().get("holder") for command in service.commands[:1]]
    assert found[0] is not None and found[0]["slack_id"] == "U2"
    owners = [each.owner for each in service.commands if isinstance(each, c.AddAction)]
    assert [owner.slack_id for owner in owners if owner] == ["U2", None]


@pytest.mark.parametrize("text", ["role ic me", "role ic myself", "role ic @me", "role me ic"])
async def test_me_is_whoever_types(service: FakeService, text: str) -> None:
    await type_in(make_app(service), text)
    (command,) = service.commands
    assert isinstance(command, c.AssignRole)
    assert command.holder is not None
    assert command.holder.slack_id == "U1"


async def test_a_name_that_nobody_has_is_refused(service: FakeService) -> None:
    answered = await type_in(make_app(service), "role ic @zed")
    assert answered.text == (
        "I know no @zed. Type @ and choose the name from Slack's list, or say `me`."
    )
    assert service.handled == []


async def test_a_name_that_two_have_is_refused(service: FakeService) -> None:
    class Namesakes(FakePeople):
        async def by_handle(self, handle: str) -> list[KnownPerson]:
            return [
                KnownPerson(name="Bob", handle=handle, slack_id=slack_id, fetched_at=NOW)
                for slack_id in ("U2", "U7")
            ]

    answered = await type_in(make_app(service, Namesakes()), "role ic @bob")
    assert "More than one person is called @bob" in answered.text
    assert service.handled == []
