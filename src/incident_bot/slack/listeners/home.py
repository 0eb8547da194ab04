"""The App Home: shown anew when it is opened and after whatever is pressed in it."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.people import by
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Severity
from incident_bot.service import Unavailable
from incident_bot.slack.listeners.spec import Asked, Filled, Happened, Modal, Shown
from incident_bot.slack.views import home as view, listing
from incident_bot.slack.views.answer import answer

log = structlog.get_logger(__name__)

Handler = Callable[[Asked], Awaitable[Shown]]
TURNS = "home_page"
SHOWN = "The list follows."


async def opened(happened: Happened) -> None:
    """`app_home_opened`: Slack shows what was published last, so it is published now."""
    user = happened.event.get("user")
    if happened.event.get("tab") != "home" or not isinstance(user, str) or not user:
        return
    person = (await happened.people.by_slack(user)).person
    command = c.ShowHome(actor=by(person), slack_id=user)
    await happened.service.handle(command, delivery=happened.delivery)


async def pressed(asked: Asked, name: str, handler: Handler) -> Shown:
    """What a press in the Home is answered with: the Home itself, as things are then."""
    try:
        said = await handler(asked)
    except Refusal:
        await _publish(asked, name)
        raise
    if isinstance(said, Modal):
        return said
    await _publish(asked, name)
    return None if said is None or said.recorded else said


async def turn_page(asked: Asked) -> None:
    """Another page of the list, or all of it again: what is then published."""


async def find(asked: Asked) -> Modal:
    """The form that narrows the list."""
    wanted, _ = listing.read_turned(asked.rest) or (Wanted(everything=True), 1)
    return Modal(view.filter_form(wanted))


async def found(asked: Asked) -> Filled:
    """The form: the first page of what fits."""
    values = asked.form.values if asked.form else {}
    levels = values.get(view.SEVERITY_BLOCK) or ()
    wanted = Wanted(
        everything=True,
        severities=tuple(s for s in Severity if s.label.lower() in levels),
        service=str(values.get(view.SERVICE_BLOCK) or "").strip(),
        text=str(values.get(view.TEXT_BLOCK) or "").strip(),
    )
    await show(asked, listing.turned(wanted, 1))
    return answer((SHOWN,), public=True, recorded=True)


async def _publish(asked: Asked, name: str) -> None:
    """With the same page of the list, or the one that the button leads to."""
    page = asked.rest if name == TURNS else str((asked.home or {}).get("shown") or "")
    await show(asked, page)


async def show(asked: Asked, page: str) -> None:
    """Asks for the Home as things are now, with this page of the list. What the same press has
    recorded stays said: a Home that is not shown anew is no reason to say otherwise."""
    slack_id = asked.person.slack_id
    if not slack_id:
        return
    try:
        await asked.service.handle(c.ShowHome(actor=asked.actor, slack_id=slack_id, shown=page))
    except Unavailable:
        if not asked.recorded:
            raise
        log.warning("the Home is not shown anew")


BUTTONS: Mapping[str, Handler] = {TURNS: turn_page, "home_find": find}
FORMS: Mapping[str, Callable[[Asked], Awaitable[Filled]]] = {view.FILTER_FORM: found}
