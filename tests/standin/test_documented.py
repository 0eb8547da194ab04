"""Whatever a method is asked, it answers with a code that Slack documents for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from incident_bot.standin.slack import standin
from incident_bot.standin.slack.args import Args, check
from incident_bot.standin.slack.arguments import METHODS
from incident_bot.standin.slack.chat import bot_message
from incident_bot.standin.slack.errors import SlackError
from incident_bot.standin.slack.refusals import may_say
from incident_bot.standin.slack.workspace import File, Trigger, Workspace
from tests.standin.test_slack_conversations import refused

TS, TRIGGER = "1.000100", "1.2.4"
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "x"},
    "blocks": [{"type": "divider"}],
}
RIGHT = {
    "files": [{"id": "F9"}], "link": "https://example.com", "message_ts": TS, "name": "n",
    "text": "x", "timestamp": TS, "title": "x", "trigger_id": TRIGGER, "ts": TS, "type": "link",
    "user": "U0STANDIN", "user_id": "U0STANDIN", "view": VIEW,
}  # fmt: skip
"""Values that methods take."""
LONG = "x" * 12_001
BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}
WRONG: dict[str, list[Any]] = {
    "attachments": ["{", {}, [{}] * 101, [{"blocks": [{"type": "lie"}]}]],
    "blocks": ["{", {}, [{"type": "lie"}], [BLOCK] * 5],
    "bookmark_id": ["Bk1"],
    "cursor": ["nonsense"],
    "emoji": ["fire"],
    "error": ["anything"],
    "files": ["{", [], [{"id": "F1"}], [{"id": "F1", "size": 3}]],
    "latest": ["yesterday"],
    "length": ["many", "0", "1000000001"],
    "limit": ["many", "0", "1001"],
    "link": ["mailto:x"],
    "markdown_text": [LONG],
    "metadata": ["{", {"event_type": 7}, {"event_type": "a", "event_payload": {"a": LONG * 2}}],
    "name": ["", "Upper", "---", "x" * 81, "archived"],
    "oldest": ["yesterday"],
    "purpose": ["x" * 251],
    "text": ["", LONG * 4],
    "thread_ts": ["1.1"],
    "timestamp": ["", "now", "1.1"],
    "topic": ["x" * 251],
    "trigger_id": ["1.2.3"],
    "ts": ["1.1"],
    "type": ["file"],
    "types": ["nonsense"],
    "user": ["U1", "U0STANDIN"],
    "user_id": ["U1"],
    "users": ["", "U1", "U0STANDIN", "U1,U2", ",".join(f"U{n}" for n in range(101))],
    "view": ["{", {}, {"type": "window"}, {**VIEW, "type": "home"}],
    "view_id": ["V1"],
}
"""Values that at least one method refuses, by argument; any other argument is tried with "x"."""


def place() -> tuple[Workspace, list[str]]:
    """A workspace, and the ids of channels that differ in what may be done there."""
    desk = Workspace()
    me = desk.bot.id
    desk.new_channel("open", me, [me])
    desk.new_channel("elsewhere", "U1", [])
    desk.new_channel("secret", "U1", [], private=True)
    desk.new_channel("general", "U1", [me])
    desk.new_channel("archived", me, [me]).is_archived = True
    desk.direct(me)
    for channel in desk.channels.values():
        desk.store(channel, bot_message(desk, {"text": "x", "ts": TS}))
    desk.files["F9"] = File("F9", "n", "n", 1, desk.now(), uploaded=True)
    desk.triggers[TRIGGER] = Trigger(me, desk.monotonic())
    return desk, ["", "C0", *desk.channels]


def asked(method: str) -> Iterator[tuple[Workspace, Args]]:
    """Calls with every argument wrong in turn, in every channel, the others right or left out."""
    described = METHODS[method]
    usual = {name: value for name, value in RIGHT.items() if name in described.names}
    places = sorted(described.names & {"channel", "channel_id"})[:1]
    for number in range(len(place()[1]) if places else 1):
        for name in [*sorted(described.names - {*places}), None]:
            for value in WRONG.get(name or "", ["x"]):
                desk, channels = place()
                told: dict[str, Any] = dict.fromkeys(described.required, "x") | usual
                told |= dict.fromkeys(places, channels[number])
                if name is not None:
                    told[name] = value
                yield desk, Args(told)
                yield desk, Args({n: told[n] for n in {*places, name} & set(told)})


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"api.test"}))
def test_every_refusal_is_documented(method: str) -> None:
    said = set()
    for desk, args in asked(method):
        try:
            check(method, args)
            standin.HANDLERS[method](desk, args)
        except SlackError as refusal:
            said.add(refusal.code)
    assert {code for code in said if not may_say(method, code)} == set()


async def test_words_that_are_not_slacks_are_told_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(desk: Workspace, args: Args) -> dict[str, Any]:
        raise SlackError("out_of_coffee")

    monkeypatch.setitem(standin.HANDLERS, "team.info", refuse)
    slack = SlackStandIn()
    await slack.start()
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])
    with pytest.raises(SlackApiError) as caught:
        await client.team_info()
    assert caught.value.response.status_code == 500
    with pytest.raises(RuntimeError, match=r"team\.info is not documented to answer out_of_coffee"):
        await slack.stop()


async def test_api_test_says_what_it_is_told(client: AsyncWebClient) -> None:
    assert await refused(client.api_test(error="my_error")) == "my_error"


@pytest.mark.parametrize(
    ("method", "told", "message"),
    [
        ("conversations.create", {"name": "a", "is_private": "maybe"}, "is_private must be true"),
        ("conversations.create", {"name": ["a"]}, "name must be a string"),
        ("conversations.create", {"name": True}, "name must be a string"),
        ("conversations.history", {"channel": "C1", "oldest": 1.5}, "oldest must be a string"),
        ("conversations.history", {"channel": "C1", "limit": "many"}, "limit must be 1 to 999"),
        ("conversations.invite", {"channel": "C1", "users": [7]}, "users must be a list"),
        ("chat.postMessage", {"channel": "C1", "blocks": 7}, "blocks must be JSON"),
        ("chat.postMessage", {"text": "x"}, "missing required field: channel"),
        ("users.list", {"limit": 0}, "limit must be 1 to 1000"),
    ],
)
async def test_arguments_of_a_wrong_form(
    slack: SlackStandIn, client: AsyncWebClient, method: str, told: dict[str, Any], message: str
) -> None:
    slack.desk.channels["C1"] = slack.add_channel("room")
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, json=told)
    assert caught.value.response["error"] == "invalid_arguments"
    assert message in caught.value.response["response_metadata"]["messages"][0]


async def test_arguments_and_methods_that_there_are_not(client: AsyncWebClient) -> None:
    call = client.api_call("conversations.create", json={"name": "a", "is_privat": True})
    assert await refused(call) == "invalid_arg_name"
    assert await refused(client.api_call("conversations.close")) == "unknown_method"


async def test_a_fault_of_all_methods_must_be_said_by_all(slack: SlackStandIn) -> None:
    with pytest.raises(ValueError, match="not every method is documented to answer name_taken"):
        slack.faults.add(error="name_taken")
