"""A private incident through every surface, with somebody beside it who must never see a trace.

What the outsider (Mallory) sees is gathered by the stand-in: every public channel, every message,
form, file and Home tab that Slack would show her, with the hidden values in them. New buttons,
forms, shortcuts and verbs are tried by themselves: they are taken from the bot's own tables.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from incident_bot.slack.listeners import VERBS
from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.slack.listeners.forms import FORMS
from incident_bot.slack.listeners.shortcuts import SHORTCUTS
from incident_bot.standin import Channel, PagerDutyStandIn, SlackStandIn, User
from tests.journeys.running import PATIENCE, Stage

pytestmark = pytest.mark.journey

CHOICES = """
[[routes]]
name = "vault"
service = "Vault"
private = true

[[routes]]
name = "everything else"
urgency = "high"

[[routes]]
name = "the rest is announced"
then = "notify"

[types.security]
private = true
severity = "Sev2"
invite = ["@security"]

[roles.ops]
people = ["charlie@example.com"]

[permissions]
private = ["@auditors"]
"""
TITLE = "Zanzibar keys leaked"
ALERT = "Zanzibar seal broken"
SECRETS = re.compile("zanzibar|marmalade|gooseberry", re.IGNORECASE)
"""Words that only the private incidents have."""

MEMBERS_SAY = [
    "log -5m Marmalade on the keys\nGooseberry in the details",
    "role ic me",
    "severity sev1 Marmalade everywhere",
    "status acknowledged",
    "update We remove the marmalade",
    "action P1 Wipe off the marmalade @alice",
    "impact start -10m",
    "impact Jars of marmalade: 12",
    "impact metric marmalade | 1 | 12",
    "note well The gooseberry alarm worked",
    "why The marmalade was left open",
    "edit 1 Zanzibar keys leaked and sold",
    "handover @bob",
    "timeline",
    "list",
    "status mitigated Marmalade gone",
    "resolve Marmalade rotated",
    "export timeline",
    "approve as Gooseberry officer",
    "reopen Marmalade again",
    "cancel Only gooseberry",
]
OUTSIDER_TYPES = {
    "declare": "declare",
    "role": "role ic me",
    "severity": "severity sev5",
    "handover": "handover @charlie",
    "edit": "edit 1 hacked",
    "redact": "redact 1",
    "impact": "impact Users hit: 5",
    "note": "note well Done",
    "why": "why 1 Because",
    "status": "status mitigated",
}


class Vault(Stage):
    """The stage with Mallory, who is in every public channel and in no private one."""

    def __init__(self, slack: SlackStandIn, pagerduty: PagerDutyStandIn, folder: Path) -> None:
        super().__init__(slack, pagerduty, folder)
        self.mallory = slack.add_user("mallory", "Mallory Marsh", "mallory@example.com")
        self.auditor = slack.add_user("audrey", "Audrey Audit", "audrey@example.com")
        slack.add_usergroup("security", [self.bob])
        slack.add_usergroup("auditors", [self.auditor])
        self.incidents.members.append(self.mallory.id)
        self.general = slack.add_channel("general", members=[self.alice, self.mallory])
        policy = pagerduty.add_escalation_policy("Vault", [self.pd_alice])
        self.vault = pagerduty.add_service("Vault", policy)

    async def private_room(self, count: int = 1) -> Channel:
        """The war room that was opened last, with its people, its summary and its topic."""
        await self.until(lambda: len(self.rooms) == count, "a room")
        room = self.rooms[-1]
        assert room.is_private
        await self.until(lambda: len(room.members) > 1, "somebody invited")
        await self.until(lambda: room.pins and room.topic, "summary pinned and topic set")
        return room

    def traces(self, room: Channel) -> list[str]:
        """What Mallory sees that she should not: words, the room by name or id."""
        seen = self.slack.text_visible_to(self.mallory)
        found = SECRETS.findall(seen)
        return found + [word for word in (room.id, room.name) if word in seen]

    async def idle(self) -> None:
        """Until nothing is due and nothing under way, twice in a row."""
        quiet = 0
        async with asyncio.timeout(PATIENCE):
            while quiet < 2:
                page = await self.page("metrics")
                running = re.search(r'incident_bot_jobs\{state="running"\} (\S+)', page)
                due = re.search(r"^incident_bot_oldest_due_job_seconds (\S+)", page, re.MULTILINE)
                assert running and due, page
                quiet = 0 if float(running[1]) or float(due[1]) else quiet + 1
                await asyncio.sleep(0.1)

    async def page(self, path: str) -> str:
        """What the bot's HTTP side answers to everybody who can reach it."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.bot.url}/{path}") as answer,
        ):
            return await answer.text()

    def calls(self, method: str) -> list[Any]:
        """The calls of a Web API method so far."""
        return [call for call in self.slack.calls if call.method == method]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Vault]:
    """A bot with a private route and a private type."""
    (tmp_path / "incident-bot.toml").write_text(CHOICES)
    async with (
        SlackStandIn() as slack,
        PagerDutyStandIn(from_emails=["bot@example.com"]) as pagerduty,
    ):
        stage = Vault(slack, pagerduty, tmp_path)
        await stage.bot.start()
        yield stage
        await stage.bot.stop()


