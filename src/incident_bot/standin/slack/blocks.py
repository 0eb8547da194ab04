"""What Slack checks in Block Kit before it accepts a message or a view.

Limits: docs.slack.dev/reference/block-kit. Every function answers the complaints it has, in
words, so that a test shows all of them at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .elements import ELEMENTS, check_element, check_text
from .properties import BLOCKS, ELEMENTS as PROPERTIES, VIEWS, strangers

JSON = dict[str, Any]
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_200
"""All blocks of one message together; undocumented (slackapi/bolt-js#2509)."""

ACTIONS_ONLY = ELEMENTS - {
    "image", "plain_text_input", "email_text_input", "url_text_input", "number_input",
    "rich_text_input", "file_input",
}  # fmt: skip
ACCESSORIES = ACTIONS_ONLY | {"image"}
INPUTS = ELEMENTS - {"button", "overflow", "image", "workflow_button"}
KNOWN = set(BLOCKS)


def check_blocks(blocks: Any, surface: str) -> list[str]:
    """Complaints about the blocks of a `message`, `modal` or `home`."""
    if not isinstance(blocks, list):
        return ["blocks is not a list"]
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = []
    if len(blocks) > most:
        found.append(f"no more than {most} items allowed [json-pointer:/blocks]")
    block_ids: set[str] = set()
    action_ids: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        if not isinstance(block, dict):
            found.append(f"a block must be an object [json-pointer:{where}]")
            continue
        found += check_block(block, where)
        block_id = block.get("block_id")
        if block_id is not None:
            if block_id in block_ids:
                found.append(f"block_id {block_id} already exists [json-pointer:{where}]")
            block_ids.add(block_id)
        for element in elements_of(block):
            action_id = element.get("action_id")
            if action_id is None:
                continue
            if action_id in action_ids:
                found.append(f"duplicate action_id {action_id} [json-pointer:{where}]")
            action_ids.add(action_id)
    listed = [block for block in blocks if isinstance(block, dict)]
    focused = [e for block in listed for e in elements_of(block) if e.get("focus_on_load")]
    if len(focused) > 1:
        found.append("only one element may have focus_on_load [json-pointer:/blocks]")
    return found


def named(blocks: list[JSON]) -> list[JSON]:
    """The blocks, each with a block_id; Slack gives one to those that have none."""
    return [
        block if "block_id" in block else {**block, "block_id": f"b{number}"}
        for number, block in enumerate(blocks)
    ]


def elements_of(block: JSON) -> Iterator[JSON]:
    """The interactive elements of a block."""
    candidates = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
    for element in candidates:
        if isinstance(element, dict) and element.get("type") in ELEMENTS:
            yield element


def characters(blocks: list[JSON]) -> int:
    """How many characters of text all the blocks carry."""
    return sum(_characters(block) for block in blocks)


def _characters(node: Any) -> int:
    if isinstance(node, dict):
        return sum(
            len(value) if key in ("text", "value") and isinstance(value, str)
            else _characters(value)
            for key, value in node.items()
        )  # fmt: skip
    return sum(_characters(item) for item in node) if isinstance(node, list) else 0


def check_block(block: JSON, where: str) -> list[str]:
    """Complaints about one block; `where` is its JSON pointer."""
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in KNOWN:
        return [f"unsupported type: {kind} [json-pointer:{where}/type]"]
    found = strangers(block, BLOCKS[kind] | {"type", "block_id"}, where)
    block_id = block.get("block_id", "x")
    if not isinstance(block_id, str) or not 1 <= len(block_id) <= 255:
        found.append(f"block_id must be 1 to 255 characters [json-pointer:{where}/block_id]")
    match kind:
        case "header":
            found += check_text(block.get("text"), 150, f"{where}/text", plain=True)
        case "section":
            found += _section(block, where)
        case "context":
            found += _context(block, where)
        case "actions":
            found += _actions(block, where)
        case "input":
            found += _input(block, where)
        case "image":
            found += _image(block, where)
        case "markdown":
            text = block.get("text")
            if not isinstance(text, str) or not 1 <= len(text) <= 12_000:
                found.append(f"must be 1 to 12000 characters [json-pointer:{where}/text]")
        case "table":
            found += _table(block, where)
        case "rich_text":
            if not isinstance(block.get("elements"), list):
                found.append(f"missing required field: elements [json-pointer:{where}]")
    return found


def _section(block: JSON, where: str) -> list[str]:
    found = []
    text, fields = block.get("text"), block.get("fields")
    if text is None and not fields:
        found.append(f"missing required field: text or fields [json-pointer:{where}]")
    if text is not None:
        found += check_text(text, 3000, f"{where}/text")
    if fields is not None:
        if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
            found.append(f"must have 1 to 10 items [json-pointer:{where}/fields]")
        else:
            for number, item in enumerate(fields):
                found += check_text(item, 2000, f"{where}/fields/{number}")
    accessory = block.get("accessory")
    if accessory is not None:
        found += check_element(accessory, ACCESSORIES, f"{where}/accessory")
    return found


def _context(block: JSON, where: str) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        return [f"must have 1 to 10 items [json-pointer:{where}/elements]"]
    found = []
    for number, element in enumerate(elements):
        at = f"{where}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            found += _image(element, at) + strangers(element, PROPERTIES["image"] | {"type"}, at)
        else:
            found += check_text(element, 3000, at)
    return found


def _actions(block: JSON, where: str) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        return [f"must have 1 to 25 items [json-pointer:{where}/elements]"]
    found = []
    for number, element in enumerate(elements):
        found += check_element(element, ACTIONS_ONLY, f"{where}/elements/{number}")
    return found


def _input(block: JSON, where: str) -> list[str]:
    found = check_text(block.get("label"), 2000, f"{where}/label", plain=True)
    if block.get("hint") is not None:
        found += check_text(block["hint"], 2000, f"{where}/hint", plain=True)
    return found + check_element(block.get("element"), INPUTS, f"{where}/element")


def _image(block: JSON, where: str) -> list[str]:
    found = []
    if not (block.get("image_url") or block.get("slack_file")):
        found.append(f"missing required field: image_url [json-pointer:{where}]")
    if len(str(block.get("image_url") or "")) > 3000:
        found.append(f"must be less than 3001 characters [json-pointer:{where}/image_url]")
    if block.get("title") is not None:
        found += check_text(block["title"], 2000, f"{where}/title", plain=True)
    if not isinstance(block.get("alt_text"), str) or len(block["alt_text"]) > 2000:
        found.append(f"alt_text must be at most 2000 characters [json-pointer:{where}]")
    return found


def _table(block: JSON, where: str) -> list[str]:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        return [f"must have 1 to 100 items [json-pointer:{where}/rows]"]
    if any(not isinstance(row, list) or not 1 <= len(row) <= 20 for row in rows):
        return [f"a row must have 1 to 20 cells [json-pointer:{where}/rows]"]
    return []


def check_view(view: Any) -> list[str]:
    """Complaints about a modal or Home view."""
    if not isinstance(view, dict):
        return ["view must be an object"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"unsupported type: {kind} [json-pointer:/view/type]"]
    found = strangers(view, VIEWS[kind], "/view")
    if kind == "modal":
        found += check_text(view.get("title"), 24, "/view/title", plain=True)
        for name in ("submit", "close"):
            if view.get(name) is not None:
                found += check_text(view[name], 24, f"/view/{name}", plain=True)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(str(view.get(name) or "")) > most:
            found.append(f"must be at most {most} characters [json-pointer:/view/{name}]")
    found += check_blocks(view.get("blocks"), kind)
    blocks = view.get("blocks")
    inputs = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if kind == "modal" and inputs and view.get("submit") is None:
        found.append("submit is required when an input block is in the blocks array")
    return found


def too_large(view: JSON) -> bool:
    """Whether the view passes 250 KB."""
    return len(json.dumps(view, ensure_ascii=False).encode()) > 250_000
