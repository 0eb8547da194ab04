"""Finding the button a person means, and the payload that using it sends."""

from __future__ import annotations

from typing import Any

from .blocks import elements_of
from .elements import options_of

JSON = dict[str, Any]


def find(blocks: list[JSON], action_id: str, value: Any) -> tuple[JSON, JSON]:
    """The block and element with this action_id; LookupError when it is not there.

    A `value` narrows it: a button's value, or an option that the element must offer.
    """
    seen = []
    for block in blocks:
        for element in elements_of(block):
            seen.append(element.get("action_id"))
            if element.get("action_id") != action_id:
                continue
            if value is None or element["type"] != "button" or element.get("value") == value:
                return block, element
    raise LookupError(f"no element {action_id!r} (value {value!r}); there are {seen}")


def action(block: JSON, element: JSON, value: Any, at: str) -> JSON:
    """One entry of a block_actions payload; `at` is its action_ts."""
    sent: JSON = {
        "type": element["type"],
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "action_ts": at,
    }
    if element["type"] == "button":
        sent["text"] = element["text"]
        sent |= {k: element[k] for k in ("value", "style") if k in element}
        return sent
    return sent | {k: v for k, v in state(element, value).items() if k != "type"}


def state(element: JSON, value: Any) -> JSON:
    """An element's entry in `state.values` once a person has set it to `value`.

    Options are named by their value; LookupError when the element does not offer one.
    `None` takes the element's initial value.
    """
    kind = str(element["type"])
    many = kind.startswith("multi_") or kind == "checkboxes"
    match kind.removeprefix("multi_"):
        case "static_select" | "external_select" | "radio_buttons" | "overflow":
            key = "selected_options" if many else "selected_option"
            chosen: Any = _chosen(element, value, many)
        case "checkboxes":
            key, chosen = "selected_options", _chosen(element, value, True)
        case "users_select" | "conversations_select" | "channels_select" as select:
            key = f"selected_{select.removesuffix('s_select')}{'s' if many else ''}"
            start = element.get(f"initial_{key.removeprefix('selected_')}")
            chosen = start if value is None else value or None
        case "datepicker":
            key, chosen = "selected_date", value or element.get("initial_date")
        case "timepicker":
            key, chosen = "selected_time", value or element.get("initial_time")
        case "datetimepicker":
            key, chosen = "selected_date_time", value or element.get("initial_date_time")
        case _:
            key, chosen = "value", element.get("initial_value") if value is None else value
    if many and chosen is None:
        chosen = []
    return {"type": kind, key: chosen}


def _chosen(element: JSON, value: Any, many: bool) -> Any:
    if value is None:
        start = element.get("initial_options" if many else "initial_option")
        return (start or []) if many else start
    if "external" in element["type"]:
        if many:
            return [_option(v) for v in value]
        return _option(value)
    offered = {option["value"]: option for option in options_of(element)}
    wanted = list(value) if many else [value]
    missing = [v for v in wanted if v not in offered]
    if missing:
        raise LookupError(f"{element['action_id']} does not offer {missing}, only {list(offered)}")
    return [offered[v] for v in wanted] if many else offered[value]


def _option(value: str) -> JSON:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def filled(view: JSON, values: dict[str, Any], *, sending: bool = True) -> JSON:
    """`state.values` of a modal filled in by a person.

    `values` is keyed by action_id or block_id. Raises LookupError for a key that the modal
    does not have, ValueError when a required input stays empty (Slack's client would not
    send it either).
    """
    left = dict(values)
    found: JSON = {}
    for block in view["blocks"]:
        for element in elements_of(block):
            if element["type"] == "button":
                continue
            name = next((n for n in (element["action_id"], block["block_id"]) if n in left), None)
            kept = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"])
            given = None if name is None else left.pop(name)
            entry = kept if kept and name is None else state(element, given)
            needed = block["type"] == "input" and not block.get("optional")
            empty = all(v in (None, "", []) for k, v in entry.items() if k != "type")
            if sending and needed and empty:
                raise ValueError(f"the input {block['block_id']} is required and was left empty")
            found.setdefault(block["block_id"], {})[element["action_id"]] = entry
    if left:
        raise LookupError(f"the modal has no input {sorted(left)}")
    return found
