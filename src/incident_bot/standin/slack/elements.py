"""What Slack checks in the elements and text objects of Block Kit."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from .properties import (
    CONFIRM,
    ELEMENTS as PROPERTIES,
    GROUP,
    OPTION,
    OVERFLOW_OPTION,
    TEXT,
    strangers,
)

JSON = dict[str, Any]

SELECTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
ELEMENTS = SELECTS | TEXT_INPUTS | {
    "button", "overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes",
    "radio_buttons", "image", "rich_text_input", "file_input", "workflow_button",
}  # fmt: skip


def check_text(text: Any, most: int, where: str, *, plain: bool = False) -> list[str]:
    """Complaints about a text object of at most `most` characters."""
    if not isinstance(text, dict):
        return [f"missing required field: text object [json-pointer:{where}]"]
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    found = []
    if text.get("type") not in kinds:
        found.append(f"text type must be {' or '.join(kinds)} [json-pointer:{where}/type]")
    content = text.get("text")
    if not isinstance(content, str) or content == "":
        found.append(f"must be more than 0 characters [json-pointer:{where}/text]")
    elif len(content) > most:
        found.append(f"must be less than {most + 1} characters [json-pointer:{where}/text]")
    return found + strangers(text, TEXT, where)


def check_element(element: Any, allowed: set[str], where: str) -> list[str]:
    """Complaints about a block element that must be one of the `allowed` types."""
    if not isinstance(element, dict):
        return [f"missing required field: element [json-pointer:{where}]"]
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        return [f"unsupported type: {kind} [json-pointer:{where}/type]"]
    found = strangers(element, PROPERTIES[kind] | {"type", "action_id"}, where)
    action_id = element.get("action_id", "x")
    if not isinstance(action_id, str) or not 1 <= len(action_id) <= 255:
        found.append(f"action_id must be 1 to 255 characters [json-pointer:{where}/action_id]")
    if element.get("placeholder") is not None:
        found += check_text(element["placeholder"], 150, f"{where}/placeholder", plain=True)
    if element.get("confirm") is not None:
        found += _confirm(element["confirm"], f"{where}/confirm")
    if kind == "button":
        found += _button(element, where)
    elif kind in ("static_select", "multi_static_select"):
        found += _select(element, where)
    elif kind in ("checkboxes", "radio_buttons"):
        found += _options(element.get("options"), 1, 10, f"{where}/options")
    elif kind == "overflow":
        found += _options(element.get("options"), 1, 5, f"{where}/options", plain=True, link=True)
    elif kind == "plain_text_input":
        found += _input_lengths(element, where)
    elif kind in MOMENTS:
        found += _moment(element, where)
    most = element.get("max_selected_items", 1)
    if not isinstance(most, int) or most < 1:
        found.append(f"must be at least 1 [json-pointer:{where}/max_selected_items]")
    return found + _initial(element, where)


MOMENTS = {
    "datepicker": ("initial_date", r"\d{4}-\d\d-\d\d"),
    "timepicker": ("initial_time", r"([01]\d|2[0-3]):[0-5]\d"),
    "datetimepicker": ("initial_date_time", r"\d{10}"),
}


def _moment(element: JSON, where: str) -> list[str]:
    name, form = MOMENTS[element["type"]]
    value = element.get(name)
    if value is None:
        return []
    right = re.fullmatch(form, str(value)) is not None
    if right and name == "initial_date":
        try:
            date.fromisoformat(value)
        except ValueError:
            right = False
    return [] if right else [f"invalid {name}: {value} [json-pointer:{where}/{name}]"]


def _button(element: JSON, where: str) -> list[str]:
    found = check_text(element.get("text"), 75, f"{where}/text", plain=True)
    if len(str(element.get("value") or "")) > 2000:
        found.append(f"must be less than 2001 characters [json-pointer:{where}/value]")
    if len(str(element.get("url") or "")) > 3000:
        found.append(f"must be less than 3001 characters [json-pointer:{where}/url]")
    if element.get("style") not in (None, "primary", "danger"):
        found.append(f"style must be primary or danger [json-pointer:{where}/style]")
    if len(str(element.get("accessibility_label") or "")) > 75:
        found.append(f"must be less than 76 characters [json-pointer:{where}/accessibility_label]")
    return found


def _confirm(confirm: Any, where: str) -> list[str]:
    if not isinstance(confirm, dict):
        return [f"confirm must be an object [json-pointer:{where}]"]
    found = check_text(confirm.get("title"), 100, f"{where}/title", plain=True)
    found += check_text(confirm.get("text"), 300, f"{where}/text")
    for name in ("confirm", "deny"):
        found += check_text(confirm.get(name), 30, f"{where}/{name}", plain=True)
    if confirm.get("style") not in (None, "primary", "danger"):
        found.append(f"style must be primary or danger [json-pointer:{where}/style]")
    return found + strangers(confirm, CONFIRM, where)


def _select(element: JSON, where: str) -> list[str]:
    groups = element.get("option_groups")
    if groups is None:
        return _options(element.get("options"), 1, 100, f"{where}/options", plain=True)
    if element.get("options") is not None:
        return [f"options and option_groups exclude one another [json-pointer:{where}]"]
    if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
        return [f"must have 1 to 100 items [json-pointer:{where}/option_groups]"]
    found = []
    for number, group in enumerate(groups):
        at = f"{where}/option_groups/{number}"
        if not isinstance(group, dict):
            found.append(f"an option group must be an object [json-pointer:{at}]")
            continue
        found += check_text(group.get("label"), 75, f"{at}/label", plain=True)
        found += _options(group.get("options"), 1, 100, f"{at}/options", plain=True)
        found += strangers(group, GROUP, at)
    return found


def _options(
    options: Any, least: int, most: int, where: str, *, plain: bool = False, link: bool = False
) -> list[str]:
    """`plain`: menus show no mrkdwn; `link`: an overflow menu's options may lead somewhere."""
    if not isinstance(options, list) or not least <= len(options) <= most:
        return [f"must have {least} to {most} items [json-pointer:{where}]"]
    found = []
    for number, option in enumerate(options):
        at = f"{where}/{number}"
        if not isinstance(option, dict):
            found.append(f"an option must be an object [json-pointer:{at}]")
            continue
        found += check_text(option.get("text"), 75, f"{at}/text", plain=plain)
        if not 1 <= len(str(option.get("value") or "")) <= 150:
            found.append(f"must be 1 to 150 characters [json-pointer:{at}/value]")
        if option.get("description") is not None:
            found += check_text(option["description"], 75, f"{at}/description", plain=plain)
        found += strangers(option, OVERFLOW_OPTION if link else OPTION, at)
    return found


def _initial(element: JSON, where: str) -> list[str]:
    chosen = list(element.get("initial_options") or [])
    if element.get("initial_option") is not None:
        chosen.append(element["initial_option"])
    if not chosen or element.get("type") in ("external_select", "multi_external_select"):
        return []
    known = options_of(element)
    if any(option not in known for option in chosen):
        return [f"the initial option is not among the options [json-pointer:{where}]"]
    return []


def _input_lengths(element: JSON, where: str) -> list[str]:
    found = []
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not isinstance(least, int) or not isinstance(most, int):
        found.append(f"min_length and max_length are numbers [json-pointer:{where}]")
    elif not 0 <= least <= 3000 or not 1 <= most <= 3000 or least > most:
        found.append(f"min_length and max_length lie within 0 to 3000 [json-pointer:{where}]")
    elif len(str(element.get("initial_value") or "")) > most:
        found.append(f"initial_value is longer than {most} [json-pointer:{where}/initial_value]")
    return found


def options_of(element: JSON) -> list[JSON]:
    """The options that a person could choose from."""
    found = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        found += group.get("options") or []
    return found