async def a_private_incident(stage: Vault) -> Channel:
    """INC-1, declared by Alice, with Bob of @security in its room."""
    answer = await stage.types(stage.alice, f"declare --type security {TITLE}", stage.general)
    assert "INC-1 declared (Sev2)" in answer and "The room is private" in answer
    room = await stage.private_room()
    await stage.until(lambda: stage.bob.id in room.members, "whom the type names is invited")
    return room


async def test_only_those_who_belong_to_it_are_in_the_room(stage: Vault) -> None:
    """Charlie is configured for Ops and comes into every public room; into this one not."""
    room = await a_private_incident(stage)
    await stage.idle()
    assert set(room.members) == {stage.slack.bot.id, stage.alice.id, stage.bob.id}
    assert "zanzibar" not in room.name


async def test_a_whole_life_leaves_no_trace(stage: Vault) -> None:
    """Every verb in the room, alerts that join, PagerDuty's own news, and the end."""
    room = await a_private_incident(stage)
    for text in MEMBERS_SAY:
        await stage.types(stage.alice, text, room)
    await stage.until(lambda: stage.files("timeline-INC-1"), "the timeline as a file")
    await stage.idle()
    assert "marmalade" in stage.slack.text_visible_to(stage.alice).lower()
    assert stage.traces(room) == []
    assert "INC-1" not in stage.slack.text_visible_to(stage.mallory)
    assert "INC-1" not in stage.slack.text_visible_to(stage.charlie)
    assert not SECRETS.search(stage.bot.log())
    for path in ("metrics", "readyz", "healthz"):
        assert not SECRETS.search(await stage.page(path))
    assert all(is_private(call) for call in stage.calls("conversations.create"))


async def test_alerts_of_a_private_route_stay_among_themselves(stage: Vault) -> None:
    """A private alert, another that joins it, and one of the same service elsewhere."""
    pd = stage.pagerduty
    first = await pd.trigger(stage.vault, ALERT, assignees=[stage.pd_alice])
    room = await stage.private_room()
    await stage.until(lambda: stage.alice.id in room.members, "whom PagerDuty called")
    await pd.trigger(stage.vault, f"{ALERT} again", assignees=[stage.pd_alice])
    await stage.until(lambda: "again" in stage.texts(room), "the second alert is told there")
    await pd.acknowledge(first, stage.pd_alice)
    await pd.trigger(stage.service, "Payments fail", assignees=[stage.pd_bob])
    await stage.until(lambda: len(stage.rooms) == 2, "a public room beside it")
    await stage.until(lambda: "Payments fail" in stage.texts(stage.incidents), "announced")
    await stage.types(stage.alice, "resolve Marmalade rotated", room)
    await stage.until(
        lambda: pd.account.incidents[first["id"]]["status"] == "resolved", "resolved in PagerDuty"
    )
    await stage.idle()
    assert stage.traces(room) == []
    assert "INC-1" not in stage.slack.text_visible_to(stage.mallory)
    public = next(c for c in stage.rooms if not c.is_private)
    assert "zanzibar" not in stage.texts(public).lower()
    written = json.dumps([vars(c) for c in pd.calls], default=str).lower()
    assert "marmalade" not in written, "no word of ours goes to PagerDuty"


