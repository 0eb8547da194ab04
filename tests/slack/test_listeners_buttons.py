"""Buttons over Bolt; the answers go to a real response_url on this machine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.handover import Offer
from incident_bot.domain.people import Person
from incident_bot.domain.words import Severity, Status
from incident_bot.service import Unavailable
from tests.slack.desk_kit import (
    ELSEWHERE,
    ROOM,
    FakeService,
    action_body,
    incident,
    make_app,
    send,
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
    service: FakeService, inbox: Inbox, action_id: str, value: str, channel: str = ROOM, **more: Any
) -> None:
    app = make_app(service)
    answered = await send(app, action_body(action_id, value, inbox.url, channel, **more))
    assert answered.status == 200


@pytest.mark.parametrize(
    ("action_id", "value", "kind"),
    [
        ("claim_role:ic", "INC-1 ic", c.AssignRole),
        ("claim_role", "INC-1 ops", c.AssignRole),
        ("mark_mitigated", "INC-1", c.ChangeStatus),
        ("resolve", "INC-1", c.Resolve),
        ("resolve:again", "INC-1", c.Resolve),
        ("keep_open", "INC-1", c.KeepOpen),
        ("restore_topic", "INC-1", c.RestoreTopic),
    ],
)
async def test_each_button_becomes_its_command_and_the_room_is_told(
    service: FakeService, inbox: Inbox, action_id: str, value: str, kind: type[c.Command]
) -> None:
    await press(service, inbox, action_id, value)
    (handled,) = service.handled
    assert isinstance(handled.command, kind)
    assert handled.ref == "INC-1"
    assert handled.delivery is not None
    assert handled.delivery.id == "4.5.6"
    assert handled.delivery.also[0].startswith("8.8/U1/")
    (reply,) = inbox.got
    assert reply["response_type"] == "in_channel"
    assert reply["replace_original"] is False
    assert reply["text"].endswith("done")


async def test_claiming_never_takes_a_role_from_somebody(
    service: FakeService, inbox: Inbox
) -> None:
    await press(service, inbox, "claim_role:ic", "INC-1 ic")
    command = service.commands[0]
    assert isinstance(command, c.AssignRole)
    assert command.only_if_free
    assert command.holder is not None
    assert command.holder.slack_id == "U1"


async def test_mitigated_is_a_change_of_status(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "mark_mitigated", "INC-1")
    command = service.commands[0]
    assert isinstance(command, c.ChangeStatus)
    assert command.status is Status.MITIGATED


async def test_a_refusal_is_for_the_person_alone(service: FakeService, inbox: Inbox) -> None:
    service.script = lambda command: Refusal("Bob has it already.")
    await press(service, inbox, "claim_role:ic", "INC-1 ic")
    (reply,) = inbox.got
    assert reply["response_type"] == "ephemeral"
    assert reply["text"] == "Bob has it already."


async def test_a_war_room_for_an_alert_is_announced_where_the_button_was(
    service: FakeService, inbox: Inbox
) -> None:
    service.store.alerts["PD1"] = c.AlertSeen(alert_id="PD1", title="Disk")
    await press(service, inbox, "open_for_alert", "PD1", ELSEWHERE)
    command = service.commands[0]
    assert isinstance(command, c.OpenForAlert)
    assert command.alert.alert_id == "PD1"
    assert inbox.got[0]["response_type"] == "in_channel"


@pytest.mark.parametrize(
    ("action_id", "kind"),
    [("accept_handover", c.AcceptOffer), ("decline_handover", c.DeclineOffer)],
)
async def test_who_is_asked_to_take_over_answers_with_a_button_in_private(
    service: FakeService, inbox: Inbox, action_id: str, kind: type[c.Command]
) -> None:
    await press(service, inbox, action_id, "INC-1 ops 12", ELSEWHERE)
    (handled,) = service.handled
    assert isinstance(handled.command, c.AcceptOffer | c.DeclineOffer)
    assert type(handled.command) is kind and handled.ref == "INC-1"
    assert (handled.command.role, handled.command.offer) == ("ops", 12)
    assert inbox.got[0]["response_type"] == "ephemeral"
    await press(service, inbox, action_id, "INC-1 ops", ELSEWHERE)
    assert "older message" in inbox.got[1]["text"] and len(service.handled) == 1


async def test_who_is_asked_may_answer_about_a_private_incident_from_outside(
    inbox: Inbox,
) -> None:
    asker, alice = Person(name="Bob", slack_id="U2"), Person(name="Alice", slack_id="U1")
    offers = {"ic": Offer(seq=12, to=alice, by=asker)}
    service = FakeService(incident(private=True, offers=offers))
    await press(service, inbox, "accept_handover", "INC-1 ic 12", "D0ALICE")
    assert len(service.handled) == 1


async def test_joining_answers_with_the_way_in(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "join", "INC-1", ELSEWHERE)
    assert isinstance(service.commands[0], c.JoinRoom)
    (reply,) = inbox.got
    assert reply["response_type"] == "ephemeral" and f"<#{ROOM}>" in reply["text"]


async def test_a_private_room_is_joined_as_little_as_one_that_is_not_there(inbox: Inbox) -> None:
    alice = Person(name="Alice", slack_id="U1")
    service = FakeService(incident("INC-2", "C0OTHER", private=True, invited=(alice,)))
    for ref in ("INC-2", "INC-3"):
        await press(service, inbox, "join", ref, ELSEWHERE)
    assert service.handled == []
    assert [reply["text"].replace("INC-3", "INC-2") for reply in inbox.got] == [
        inbox.got[0]["text"]
    ] * 2
    assert "There is no INC-2" in inbox.got[0]["text"]


async def test_a_button_of_an_older_version_says_so(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "page_somebody", "INC-1")
    assert service.handled == []
    assert "older message" in inbox.got[0]["text"]


async def test_an_alert_nobody_knows_is_refused(service: FakeService, inbox: Inbox) -> None:
    await press(service, inbox, "open_for_alert", "PD1", ELSEWHERE)
    assert service.handled == []
    assert "not known any more" in inbox.got[0]["text"]


async def test_declaring_by_button_replaces_the_question_and_counts_once(
    service: FakeService, inbox: Inbox
) -> None:
    await press(service, inbox, "declare_text", "--private --severity sev2 Data leak", ELSEWHERE)
    (handled,) = service.handled
    assert isinstance(handled.command, c.Declare)
    assert (handled.command.title, handled.command.severity) == ("Data leak", Severity.SEV2)
    assert handled.command.private
    assert handled.delivery is not None
    assert handled.delivery.also == ("7.7/U1/declare_text",)
    (reply,) = inbox.got
    assert reply["response_type"] == "ephemeral"
    assert reply["replace_original"] is True


async def test_a_declaration_that_failed_leaves_the_button_for_another_try(
    service: FakeService, inbox: Inbox
) -> None:
    service.script = lambda command: Unavailable("x")
    await press(service, inbox, "declare_text", "Checkout down", ELSEWHERE)
    assert inbox.got[0]["replace_original"] is False


async def test_a_private_incident_cannot_be_reached_by_a_button_from_elsewhere(
    inbox: Inbox,
) -> None:
    service = FakeService(incident("INC-2", "C0OTHER", private=True))
    await press(service, inbox, "resolve", "INC-2", ELSEWHERE)
    assert service.handled == []
    assert "There is no INC-2" in inbox.got[0]["text"]


async def test_an_answer_that_cannot_be_given_does_not_undo_anything(
    service: FakeService, inbox: Inbox
) -> None:
    inbox.status = 404
    await press(service, inbox, "resolve", "INC-1")
    assert len(service.handled) == 1
    away = Inbox(url="http://127.0.0.1:1/respond")
    await press(service, away, "resolve", "INC-1")
    assert len(service.handled) == 2


async def test_a_service_that_hangs_is_given_up(service: FakeService, inbox: Inbox) -> None:
    service.script = lambda command: 60.0
    app = make_app(service, deadline=0.05)
    answered = await send(app, action_body("resolve", "INC-1", inbox.url))
    assert answered.status == 200
    assert inbox.got[0]["text"] == "Not recorded, try again."


@pytest.mark.parametrize(
    "more", [{"user": None}, {"channel": None}, {"container": None}, {"trigger_id": None}]
)
async def test_payloads_with_something_missing_are_answered(
    service: FakeService, inbox: Inbox, more: dict[str, Any]
) -> None:
    await press(service, inbox, "resolve", "INC-1", **more)
    assert len(inbox.got) == 1
