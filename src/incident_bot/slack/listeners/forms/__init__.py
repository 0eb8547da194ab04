"""The forms (modals) that can be filled in, by their `callback_id`; one file for each.

Each file opens its form and takes what was filled in. A form is recorded whole or not at all: what
is wrong is said under the field concerned, and what was typed stays.
"""

from collections.abc import Awaitable, Callable, Mapping

from incident_bot.slack.listeners import home, interview
from incident_bot.slack.listeners.forms import action, declare, edit, resolve, roles, update
from incident_bot.slack.listeners.spec import Asked, Filled, Shown

OLD_FORM = "This form belongs to an older version of the bot. Close it and open it anew."

FORMS: Mapping[str, Callable[[Asked], Awaitable[Filled]]] = {
    "declare": declare.submit,
    "roles": roles.submit,
    "update": update.submit,
    "action": action.submit,
    "edit": edit.submit,
    "resolve": resolve.submit,
    **interview.FORMS,
    **home.FORMS,
}
"""What each form does when it is submitted."""

FORM_BUTTONS: Mapping[str, Callable[[Asked], Awaitable[Shown]]] = {
    "open_declare": declare.pressed,
    "declare_type": declare.chosen,
    "open_roles": roles.pressed,
    "open_update": update.pressed,
    "update_more": update.chosen,
    "open_action": action.pressed,
    "open_resolve": resolve.pressed,
    "timeline_line": edit.pressed,
    "retract_entry": edit.retract,
}
"""What opens a form, and what is pressed or chosen within one."""
