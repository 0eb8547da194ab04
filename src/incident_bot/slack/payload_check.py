"""What Slack refuses in a message and `slack_sdk.models` does not see, found or put right.

Limits: docs.slack.dev/reference/block-kit/blocks, and for all characters of a message together
a figure that Slack does not document (github.com/slackapi/bolt-js/issues/2509).
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from incident_bot.slack.views.sentence import shorten

Block = dict[str, Any]

BLOCKS = 50
HEADER = 150
SECTION = 3_000
FIELD = 2_000
FIELDS = 10
TABLE_ROWS = 100
CHARACTERS = 13_200
TEXT = 4_000
ELEMENTS = 25


def complaints(text: str, blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every limit that the message breaks, in words; empty when Slack would take it."""
    found: list[str] = []
    if not text.strip():
        found.append("no text for notifications and screen readers")
    if len(text) > TEXT:
        found.append(f"text has {len(text)} characters, {TEXT} allowed")
    if len(blocks) > BLOCKS:
        found.append(f"{len(blocks)} blocks, {BLOCKS} allowed")
    if (total := characters(blocks)) > CHARACTERS:
        found.append(f"{total} characters in all blocks, {CHARACTERS} allowed")
    for number, block in enumerate(blocks):
        for where, holder, limit in _texts(block):
            if len(holder["text"]) > limit:
                found.append(f"block {number}: {where} over {limit} characters")
            if not holder["text"]:
                found.append(f"block {number}: {where} is empty")
        if len(block.get("rows", ())) > TABLE_ROWS:
            found.append(f"block {number}: more than {TABLE_ROWS} table rows")
        if len(block.get("fields", ())) > FIELDS:
            found.append(f"block {number}: more than {FIELDS} fields")
        if len(block.get("elements", ())) > ELEMENTS and block.get("type") == "actions":
            found.append(f"block {number}: more than {ELEMENTS} elements")
    ids = [element["action_id"] for element in _actions(blocks)]
    found += [f"action_id {i!r} twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    return found


VIEW_BLOCKS = 100
VIEW_TITLE = 24
VIEW_BYTES = 250_000
PRIVATE_METADATA = 3_000
CALLBACK_ID = 255


def view_complaints(view: Mapping[str, Any]) -> list[str]:
    """Every limit that a modal or Home tab breaks, in words; empty when Slack would take it.

    Source: docs.slack.dev/reference/views.
    """
    blocks: Sequence[Mapping[str, Any]] = view.get("blocks") or ()
    found = [c for c in complaints("a view", blocks) if "in all blocks" not in c]
    found = [c for c in found if not c.endswith(f"{BLOCKS} allowed")]
    if len(blocks) > VIEW_BLOCKS:
        found.append(f"{len(blocks)} blocks, {VIEW_BLOCKS} allowed")
    if not blocks:
        found.append("no blocks")
    if len(json.dumps(view)) > VIEW_BYTES:
        found.append(f"over {VIEW_BYTES} bytes")
    if len(str(view.get("private_metadata") or "")) > PRIVATE_METADATA:
        found.append(f"private_metadata over {PRIVATE_METADATA} characters")
    if len(str(view.get("callback_id") or "")) > CALLBACK_ID:
        found.append(f"callback_id over {CALLBACK_ID} characters")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    found += [f"block_id {i!r} twice" for i in sorted({i for i in ids if ids.count(i) > 1})]
    inputs = any(block.get("type") == "input" for block in blocks)
    if view.get("type") == "modal":
        for part in ("title", "submit", "close"):
            if len((view.get(part) or {}).get("text") or "") > VIEW_TITLE:
                found.append(f"{part} over {VIEW_TITLE} characters")
        if not (view.get("title") or {}).get("text"):
            found.append("no title")
        if inputs and not view.get("submit"):
            found.append("inputs and no submit")
    elif inputs and view.get("submit"):
        found.append("a Home tab has no submit")
    return found


def fitted(text: str, blocks: Sequence[Mapping[str, Any]]) -> tuple[str, list[Block]]:
    """The message with what is too long shortened, so that people get most of it, not nothing."""
    result: list[Block] = [copy.deepcopy(dict(block)) for block in blocks]
    if len(result) > BLOCKS:
        result = [*result[: BLOCKS - 1], _note("… and more. See `/incident timeline`.")]
    for block in result:
        if "fields" in block:
            block["fields"] = block["fields"][:FIELDS]
        if "rows" in block:
            block["rows"] = block["rows"][:TABLE_ROWS]
        if block.get("type") == "actions":
            block["elements"] = block["elements"][:ELEMENTS]
        for _, holder, limit in _texts(block):
            holder["text"] = shorten(holder["text"], limit) or "–"
    seen: set[str] = set()
    for element in _actions(result):
        name, number = element["action_id"], 2
        while element["action_id"] in seen:
            element["action_id"] = f"{name}:{number}"
            number += 1
        seen.add(element["action_id"])
    _thin_out(result)
    return shorten(text, TEXT) if text.strip() else "–", result


def _thin_out(blocks: list[Block]) -> None:
    """Drop what only tells (never what can be pressed), from the end, until the total fits."""
    for position in range(len(blocks) - 1, -1, -1):
        if characters(blocks) <= CHARACTERS:
            return
        if blocks[position].get("type") not in ("header", "actions"):
            blocks[position] = _note("…")


def _note(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def characters(part: Any) -> int:
    """All characters of texts within blocks."""
    if isinstance(part, Mapping):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(characters(value) for value in part.values())
    if isinstance(part, Sequence) and not isinstance(part, str):
        return sum(characters(item) for item in part)
    return 0


def _texts(block: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], int]]:
    kind, text = block.get("type"), block.get("text")
    if isinstance(text, dict):
        yield (kind or "text", text, HEADER if kind == "header" else SECTION)
    for holder in block.get("fields", ()):
        yield "field", holder, FIELD
    if kind == "context":
        for holder in block.get("elements", ()):
            if "text" in holder:
                yield "context", holder, SECTION


def _actions(blocks: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for element in (*block.get("elements", ()), block.get("accessory")):
            if isinstance(element, dict) and "action_id" in element:
                yield element
