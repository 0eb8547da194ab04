"""Permissions through the whole: signed commands and buttons, the real service, a real store."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp

from incident_bot.domain import commands as c
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.permissions import VERBS
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import IC, Standing, Status
from incident_bot.service import Service
from incident_bot.store import Store
from tests.slack.desk_kit import ELSEWHERE, ROOM, FakePeople, action_body, make_app, send, type_in

ALICE = Person(name="Alice", handle="alice", slack_id="U1")
BOB = Person(name="Bob", handle="bob", slack_id="U2")
BOBS = {"user_id": "U2", "user_name": "bob"}
REFUSED = (
    "Only the Incident Commander may resolve INC-1 here (`permissions.resolve`). "
    "Ask <@U1>, or take the role: `/incident role ic me`."
)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """INC-1 is open, Alice commands, and only the IC may resolve; only Alice may declare."""
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    service = Service(store, Policy(permissions={"resolve": ("ic",), "declare": ("U1",)}))
    await service.handle(c.Declare(actor=by(ALICE), title="Checkout fails"))
    await service.handle(c.RecordRoom(actor=BOT, channel_id=ROOM, name="room"), ref="INC-1")
    await service.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE), ref="INC-1")
    yield service
    await store.close()


@pytest.fixture
def app(service: Service) -> AsyncApp:
    return make_app(service, FakePeople())  # type: ignore[arg-type]  # the real one, for once


@pytest.fixture
async def answers() -> AsyncIterator[tuple[str, Callable[[], list[dict[str, str]]]]]:
    """A response_url, and what came there."""
    got: list[dict[str, str]] = []

    async def receive(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response(text="ok")

    served = web.Application()
    served.router.add_post("/respond", receive)
    async with TestServer(served) as server:
        yield str(server.make_url("/respond")), lambda: got


async def status(service: Service) -> Status:
    incident = await service.store.incident("INC-1")
    assert incident is not None
    return incident.status


@pytest.mark.parametrize("text", ["resolve Rolled back", "status resolved"])
async def test_a_command_is_refused_to_its_author_alone(
    service: Service, app: AsyncApp, text: str
) -> None:
    answered = await type_in(app, text, **BOBS)
    assert answered.text == REFUSED
    assert not answered.public
    assert await status(service) is Status.OPEN


async def test_the_way_forward_leads_there(service: Service, app: AsyncApp) -> None:
    await type_in(app, "role ic me", trigger_id="1", **BOBS)
    answered = await type_in(app, "resolve", trigger_id="2", **BOBS)
    assert "INC-1 resolved" in answered.text
    assert await status(service) is Status.RESOLVED


async def test_a_button_obeys_too(
    service: Service,
    app: AsyncApp,
    answers: tuple[str, Callable[[], list[dict[str, str]]]],
) -> None:
    url, got = answers
    bob = {"id": "U2", "username": "bob"}
    await send(app, action_body("resolve", "INC-1", url, user=bob))
    assert [answer["text"] for answer in got()] == [REFUSED]
    assert got()[0]["response_type"] == "ephemeral"
    assert await status(service) is Status.OPEN
    await send(app, action_body("resolve", "INC-1", url, trigger_id="other"))
    assert await status(service) is Status.RESOLVED


async def test_declaring_is_refused_however_it_is_asked(service: Service, app: AsyncApp) -> None:
    for text in ("declare Search is slow", "Search is very slow"):
        answered = await type_in(app, text, ELSEWHERE, trigger_id=text, **BOBS)
        assert answered.text == (
            "Only <@U1> may open an incident here (`permissions.declare`). Ask <@U1>."
        )
    assert await service.store.incident("INC-2") is None
    allowed = await type_in(app, "declare Search is slow", ELSEWHERE, trigger_id="alice")
    assert "INC-2 declared" in allowed.text


TYPED = {
    "declare": "declare Search is slow",
    "log": "log Pool exhausted",
    "edit": "edit 1 Checkout is slow",
    "redact": "redact 1",
    "role": "role ops <@U1|alice>",
    "severity": "severity sev1",
    "status": "status mitigated",
    "update": "update We are at it",
    "action": "action Add an index",
    "impact": "impact start 14:20",
    "note": "note well Paging worked",
    "why": "why The pool was too small",
    "approve": "approve",
    "resolve": "resolve",
    "reopen": "reopen",
    "cancel": "cancel It was a test",
}
PRESSED = {
    "status": ("mark_mitigated", "INC-1"),
    "resolve": ("resolve", "INC-1"),
    "declare": ("declare_text", "Search is slow"),
}


def left_to_sre(service: Service) -> None:
    """Everything is for @sre, in which Alice (U1) is and Bob (U2) is not."""

    async def stands(person: Person) -> Mapping[str, Standing]:
        return {"@sre": Standing.MEMBER if person.slack_id == "U1" else Standing.OUTSIDER}

    service.policy = Policy(permissions=dict.fromkeys(VERBS, ("@sre",)))
    service.stands = stands


def test_every_restricted_verb_is_typed_here() -> None:
    assert set(TYPED) == set(VERBS)


@pytest.mark.parametrize("verb", TYPED)
async def test_what_is_left_to_a_group_is_refused_to_others(
    service: Service, app: AsyncApp, verb: str
) -> None:
    left_to_sre(service)
    if verb in ("reopen", "approve"):
        await type_in(app, "resolve", trigger_id="before")
    before = await service.store.journal("INC-1")
    answered = await type_in(app, TYPED[verb], **BOBS)
    assert answered.text.startswith("Only @sre may ")
    assert f"(`permissions.{verb}`). Ask somebody in @sre" in answered.text
    assert not answered.public
    assert await service.store.journal("INC-1") == before
    allowed = await type_in(app, TYPED[verb], trigger_id="hers")
    assert "may" not in allowed.text
    after = await service.store.journal("INC-2" if verb == "declare" else "INC-1")
    assert len(after) > (0 if verb == "declare" else len(before))


@pytest.mark.parametrize("verb", PRESSED)
async def test_what_is_pressed_takes_the_same_path(
    service: Service,
    app: AsyncApp,
    answers: tuple[str, Callable[[], list[dict[str, str]]]],
    verb: str,
) -> None:
    left_to_sre(service)
    url, got = answers
    action, value = PRESSED[verb]
    before = await service.store.journal("INC-1")
    bob = {"id": "U2", "username": "bob"}
    await send(app, action_body(action, value, url, user=bob))
    (said,) = got()
    assert said["text"].startswith("Only @sre may ")
    assert said["response_type"] == "ephemeral"
    assert await service.store.journal("INC-1") == before
    await send(app, action_body(action, value, url, trigger_id="hers"))
    after = await service.store.journal("INC-2" if verb == "declare" else "INC-1")
    assert len(after) > (0 if verb == "declare" else len(before))


async def test_before_slack_has_told_who_is_in_a_group_nobody_is(
    service: Service, app: AsyncApp
) -> None:
    service.policy = Policy(permissions={"resolve": ("@sre",)})
    answered = await type_in(app, "resolve")
    assert answered.text.startswith("Slack does not tell just now who is in @sre, so nothing was")
    assert await status(service) is Status.OPEN


async def test_a_typed_group_is_no_mention(service: Service, app: AsyncApp) -> None:
    """It must not call the whole group."""
    service.policy = Policy(permissions={"resolve": ("@sre", "S012AB3CD")})
    answered = await type_in(app, "resolve")
    assert "subteam" not in str(answered.body)


async def test_who_may_read_private_incidents_reaches_them_from_elsewhere(
    service: Service, app: AsyncApp
) -> None:
    private = c.Declare(actor=by(ALICE), title="Keys leaked", private=True)
    await service.handle(private)
    hidden = await type_in(app, "INC-2 status", ELSEWHERE, **BOBS)
    assert hidden.text.startswith("There is no INC-2 that you can reach from here.")

    async def stands(person: Person) -> Mapping[str, Standing]:
        return {"@security": Standing.MEMBER if person.slack_id == "U2" else Standing.OUTSIDER}

    service.policy = Policy(permissions={"private": ("@security",)})
    service.stands = stands
    shown = await type_in(app, "INC-2 status", ELSEWHERE, trigger_id="2", **BOBS)
    assert "Keys leaked" in shown.text
    assert not shown.public
    charlie = {"user_id": "U3", "user_name": "charlie"}
    still = await type_in(app, "INC-2 status", ELSEWHERE, trigger_id="3", **charlie)
    assert still.text == hidden.text
