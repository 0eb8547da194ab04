"""Which properties a block, an element or an option may have (docs.slack.dev/reference/block-kit).

Slack refuses a whole message for one that it does not know.
"""

from __future__ import annotations

from typing import Any


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = {
    "actions": _names("elements"),
    "context": _names("elements"),
    "context_actions": _names("elements"),
    "divider": _names(""),
    "file": _names("external_id source"),
    "header": _names("text"),
    "image": _names("alt_text image_url slack_file title"),
    "input": _names("label element hint optional dispatch_action"),
    "markdown": _names("text"),
    "rich_text": _names("elements"),
    "section": _names("text fields accessory expand"),
    "table": _names("rows column_settings"),
    "video": _names(
        "alt_text author_name description provider_icon_url provider_name thumbnail_url title "
        "title_url video_url"
    ),
}
"""Beside `type` and `block_id`."""

_CHOICE = "placeholder confirm focus_on_load"
_TYPED = "placeholder confirm focus_on_load initial_value dispatch_action_config"
ELEMENTS = {
    "button": _names("text url value style confirm accessibility_label"),
    "channels_select": _names(f"{_CHOICE} initial_channel response_url_enabled"),
    "checkboxes": _names("options initial_options confirm focus_on_load"),
    "conversations_select": _names(
        f"{_CHOICE} initial_conversation default_to_current_conversation filter "
        "response_url_enabled"
    ),
    "datepicker": _names(f"{_CHOICE} initial_date"),
    "datetimepicker": _names("confirm focus_on_load initial_date_time"),
    "email_text_input": _names(_TYPED),
    "external_select": _names(f"{_CHOICE} initial_option min_query_length"),
    "file_input": _names("filetypes max_files"),
    "image": _names("alt_text image_url slack_file"),
    "multi_channels_select": _names(f"{_CHOICE} initial_channels max_selected_items"),
    "multi_conversations_select": _names(
        f"{_CHOICE} initial_conversations default_to_current_conversation filter max_selected_items"
    ),
    "multi_external_select": _names(
        f"{_CHOICE} initial_options min_query_length max_selected_items"
    ),
    "multi_static_select": _names(
        f"{_CHOICE} options option_groups initial_options max_selected_items"
    ),
    "multi_users_select": _names(f"{_CHOICE} initial_users max_selected_items"),
    "number_input": _names(f"{_TYPED} is_decimal_allowed min_value max_value"),
    "overflow": _names("options confirm"),
    "plain_text_input": _names(f"{_TYPED} multiline min_length max_length"),
    "radio_buttons": _names("options initial_option confirm focus_on_load"),
    "rich_text_input": _names(f"{_TYPED} min_lines max_lines"),
    "static_select": _names(f"{_CHOICE} options option_groups initial_option"),
    "timepicker": _names(f"{_CHOICE} initial_time timezone"),
    "url_text_input": _names(_TYPED),
    "users_select": _names(f"{_CHOICE} initial_user"),
    "workflow_button": _names("text workflow style accessibility_label"),
}
"""Beside `type` and `action_id`."""

TEXT = _names("type text emoji verbatim")
CONFIRM = _names("title text confirm deny style")
GROUP = _names("label options")
OPTION = _names("text value description")
OVERFLOW_OPTION = OPTION | {"url"}

VIEWS = {
    "modal": _names(
        "type title blocks close submit private_metadata callback_id clear_on_close "
        "notify_on_close external_id submit_disabled"
    ),
    "home": _names("type blocks private_metadata callback_id external_id"),
}


def strangers(thing: dict[str, Any], known: frozenset[str], where: str) -> list[str]:
    """A complaint for each property that does not belong there."""
    return [
        f"invalid additional property: {name} [json-pointer:{where}]"
        for name in sorted(set(thing) - known)
    ]
