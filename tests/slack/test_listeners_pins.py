"""The reaction and the shortcut at the desk: what becomes a look, and what costs nothing."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from incident_bot.domain.commands import AddMessage, LookAtMessages
from incident_bot.domain.decision import Reply
from incident_bot.domain.policy import Policy
from incident_bot.service import Unavailable
from incident_bot.slack.listeners.shortcuts import SHORTCUTS
from tests.slack.desk_kit import ELSEWHERE, ROOM, FakeService, incident, make_app, send

TS = "1761575100.000100"
SUBJECT = f"message/{ROOM}/{TS}"


def event(**event: Any) -> str:
    return json.dumps(
        {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event}
    )


def reaction(name: str = "pushpin", kind: str = "reaction_added", channel: str = ROOM) -> str:
    item = {"type": "message", "channel": channel, "ts": TS}
    return event(type=kind, user="U1", reaction=name, item=item, event_ts="1761575160.000000")


def changed(old: str, new: str, **more: Any) -> str:
    return event(
        type="message",
        subtype="message_changed",
        channel=ROOM,
        message={"ts": TS, "text": new, **more},
        previous_message={"ts": TS, "text": old},
    )


DELETED = event(type="message", subtype="message_deleted", channel=ROOM, deleted_ts=TS)


class Counted(FakeService):
    """Counts what is read of the store."""

    def __init__(self, *incidents: Any) -> None:
        super().__init__(*incidents)
        self.reads = 0
        read = self.store.in_channel

        async def in_channel(channel_id: str) -> Any:
            self.reads += 1
            return await read(channel_id)

        self.store.in_channel = in_channel  # type: ignore[method-assign]


def service(**fields: Any) -> Counted:
    return Counted(incident(**fields))


async def tell(told: Counted, body: str) -> int:
    return (await send(make_app(told), body, content_type="application/json")).status


async def test_the_reaction_becomes_a_look_committed_before_the_answer() -> None:
    told = service()
    assert await tell(told, reaction()) == 200
    (look,) = told.commands
    assert isinstance(look, LookAtMessages)
    assert (look.channel_id, look.ts, look.key) == (ROOM, (TS,), "Ev1")
    assert look.asked_at is not None and look.left_by is None
    delivery = told.handled[0].delivery
    assert delivery is not None and delivery.id == "Ev1"


async def test_taking_it_away_says_who_did() -> None:
    told = service()
    await tell(told, reaction(kind="reaction_removed"))
    (look,) = told.commands
    assert isinstance(look, LookAtMessages)
    assert (look.left_by, look.asked_at) == ("U1", None)


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        (reaction("eyes"), 0),
        (event(type="message", channel=ROOM, user="U1", text="hello", ts=TS), 0),
        (changed("a", "a", attachments=[{"text": "a preview"}]), 0),
        (reaction(channel=ELSEWHERE), 1),
        (event(type="reaction_added", reaction="pushpin", item={"type": "file", "file": "F1"}), 0),
        (event(type="reaction_added", reaction="pushpin", item={"type": "message"}), 0),
        (event(type="message", subtype="message_deleted", channel=ROOM, deleted_ts="soon"), 0),
        (event(type="message", subtype="message_changed", channel=ROOM), 0),
    ],
)
async def test_what_is_none_of_ours_costs_nothing(body: str, reads: int) -> None:
    told = service()
    assert await tell(told, body) == 200
    assert (told.commands, told.reads) == ([], reads)


async def test_another_emoji_may_be_chosen_or_none() -> None:
    told = service()
    told.policy = Policy(timeline_reaction="round_pushpin")
    await tell(told, reaction())
    assert told.commands == []
    await tell(told, reaction("round_pushpin"))
    await tell(told, reaction("round_pushpin::skin-tone-3"))
    assert len(told.commands) == 2
    told.policy = Policy(timeline_reaction=None)
    await tell(told, reaction("round_pushpin"))
    assert len(told.commands) == 2


@pytest.mark.parametrize("body", [changed("Pool exausted", "Pool exhausted"), DELETED])
async def test_edits_and_deletions_matter_for_what_is_on_the_timeline(body: str) -> None:
    told = service()
    await tell(told, body)
    assert told.commands == []
    told = service(current={SUBJECT: 3})
    await tell(told, body)
    assert len(told.commands) == 1


async def test_an_edit_while_the_message_is_being_looked_at_is_not_lost() -> None:
    told = service()
    told.store.lanes.add(f"INC-1/message/{TS}")
    await tell(told, changed("Pool exausted", "Pool exhausted"))
    assert len(told.commands) == 1


async def test_a_deleted_message_with_replies_leaves_a_stone() -> None:
    told = service(current={SUBJECT: 3})
    await tell(told, changed("a", "a", subtype="tombstone"))
    assert len(told.commands) == 1


async def test_what_could_not_be_kept_slack_sends_again() -> None:
    told = service()
    told.script = lambda command: Unavailable("the database is away")
    assert await tell(told, reaction()) == 503


# The shortcut


async def use(told: FakeService, channel: str = ROOM, **message: Any) -> str:
    """Somebody uses the shortcut on a message: what they are answered."""
    answers: list[dict[str, Any]] = []

    async def respond(request: web.Request) -> web.Response:
        answers.append(await request.json())
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/respond", respond)
    async with TestServer(app) as server:
        payload = {
            "type": "message_action",
            "callback_id": "add_to_timeline",
            "trigger_id": "4.5.6",
            "api_app_id": "A1",
            "user": {"id": "U1", "username": "alice"},
            "team": {"id": "T1", "domain": "acme"},
            "channel": {"id": channel},
            "message_ts": TS,
            "message": {"type": "message", "user": "U2", "ts": TS, "text": "Full", **message},
            "response_url": str(server.make_url("/respond")),
        }
        answered = await send(make_app(told), urlencode({"payload": json.dumps(payload)}))
        assert answered.status == 200
    (answer,) = answers
    assert answer["response_type"] == "ephemeral"
    return str(answer["text"])


async def test_the_shortcut_records_at_once_and_answers_only_who_used_it() -> None:
    told = service()
    told.script = lambda command: Reply(("On the timeline now, as #4",), public=False)
    assert "as #4" in await use(told, text="Pool exhausted\n<@U1> looks")
    (add,) = told.commands
    assert isinstance(add, AddMessage)
    assert (add.seen.headline, add.seen.details) == ("Pool exhausted", "@alice looks")
    assert add.seen.author.handle == "bob"
    assert add.seen.permalink == f"https://acme.slack.com/archives/{ROOM}/p1761575100000100"


async def test_a_replys_link_leads_into_its_thread() -> None:
    told = service()
    told.script = lambda command: Reply(("On the timeline now, as #4",), public=False)
    await use(told, thread_ts="1761575000.000100")
    (add,) = told.commands
    assert isinstance(add, AddMessage) and add.seen.permalink is not None
    assert add.seen.permalink.endswith(f"?thread_ts=1761575000.000100&cid={ROOM}")


async def test_outside_a_war_room_it_says_what_to_do() -> None:
    told = service()
    assert "/incident log" in await use(told, channel=ELSEWHERE)
    assert told.commands == []


async def test_the_bots_own_message_is_refused_in_words() -> None:
    told = service()
    assert "on record already" in await use(told, bot_id="B1", app_id="A1")
    assert told.commands == []


def test_slack_takes_its_name() -> None:
    shortcut = SHORTCUTS["add_to_timeline"]
    assert shortcut.name == "Add to incident timeline" and len(shortcut.name) <= 24