async def test_whatever_an_outsider_types_it_is_as_if_it_were_not_there(stage: Vault) -> None:
    """Each verb with the reference, in a channel and in a direct message, answers in the same
    words as for an incident that does not exist; and without it, it is not listed or suggested."""
    room = await a_private_incident(stage)
    await stage.idle()
    direct = stage.slack.desk.direct(stage.mallory.id)
    for place in (stage.general, direct):
        for text in ("", "list", "list all", "help", "status", "timeline", "log x", "resolve"):
            answer = await stage.types(stage.mallory, text, place)
            assert "INC-1" not in answer.replace("/incident INC-1", ""), (text, answer)
        for verb in VERBS:
            typed = OUTSIDER_TYPES.get(verb, f"{verb} something")
            there = await stage.types(stage.mallory, f"INC-1 {typed}", place)
            nowhere = await stage.types(stage.mallory, f"INC-99 {typed}", place)
            assert there.replace("INC-1", "INC-99") == nowhere.replace("INC-1 ", "INC-99 "), verb
            assert "PRIVATE" not in there
    assert stage.traces(room) == []
    timeline = await stage.types(stage.alice, "timeline", room)
    assert "Mallory" not in timeline and "hacked" not in timeline


def presses(stage: Vault, user: User, channel: Channel, ref: str) -> list[dict[str, Any]]:
    """Every button with every kind of value, every form and every shortcut, about `ref`."""
    made: list[dict[str, Any]] = []
    words = ("", " ic", " ic 3", " 1", " 2 x", " lucky", " 2025-10-27T14:23:00+00:00", " status")
    values = [*(f"{ref}{more}" for more in words), json.dumps({"ref": ref})]
    place = {"id": channel.id, "name": channel.name}
    for action_id in set(BUTTONS) - {"declare_text"}:  # that one opens an incident of one's own
        for value in values:
            payload = stage.slack._payload("block_actions", user)
            made.append(
                payload
                | {
                    "container": {"type": "message", "message_ts": "1.1", "channel_id": channel.id},
                    "channel": place,
                    "state": {"values": {}},
                    "response_url": stage.slack.new_response_url(user, channel),
                    "actions": [
                        {
                            "type": "button",
                            "block_id": "b",
                            "action_id": action_id,
                            "value": value,
                            "action_ts": stage.slack.desk.new_ts(),
                            "text": {"type": "plain_text", "text": "x"},
                        }
                    ],
                }
            )
    for callback_id in FORMS:
        about = {"ref": ref, "channel": channel.id, "number": 1, "seq": 1, "role": "ic", "page": 1}
        view = {
            "id": stage.slack.desk.new_id("V"),
            "type": "modal",
            "callback_id": callback_id,
            "hash": "1.x",
            "private_metadata": json.dumps(about),
            "title": {"type": "plain_text", "text": "x"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "text",
                    "label": {"type": "plain_text", "text": "x"},
                    "element": {"type": "plain_text_input", "action_id": "text"},
                }
            ],
            "state": {
                "values": {"text": {"text": {"type": "plain_text_input", "value": "hacked"}}}
            },
        }
        payload = stage.slack._payload("view_submission", user)
        made.append(payload | {"view": view, "response_urls": []})
    for callback_id, shortcut in SHORTCUTS.items():
        kind = "shortcut" if shortcut.kind == "global" else "message_action"
        payload = stage.slack._payload(kind, user) | {"callback_id": callback_id}
        if kind == "message_action":
            payload |= {
                "message_ts": "1.1",
                "message": {"type": "message", "text": ref, "ts": "1.1", "user": user.id},
                "channel": place,
                "response_url": stage.slack.new_response_url(user, channel),
            }
        made.append(payload)
    return made


