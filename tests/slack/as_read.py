"""A message or a form as somebody reads it, as text: for snapshots that a person can judge."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]


def as_read(text: str, blocks: Sequence[Block] | None) -> str:
    """The notification, and below it what the message shows."""
    lines = [f"notification: {_short(text)}"]
    for block in blocks or ():
        lines += _block(block)
    return "\n".join(lines) + "\n"


def form_as_read(view: Block) -> str:
    """A modal or Home tab, with its buttons."""
    head = (view.get("title") or {}).get("text", "Home")
    lines = [f"=== {head} ({view.get('callback_id') or view['type']}) ==="]
    for block in view["blocks"]:
        lines += _block(block)
    ends = [(view.get(part) or {}).get("text") for part in ("close", "submit")]
    lines.append("  ".join(f"[{end}]" for end in ends if end))
    return "\n".join(lines) + "\n"


def _block(block: Block) -> Iterator[str]:
    kind = block["type"]
    if kind == "header":
        yield f"# {block['text']['text']}"
    elif kind == "divider":
        yield "---"
    elif kind == "section":
        if "text" in block:
            yield from block["text"]["text"].splitlines()
        for field in block.get("fields", ()):
            yield f"| {field['text']}"
        if "accessory" in block:
            yield f"    {_element(block['accessory'])}"
    elif kind == "context":
        yield from (f"({_text(part)})" for part in block["elements"])
    elif kind == "actions":
        yield "  ".join(_element(each) for each in block["elements"])
    elif kind == "input":
        optional = " (optional)" if block.get("optional") else ""
        yield f"{block['label']['text']}{optional}: {_element(block['element'])}"
        if "hint" in block:
            yield f"    ({block['hint']['text']})"
    else:
        yield f"<{kind}>"


def _text(part: Block) -> str:
    return str(part.get("text") or part.get("alt_text"))


def _element(element: Block) -> str:
    kind = element["type"]
    confirm = " …?" if "confirm" in element else ""
    style = {"primary": "*", "danger": "!"}.get(str(element.get("style")), "")
    if kind == "button":
        return f"[{style}{element['text']['text']}{style}{confirm}]"
    parts = [_label(element.get("placeholder"))]
    for name, value in element.items():
        if name.startswith("initial_"):
            parts.append(f"={_initial(value)}")
    options = element.get("options") or [
        option for group in element.get("option_groups", ()) for option in group["options"]
    ]
    if options:
        parts.append("/".join(_short(option["text"]["text"], 40) for option in options[:6]))
    return f"<{kind}{confirm} {' '.join(filter(None, parts))}>".replace(" >", ">")


def _initial(value: Any) -> str:
    if isinstance(value, Mapping):
        return _short(value["text"]["text"], 40)
    if isinstance(value, list):
        return ", ".join(_initial(each) for each in value)
    return _short(str(value), 60)


def _label(text: Block | None) -> str:
    return str(text["text"]) if text else ""


def _short(text: str, limit: int = 200) -> str:
    line = text.replace("\n", " ⏎ ")
    return line if len(line) <= limit else line[: limit - 1] + "…"
