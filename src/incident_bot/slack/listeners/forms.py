"""The forms (modals) that can be filled in, by their `callback_id`."""

from collections.abc import Awaitable, Callable, Mapping

from incident_bot.slack.listeners import home, interview
from incident_bot.slack.listeners.spec import Asked, Filled

OLD_FORM = "This form belongs to an older version of the bot. Close it and open it anew."

FORMS: Mapping[str, Callable[[Asked], Awaitable[Filled]]] = {
    **interview.FORMS,
    **home.FORMS,
}
"""What each form does when it is submitted."""