async def test_whatever_an_outsider_presses_it_is_as_if_it_were_not_there(stage: Vault) -> None:
    """A value, or a form's reference, that names it: from a copied payload, an old message."""
    room = await a_private_incident(stage)
    await stage.idle()
    before = await stage.bot.cli("timeline", "INC-1", "--json", "--private")
    said: dict[str, list[str]] = {}
    for ref in ("INC-1", "INC-99"):
        shown = len(stage.slack.ephemerals)
        answers = []
        for payload in presses(stage, stage.mallory, stage.general, ref):
            answer = await stage.slack.interact(payload)
            assert answer.status == 200
            answers.append(json.dumps(answer.body))
        await stage.idle()
        answers += [m["text"] for m in stage.slack.ephemerals[shown:]]
        said[ref] = [text.replace(ref, "INC-?") for text in answers]
        assert stage.traces(room) == []
    assert sorted(said["INC-1"]) == sorted(said["INC-99"])
    assert await stage.bot.cli("timeline", "INC-1", "--json", "--private") == before
    assert stage.mallory.id not in room.members


async def test_events_of_an_outsider_are_nothing_to_it(stage: Vault) -> None:
    """Her Home tab, her reactions and messages elsewhere."""
    room = await a_private_incident(stage)
    await stage.slack.open_home(stage.mallory)
    message = await stage.slack.message(stage.mallory, stage.general, "What is INC-1?")
    await stage.slack.react(stage.mallory, stage.general, message.ts, "pushpin")
    await stage.idle()
    assert stage.traces(room) == []
    home = stage.slack.desk.homes.get(stage.mallory.id)
    assert "INC-1" not in json.dumps(home)


async def test_the_same_title_betrays_nothing(stage: Vault) -> None:
    """A room of her own with the same title gets the name that it would get anyway."""
    room = await a_private_incident(stage)
    await stage.types(stage.mallory, f"declare {TITLE}", stage.general)
    await stage.until(lambda: len(stage.rooms) == 2, "her room")
    hers = stage.rooms[-1]
    assert not hers.is_private
    assert hers.name.endswith("zanzibar-keys-leaked"), hers.name
    assert room.id not in stage.slack.text_visible_to(stage.mallory)


async def test_who_is_permitted_to_knows_it_from_elsewhere(stage: Vault) -> None:
    """`permissions.private`: an auditor, in no room, by a user group."""
    await a_private_incident(stage)
    answer = await stage.types(stage.auditor, "INC-1 status", stage.general)
    assert "Zanzibar" in answer
    listed = await stage.types(stage.auditor, "list", stage.general)
    (line,) = (line for line in listed.splitlines() if "INC-1" in line)
    assert "*private*" in line
    assert "INC-1" not in await stage.types(stage.mallory, "list", stage.general)


async def test_a_room_that_cannot_be_private_is_never_public(stage: Vault) -> None:
    """Slack refuses private channels: whoever declared it hears so in private, and how to go on."""
    stage.slack.faults.add("conversations.create", error="restricted_action", times=None)
    await stage.types(stage.alice, f"declare --private {TITLE}", stage.general)
    direct = stage.slack.desk.direct(stage.alice.id)
    await stage.until(lambda: direct.messages, "told in private")
    told = direct.messages[-1].text
    assert "INC-1" in told and "war room" in told
    await stage.idle()
    assert stage.rooms == []
    made = stage.calls("conversations.create")
    assert made and all(map(is_private, made))
    assert not SECRETS.search(stage.slack.text_visible_to(stage.mallory))
    status = await stage.types(stage.alice, "INC-1 status", stage.general)
    assert "INC-1" in status
    assert "could not" in status or "cannot" in status


def is_private(call: Any) -> bool:
    """Whether a channel was asked for as a private one."""
    return str(call.args["is_private"]).lower() in ("true", "1")


async def test_who_is_brought_in_belongs_to_it_and_who_leaves_does_not(stage: Vault) -> None:
    """By Slack's own /invite; and whoever leaves the room, with a role too, knows nothing more."""
    room = await a_private_incident(stage)
    await stage.types(stage.alice, "role ops @bob", room)
    unknown = await stage.types(stage.charlie, "INC-1 status", stage.general)
    assert unknown.startswith("There is no INC-1 that you can reach")
    await stage.slack.join(stage.charlie, room)
    assert "Zanzibar" in await stage.types(stage.charlie, "INC-1 status", stage.general)
    for user in (stage.charlie, stage.bob):
        await stage.slack.leave(user, room)
        assert await stage.types(user, "INC-1 status", stage.general) == unknown
    assert "Zanzibar" in await stage.types(stage.alice, "INC-1 status", stage.general)
