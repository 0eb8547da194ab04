"""A pretended service and signed Slack requests, for the tests of the listeners."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.domain.commands import AlertSeen, Command
from incident_bot.domain.decision import Refusal, Refusals, Reply, lines
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident, Room
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Standing
from incident_bot.service import Outcome
from incident_bot.slack.app import build_app
from incident_bot.slack.payload_check import complaints
from incident_bot.store import Delivery, KnownPerson

NOW = datetime(2025, 10, 27, 15, 0, tzinfo=UTC)
SECRET = "shh"
ROOM, ELSEWHERE = "C0ROOM", "C0GENERAL"


def incident(ref: str = "INC-1", room: str | None = ROOM, **fields: Any) -> Incident:
    place = Room(channel_id=room, name=f"room-{ref.lower()}") if room else None
    return Incident(ref=ref, **{"title": "Checkout fails", "room": place, "last_seq": 3, **fields})


@dataclass
class FakeStore:
    known: dict[str, Incident] = field(default_factory=dict)
    journals: dict[str, list[Entry]] = field(default_factory=dict)
    alerts: dict[str, AlertSeen] = field(default_factory=dict)
    lanes: set[str] = field(default_factory=set)

    async def incident(self, ref: str) -> Incident | None:
        return self.known.get(ref)

    async def in_channel(self, channel_id: str) -> Incident | None:
        found = (i for i in self.known.values() if i.room and i.room.channel_id == channel_id)
        return next(found, None)

    async def journal(self, ref: str) -> list[Entry]:
        return self.journals.get(ref, [])

    async def is_to_be_done(self, lane: str) -> bool:
        return lane in self.lanes

    async def incidents(
        self, *, only_open: bool, include_private: bool, limit: int = 50
    ) -> list[Incident]:
        found = [
            i
            for i in self.known.values()
            if (include_private or not i.private) and not (only_open and i.is_over)
        ]
        return found[::-1][:limit]

    async def listed(
        self, wanted: Wanted, knows: Callable[[Incident], bool], *, offset: int = 0, limit: int = 50
    ) -> list[Incident]:
        every = reversed(self.known.values())
        found = [i for i in every if wanted.takes(i) and (not i.private or knows(i))]
        return found[offset : offset + limit]

    async def alert(self, alert_id: str) -> AlertSeen | None:
        return self.alerts.get(alert_id)


@dataclass
class Handled:
    command: Command
    ref: str | None
    delivery: Delivery | None


Script = Callable[[Command], Reply | Exception | float | None]


class FakeService:
    """Answers each command as the script says: a Reply, an error to raise, seconds to hang."""

    def __init__(self, *incidents: Incident) -> None:
        self.store = FakeStore({i.ref: i for i in incidents})
        self.policy = Policy()
        self.handled: list[Handled] = []
        self.script: Script = lambda command: Reply((f"{type(command).__name__} done",))
        self.repeated = False

    def now(self) -> datetime:
        return NOW

    async def groups(self, person: Person) -> Mapping[str, Standing]:
        return {}

    async def handle(
        self,
        command: Command,
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome:
        answer = self.script(command)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = None
        self.handled.append(Handled(command, ref, delivery))
        found = self.store.known.get(ref) if ref else incident("INC-9", room=None)
        return Outcome(answer, found, repeated=self.repeated)

    async def handle_all(
        self,
        commands: Sequence[Command],
        *,
        ref: str | None = None,
        delivery: Delivery | None = None,
        aloud: bool = False,
    ) -> Outcome:
        answers = [self.script(command) for command in commands]
        refused = {n: why for n, why in enumerate(answers) if isinstance(why, Refusal)}
        if refused:
            raise Refusals(refused)
        outcomes = [
            await self.handle(command, ref=ref, delivery=delivery, aloud=aloud)
            for command in commands
        ]
        replies = [outcome.reply for outcome in outcomes if outcome.reply]
        public = all(reply.public for reply in replies)
        reply = Reply(lines([r.sentence for r in replies]), public=public) if replies else None
        return Outcome(reply, outcomes[-1].incident, repeated=self.repeated)

    @property
    def commands(self) -> list[Command]:
        return [handled.command for handled in self.handled]


class FakePeople:
    def __init__(self, tz: str = "UTC") -> None:
        self.tz = tz

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        name = handle or {"U1": "alice", "U2": "bob"}.get(slack_id, slack_id)
        return KnownPerson(
            name=name.title(), handle=name, slack_id=slack_id, tz=self.tz, fetched_at=NOW
        )

    async def by_handle(self, handle: str) -> list[KnownPerson]:
        ids = {"alice": "U1", "bob": "U2"}
        return [await self.by_slack(ids[handle], handle)] if handle in ids else []


@dataclass
class Answered:
    """What Slack got back."""

    status: int
    body: Any

    @property
    def text(self) -> str:
        return str(self.body["text"])

    @property
    def public(self) -> bool:
        return bool(self.body["response_type"] == "in_channel")

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [
            element
            for block in self.body.get("blocks", [])
            if block["type"] == "actions"
            for element in block["elements"]
        ]


def make_app(
    service: FakeService,
    people: FakePeople | None = None,
    *,
    secret: str | None = SECRET,
    deadline: float = 2.5,
) -> AsyncApp:
    """The app against a client that can reach nobody: any API call would fail the test."""
    return build_app(
        service,
        people or FakePeople(),
        AsyncWebClient(token=None, base_url="http://127.0.0.1:1/api/"),
        secret,
        lambda: AuthorizeResult(enterprise_id=None, team_id=None, bot_token="xoxb-test"),
        deadline=deadline,
    )


def signed(body: str, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest.hexdigest()}",
    }


def command_body(text: str, channel: str = ROOM, **more: str) -> str:
    return urlencode(
        {
            "command": "/incident",
            "text": text,
            "user_id": "U1",
            "user_name": "alice",
            "team_id": "T1",
            "channel_id": channel,
            "channel_name": "privategroup",
            "trigger_id": "1.2.3",
            "response_url": "http://127.0.0.1:1/respond",
            **more,
        }
    )


def action_body(
    action_id: str, value: str, response_url: str, channel: str = ROOM, **more: Any
) -> str:
    payload = {
        "type": "block_actions",
        "user": {"id": "U1", "username": "alice"},
        "team": {"id": "T1"},
        "channel": {"id": channel},
        "container": {"type": "message", "message_ts": "7.7", "channel_id": channel},
        "trigger_id": "4.5.6",
        "response_url": response_url,
        "actions": [
            {
                "type": "button",
                "block_id": "b",
                "action_id": action_id,
                "value": value,
                "action_ts": "8.8",
            }
        ],
        **more,
    }
    return urlencode({"payload": json.dumps(payload)})


async def send(
    app: AsyncApp, body: str, secret: str = SECRET, content_type: str | None = None
) -> Answered:
    headers = signed(body, secret)
    if content_type is not None:
        headers["content-type"] = content_type
    response = await app.async_dispatch(AsyncBoltRequest(body=body, headers={**headers}))
    content = json.loads(response.body) if response.body.startswith("{") else response.body
    return Answered(response.status, content)


async def type_in(app: AsyncApp, text: str, channel: str = ROOM, **more: str) -> Answered:
    answered = await send(app, command_body(text, channel, **more))
    assert answered.status == 200
    assert complaints(answered.text, answered.body["blocks"]) == []
    return answered
