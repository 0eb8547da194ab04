"""A property, a type or a form that Slack does not know makes it refuse the whole message."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.models import blocks as kit
from slack_sdk.models.blocks import BlockElement, InteractiveElement
from slack_sdk.web.async_client import AsyncWebClient

from incident_bot.standin import SlackStandIn
from incident_bot.standin.slack.blocks import KNOWN, check_blocks, check_view
from incident_bot.standin.slack.elements import ELEMENTS
from incident_bot.standin.slack.properties import BLOCKS, ELEMENTS as PROPERTIES
from tests.standin.test_slack_conversations import refused

JSON = dict[str, Any]
NOT_YET = {"agent_prompt", "agent_prompt_display", "alt_text", "visible_to_user_ids"}
"""Of the SDK's for buttons in other surfaces than ours."""


def plain(text: str = "t") -> JSON:
    return {"type": "plain_text", "text": text}


def option(value: str = "v", **more: Any) -> JSON:
    return {"text": plain(), "value": value, **more}


def actions(kind: str, **more: Any) -> JSON:
    return {"type": "actions", "elements": [{"type": kind, "action_id": "a", **more}]}


def asking(kind: str, **more: Any) -> JSON:
    element = {"type": kind, "action_id": "a", **more}
    return {"type": "input", "label": plain(), "element": element}


BUTTON = {"text": plain(), "value": "v"}
CONFIRM = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
RIGHT: dict[str, JSON] = {
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain()},
    "section": {"type": "section", "text": plain(), "expand": True},
    "image": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
    "button": actions("button", **BUTTON, style="danger", confirm={**CONFIRM, "style": "danger"}),
    "overflow": actions("overflow", options=[option(url="https://example.com")]),
    "radio": actions("radio_buttons", options=[option(description=plain())]),
    "select": actions("static_select", options=[option()], placeholder=plain()),
    "grouped": actions("static_select", option_groups=[{"label": plain(), "options": [option()]}]),
    "date": actions("datepicker", initial_date="2026-08-31"),
    "time": actions("timepicker", initial_time="09:05", timezone="Europe/Berlin"),
    "moment": actions("datetimepicker", initial_date_time=1_780_000_000),
    "people": asking("multi_users_select", max_selected_items=1),
    "text": asking("plain_text_input", multiline=True, max_length=10),
}


def changed(name: str, *path: str | int, **more: Any) -> JSON:
    """The right block of this name with something more at the end of the path."""
    block = _copy(RIGHT[name])
    found: Any = block
    for step in path:
        found = found[step]
    found |= more
    return block


def _copy(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _copy(value) for key, value in thing.items()}
    return [_copy(item) for item in thing] if isinstance(thing, list) else thing


ELEMENT = ("elements", 0)
WRONG = {
    "divider": changed("divider", text=plain()),
    "header": changed("header", elements=[]),
    "section": changed("section", title="x"),
    "image": changed("image", alt="x"),
    "image address": changed("image", image_url="https://example.com/" + "x" * 3000),
    "image title": changed("image", title=plain("x" * 2001)),
    "disabled button": changed("button", *ELEMENT, disabled=True),
    "confirm": changed("button", *ELEMENT, "confirm", icon="x"),
    "confirm style": changed("button", *ELEMENT, "confirm", style="loud"),
    "type in an option": changed("select", *ELEMENT, "options", 0, type="option"),
    "address in an option": changed("select", *ELEMENT, "options", 0, url="https://x.io"),
    "mrkdwn in a select": changed(
        "select", *ELEMENT, "options", 0, text={"type": "mrkdwn", "text": "*t*"}
    ),
    "group": changed("grouped", *ELEMENT, "option_groups", 0, type="x"),
    "placeholder of radio buttons": changed("radio", *ELEMENT, placeholder=plain()),
    "date": changed("date", *ELEMENT, initial_date="31.08.2026"),
    "no such date": changed("date", *ELEMENT, initial_date="2026-02-30"),
    "time": changed("time", *ELEMENT, initial_time="9:05"),
    "moment": changed("moment", *ELEMENT, initial_date_time="2026-08-31T09:05:00"),
    "nobody may be chosen": changed("people", "element", max_selected_items=0),
    "text input": changed("text", "element", max_lenght=10),
    "input": changed("text", title="x"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_passes(name: str) -> None:
    assert check_blocks([RIGHT[name]], "modal") == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_does_not(name: str) -> None:
    assert check_blocks([WRONG[name]], "modal") != []


async def test_slack_names_the_property(slack: SlackStandIn, client: AsyncWebClient) -> None:
    room = slack.add_channel("room")
    call = client.chat_postMessage(channel=room.id, text="x", blocks=[WRONG["disabled button"]])
    assert await refused(call) == "invalid_blocks"
    assert slack.calls[-1].answer["response_metadata"]["messages"] == [
        "[ERROR] invalid additional property: disabled [json-pointer:/blocks/0/elements/0]"
    ]


def test_a_home_has_no_title() -> None:
    assert check_view({"type": "home", "blocks": []}) == []
    assert check_view({"type": "home", "blocks": [], "title": plain()}) != []


def test_one_element_has_the_focus() -> None:
    one = asking("plain_text_input", focus_on_load=True)
    two = asking("datepicker", focus_on_load=True) | {"block_id": "two"}
    two["element"]["action_id"] = "b"
    assert check_blocks([one], "modal") == []
    assert check_blocks([one, two], "modal") != []


def test_the_table_has_every_type() -> None:
    assert set(BLOCKS) == KNOWN
    assert set(PROPERTIES) == ELEMENTS


def test_the_sdk_knows_no_property_that_the_table_lacks() -> None:
    """The other way round it may lag behind Slack."""
    for name in dir(kit):
        made = getattr(kit, name)
        if not isinstance(made, type) or not issubclass(made, BlockElement):
            continue
        kind = made.__dict__.get("type")
        if not isinstance(kind, str) or kind not in PROPERTIES:
            continue
        attributes = set(made.__new__(made).attributes) - {"type", "action_id"} - NOT_YET
        if issubclass(made, InteractiveElement):
            attributes -= {"placeholder", "confirm", "focus_on_load"}
        assert attributes <= PROPERTIES[kind], kind
