"""Which incident is meant, what free text does, and who may learn of a private incident."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.people import Person
from incident_bot.domain.words import Severity, Status
from tests.slack.desk_kit import ELSEWHERE, ROOM, FakeService, incident, make_app, type_in

OTHER_ROOM = "C0OTHER"


@pytest.fixture
def two() -> FakeService:
    return FakeService(
        incident("INC-1", ROOM), incident("INC-2", OTHER_ROOM, title="Search is slow")
    )


@pytest.mark.parametrize("text", ["INC-2 log Pool", "log INC-2 Pool", "inc-2 log Pool"])
async def test_outside_a_room_the_incident_is_named(two: FakeService, text: str) -> None:
    answered = await type_in(make_app(two), text, ELSEWHERE)
    (handled,) = two.handled
    assert handled.ref == "INC-2"
    assert isinstance(handled.command, c.LogEntry)
    assert handled.command.headline == "Pool"
    assert not answered.public


async def test_a_room_may_be_left_by_naming_another_incident_first(two: FakeService) -> None:
    answered = await type_in(make_app(two), "INC-2 log Pool", ROOM)
    assert two.handled[0].ref == "INC-2"
    assert not answered.public


async def test_in_a_room_a_reference_in_the_text_is_text(two: FakeService) -> None:
    await type_in(make_app(two), "log INC-2 is caused by this", ROOM)
    (handled,) = two.handled
    assert handled.ref == "INC-1"
    assert isinstance(handled.command, c.LogEntry)
    assert handled.command.headline == "INC-2 is caused by this"


async def test_a_verb_with_closed_words_takes_the_reference_anywhere(two: FakeService) -> None:
    await type_in(make_app(two), "severity INC-2 sev1", ROOM)
    assert two.handled[0].ref == "INC-2"


async def test_resolving_asks_when_another_incident_stands_behind_it(two: FakeService) -> None:
    answered = await type_in(make_app(two), "resolve INC-2", ROOM)
    assert two.handled == []
    assert "`/incident INC-2 resolve`" in answered.text
    await type_in(make_app(two), "resolve INC-1 done", ROOM)
    assert two.handled[0].ref == "INC-1"
    assert two.commands[0].model_dump()["text"] == "done"


async def test_with_one_open_incident_it_is_proposed_by_name() -> None:
    service = FakeService(incident(), incident("INC-2", OTHER_ROOM, status=Status.RESOLVED))
    answered = await type_in(make_app(service), "log 14:20 Pool", ELSEWHERE)
    assert service.handled == []
    assert "“Checkout fails”" in answered.text
    assert "`/incident INC-1 log 14:20 Pool`" in answered.text


async def test_with_several_open_incidents_they_are_listed(two: FakeService) -> None:
    answered = await type_in(make_app(two), "resolve", ELSEWHERE)
    assert two.handled == []
    assert "INC-1 “Checkout fails”" in answered.text
    assert "INC-2 “Search is slow”" in answered.text
    assert not answered.public


async def test_with_none_open_the_answer_says_how_to_go_on() -> None:
    answered = await type_in(make_app(FakeService()), "log Pool", ELSEWHERE)
    assert "none is open" in answered.text


async def test_an_unknown_reference_is_refused(two: FakeService) -> None:
    assert "There is no INC-77" in (await type_in(make_app(two), "INC-77 log x")).text
    assert two.handled == []


# --- free text


@pytest.mark.parametrize("text", ["checkout returns 500 everywhere", "login is failing again"])
async def test_free_text_outside_a_room_declares(two: FakeService, text: str) -> None:
    await type_in(make_app(two), text, ELSEWHERE)
    (handled,) = two.handled
    assert isinstance(handled.command, c.Declare)
    assert handled.command.title == text


async def test_flags_in_free_text_count(two: FakeService) -> None:
    await type_in(make_app(two), "sev1 customer data leaked --private", ELSEWHERE)
    command = two.commands[0]
    assert isinstance(command, c.Declare)
    assert (command.title, command.severity, command.private) == (
        "customer data leaked",
        Severity.SEV1,
        True,
    )


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("checkout returns 500 everywhere", ROOM),
        ("checkout down", ELSEWHERE),
        ("lgo the pool is full", ELSEWHERE),
        ("resolved it by rollback", ELSEWHERE),
        ("page the on-call please", ELSEWHERE),
        ("mitigated at 14:20 today", ELSEWHERE),
        ("close it please now", ELSEWHERE),
        ("ack the alert now", ELSEWHERE),
    ],
)
async def test_free_text_that_may_be_something_else_asks_with_a_button(
    two: FakeService, text: str, channel: str
) -> None:
    answered = await type_in(make_app(two), text, channel)
    assert two.handled == []
    assert not answered.public
    button = answered.buttons[-1]
    assert (button["action_id"], button["value"]) == ("declare_text", text)
    assert button["text"]["text"].startswith("Declare ")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("mitigated at 14:20", "`/incident status mitigated"),
        ("close", "`/incident resolve`"),
        ("fixed the pool", "`/incident resolve fixed the pool`"),
        ("ic @alice", "`/incident role ic @alice`"),
        ("delete 4", "`/incident edit 4 --retract`"),
        ("SEV-1: payments too", "`/incident severity sev1 payments too`"),
        ("INC-1 close", "`/incident INC-1 resolve`"),
    ],
)
async def test_a_word_for_a_verb_leads_to_the_verb(two: FakeService, text: str, hint: str) -> None:
    answered = await type_in(make_app(two), text, ROOM)
    assert two.handled == []
    assert hint in answered.text


async def test_a_cut_never_loses_the_private_flag(two: FakeService) -> None:
    text = "down &amp; " + "x" * 2500 + " --private sev2"
    (button,) = (await type_in(make_app(two), text, ROOM)).buttons
    assert len(button["value"]) <= 2000
    assert button["value"].startswith("--private ")


async def test_a_flag_that_is_nearly_private_opens_nothing(two: FakeService) -> None:
    answered = await type_in(make_app(two), "customer data leaked --privat", ELSEWHERE)
    assert two.handled == []
    assert "--private" in answered.text


async def test_an_unknown_verb_behind_a_reference_is_refused(two: FakeService) -> None:
    answered = await type_in(make_app(two), "INC-1 checkout is down again", ELSEWHERE)
    assert two.handled == []
    assert "“checkout” is no verb" in answered.text


# --- private incidents


@pytest.fixture
def secret() -> FakeService:
    private = incident("INC-2", OTHER_ROOM, title="Data leak", private=True)
    return FakeService(incident(), private)


@pytest.mark.parametrize(
    "text",
    [
        "list",
        "list all",
        "log x",
        "resolve",
        "INC-2",
        "INC-2 timeline",
        "INC-2 log x",
        "status INC-2",
        "INC-2 frobnicate x y",
    ],
)
@pytest.mark.parametrize("channel", [ROOM, ELSEWHERE])
async def test_a_private_incident_is_not_seen_from_elsewhere(
    secret: FakeService, text: str, channel: str
) -> None:
    answered = await type_in(make_app(secret), text, channel)
    assert "Data leak" not in str(answered.body)
    assert all(handled.ref != "INC-2" for handled in secret.handled)


async def test_unknown_and_private_incidents_are_refused_in_the_same_words(
    secret: FakeService,
) -> None:
    app = make_app(secret)
    private = (await type_in(app, "INC-2 timeline", ELSEWHERE)).text
    unknown = (await type_in(app, "INC-3 timeline", ELSEWHERE)).text
    assert private.replace("INC-2", "INC-3") == unknown


async def test_a_private_incident_answers_in_its_own_room(secret: FakeService) -> None:
    app = make_app(secret)
    assert "Data leak" in (await type_in(app, "list", OTHER_ROOM)).text
    assert "Data leak" in (await type_in(app, "status", OTHER_ROOM)).text
    assert not (await type_in(app, "list", OTHER_ROOM)).public
    assert (await type_in(app, "log x", OTHER_ROOM)).public


@pytest.mark.parametrize("how", ["invited", "roles", "opened_by"])
async def test_those_who_belong_to_it_may_name_it_and_are_answered_alone(how: str) -> None:
    alice = Person(name="Alice", slack_id="U1")
    fields = {"invited": (alice,), "roles": {"ic": alice}, "opened_by": alice}
    service = FakeService(incident("INC-2", OTHER_ROOM, private=True, **{how: fields[how]}))
    answered = await type_in(make_app(service), "INC-2 log x", ELSEWHERE)
    assert service.handled[0].ref == "INC-2"
    assert not answered.public


async def test_bearing_the_same_name_as_a_member_opens_nothing() -> None:
    namesake = Person(name="Alice", handle="alice")  # known from PagerDuty by the name alone
    service = FakeService(incident("INC-2", OTHER_ROOM, private=True, invited=(namesake,)))
    answered = await type_in(make_app(service), "INC-2 log x", ELSEWHERE)
    assert service.handled == []
    assert "There is no INC-2" in answered.text
