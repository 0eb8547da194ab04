"""The sizes of elements, options and inputs: at the limit it passes, one more is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incident_bot.standin.slack.blocks import check_blocks

JSON = dict[str, Any]


def plain(length: int = 1) -> JSON:
    return {"type": "plain_text", "text": "x" * length}


def option(value: int = 1, **more: Any) -> JSON:
    return {"text": plain(), "value": "v" * value, **more}


def actions(kind: str, **more: Any) -> list[JSON]:
    return [{"type": "actions", "elements": [{"type": kind, **more}]}]


def button(**more: Any) -> list[JSON]:
    return actions("button", text=plain(), **more)


def confirmed(**more: Any) -> list[JSON]:
    usual = {name: plain() for name in ("title", "text", "confirm", "deny")}
    return button(confirm=usual | more)


def asking(label: int = 1, *, hint: int = 1, **more: Any) -> JSON:
    element = {"type": "plain_text_input", **more}
    return {"type": "input", "label": plain(label), "hint": plain(hint), "element": element}


def image(**more: Any) -> list[JSON]:
    return [{"type": "image", "image_url": "https://example.com/a", "alt_text": "x"} | more]


LIMITS: dict[str, tuple[int, Callable[[int], list[JSON]]]] = {
    "option value": (150, lambda n: actions("static_select", options=[option(n)])),
    "option description": (
        75, lambda n: actions("radio_buttons", options=[option(description=plain(n))])
    ),
    "groups": (
        100,
        lambda n: actions(
            "static_select", option_groups=[{"label": plain(), "options": [option()]}] * n
        ),
    ),
    "group label": (
        75,
        lambda n: actions(
            "static_select", option_groups=[{"label": plain(n), "options": [option()]}]
        ),
    ),
    "radio buttons": (10, lambda n: actions("radio_buttons", options=[option()] * n)),
    "placeholder": (150, lambda n: actions("users_select", placeholder=plain(n))),
    "confirm title": (100, lambda n: confirmed(title=plain(n))),
    "confirm text": (300, lambda n: confirmed(text=plain(n))),
    "confirm": (30, lambda n: confirmed(confirm=plain(n))),
    "deny": (30, lambda n: confirmed(deny=plain(n))),
    "button address": (3000, lambda n: button(url="u" * n)),
    "button for screen readers": (75, lambda n: button(accessibility_label="x" * n)),
    "image address": (3000, lambda n: image(image_url="u" * n)),
    "image for screen readers": (2000, lambda n: image(alt_text="x" * n)),
    "image title": (2000, lambda n: image(title=plain(n))),
    "label": (2000, lambda n: [asking(n)]),
    "hint": (2000, lambda n: [asking(hint=n)]),
    "most characters": (3000, lambda n: [asking(max_length=n)]),
    "initial value": (3000, lambda n: [asking(initial_value="x" * n)]),
    "initial value of a short input": (
        10, lambda n: [asking(max_length=10, initial_value="x" * n)]
    ),
    "context text": (
        3000, lambda n: [{"type": "context", "elements": [plain(n)]}]
    ),
    "blocks of one block_id": (1, lambda n: [{"type": "divider", "block_id": "b"}] * n),
    "elements of one action_id": (
        1,
        lambda n: [{"type": "actions", "elements": button(action_id="a")[0]["elements"] * n}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LIMITS)
def test_up_to_the_limit_and_no_further(what: str) -> None:
    most, blocks = LIMITS[what]
    assert check_blocks(blocks(most), "modal") == []
    assert check_blocks(blocks(most + 1), "modal") != []
