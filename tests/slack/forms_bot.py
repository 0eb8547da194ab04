"""The bot in this process: the real service, store and listeners behind a stand-in Slack's wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.domain import commands as c, journal as read
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.slack.app import build_app, slack_routes
from incident_bot.slack.payload_check import view_complaints
from incident_bot.standin import Channel, SlackStandIn, User
from incident_bot.store import KnownPerson, Store

JSON = dict[str, Any]
REF = "INC-1"


@dataclass
class SlackPeople:
    """People as the stand-in has them."""

    slack: SlackStandIn

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        user = self.slack.users[slack_id]
        return KnownPerson(
            name=user.real_name, handle=user.name, slack_id=slack_id, tz=user.tz,
            fetched_at=datetime.now(UTC),
        )  # fmt: skip

    async def by_handle(self, handle: str) -> list[KnownPerson]:
        return [await self.by_slack(u.id) for u in self.slack.users.values() if u.name == handle]


@dataclass
class FormsBot:
    """INC-1 with its room `#room`, where Alice and Bob are; Charlie is elsewhere."""

    slack: SlackStandIn
    service: Service
    store: Store
    alice: User
    bob: User
    charlie: User
    room: Channel
    general: Channel
    problems: list[str] = field(default_factory=list)

    async def types(self, user: User, text: str, channel: Channel | None = None) -> str:
        answer = await self.slack.command(user, text, channel or self.room)
        assert answer.problem is None and answer.status == 200, answer
        return answer.text

    async def opens(self, user: User, text: str, channel: Channel | None = None) -> JSON:
        """Type what opens a form, and have it; it cost one call."""
        before = len(self.slack.calls)
        await self.types(user, text, channel)
        assert [call.method for call in self.slack.calls[before:]] == ["views.open"]
        return self.modal(user)

    async def presses(
        self, user: User, action_id: str, value: str = "", channel: Channel | None = None
    ) -> list[str]:
        """A button of a message, whatever message it stands in. What the person alone is told."""
        place, told = channel or self.room, len(self.slack.ephemerals)
        button = {
            "type": "button", "action_id": action_id, "value": value or "-",
            "text": {"type": "plain_text", "text": "x"},
        }  # fmt: skip
        ts = self.slack.show(place, user.id, {
            "text": "x", "response_type": "in_channel",
            "blocks": [{"type": "actions", "elements": [button]}],
        })  # fmt: skip
        answer = await self.slack.click(user, place, ts, action_id)
        assert answer.problem is None and answer.status == 200, answer
        return [str(message["text"]) for message in self.slack.ephemerals[told:]]

    def modal(self, user: User) -> JSON:
        view = self.slack.modal(user)
        shown = {k: view[k] for k in ("type", "title", "submit", "blocks", "private_metadata")}
        assert view_complaints({k: v for k, v in shown.items() if v is not None}) == []
        return view

    async def submits(self, user: User, values: JSON, view: JSON | None = None) -> dict[str, str]:
        """Fill in and send; the errors that are shown, by field. It cost no call."""
        before = len(self.slack.calls)
        answer = await self.slack.submit(user, view or self.modal(user), values)
        assert answer.problem is None and answer.status == 200, answer
        assert self.slack.calls[before:] == []
        body = answer.body if isinstance(answer.body, dict) else {}
        return dict(body.get("errors") or {})

    def is_open(self, user: User) -> bool:
        try:
            self.slack.modal(user)
        except LookupError:
            return False
        return True

    def notice(self, user: User) -> str:
        """What the modal on top tells."""
        view = self.modal(user)
        assert view["submit"] is None, view
        return "\n".join(block["text"]["text"] for block in view["blocks"])

    async def incident(self, ref: str = REF) -> Incident:
        found = await self.store.incident(ref)
        assert found is not None
        return found

    async def bodies(self, ref: str = REF) -> list[Any]:
        """What holds in the journal, without how the room came to be."""
        lines = read.in_force(await self.store.journal(ref))
        return [line.entry.body for line in lines if line.number > 2]

    async def messages(self) -> list[str]:
        """The keys of the messages that the room is still to get."""
        return [key for key in await self.store.queue.pending(REF) if "/say/" in key]


@asynccontextmanager
async def a_forms_bot(folder: Path, policy: Policy | None = None) -> AsyncIterator[FormsBot]:
    """It runs."""
    store = await Store.open(f"sqlite:///{folder / 'bot.db'}")
    async with SlackStandIn() as slack:
        alice = slack.add_user("alice", "Alice Smith", tz="Europe/Berlin")
        bob, charlie = slack.add_user("bob", "Bob Johnson"), slack.add_user("charlie")
        room = slack.add_channel("room", members=[alice, bob])
        general = slack.add_channel("general", members=[alice, bob, charlie])
        service, people = Service(store, policy or Policy()), SlackPeople(slack)
        app = build_app(
            service,
            people,
            AsyncWebClient(token=slack.bot_token, base_url=slack.url),
            slack.signing_secret,
            lambda: AuthorizeResult(
                enterprise_id=None, team_id=slack.desk.team_id, bot_token=slack.bot_token
            ),
        )
        served = web.Application()
        served.add_routes(slack_routes(app))
        async with TestServer(served) as server:
            slack.bot_url = str(server.make_url("/")).rstrip("/")
            actor = by((await people.by_slack(alice.id)).person)
            await service.handle(c.Declare(actor=actor, title="Checkout fails"))
            opened = c.RecordRoom(actor=BOT, channel_id=room.id, name="room")
            await service.handle(opened, ref=REF)
            yield FormsBot(slack, service, store, alice, bob, charlie, room, general)
    await store.close()
