"""The desk: a Slack payload comes in, one answer goes out, in time, whatever happens."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from pydantic import ValidationError

from incident_bot import logs
from incident_bot.domain.decision import Refusal, Sentence, lines
from incident_bot.domain.people import Person
from incident_bot.domain.permissions import READ_PRIVATE
from incident_bot.domain.privacy import reads_private
from incident_bot.domain.times import zone_of
from incident_bot.service import Unavailable, Unsure
from incident_bot.slack.grammar import Context
from incident_bot.slack.grammar.typed import MENTION
from incident_bot.slack.listeners import VERBS, home
from incident_bot.slack.listeners.buttons import BUTTONS, OLD_BUTTON
from incident_bot.slack.listeners.events import EVENTS
from incident_bot.slack.listeners.forms import FORMS, OLD_FORM
from incident_bot.slack.listeners.needs import Knows, Serves
from incident_bot.slack.listeners.payload import (
    Known,
    delivery,
    first_input,
    form,
    own_id,
    part,
    value,
    word,
)
from incident_bot.slack.listeners.running import run
from incident_bot.slack.listeners.shortcuts import OLD_SHORTCUT, SHORTCUTS
from incident_bot.slack.listeners.spec import (
    NOT_RECORDED,
    UNSURE,
    Asked,
    Filled,
    Form,
    Happened,
    Modal,
    Payload,
    Shown,
    Wrong,
)
from incident_bot.slack.views.answer import Answer, answer
from incident_bot.slack.views.notice import notice
from incident_bot.slack.views.sentence import mrkdwn, unmarked_up
from incident_bot.store import StoreUnavailable

T = TypeVar("T")

DEADLINE = 2.5
"""Seconds; Slack gives 3 (docs.slack.dev/interactivity/implementing-slash-commands)."""

TOO_LONG = "One of the texts is too long or empty, so nothing was recorded. Make it shorter."
FAILED = (
    "That did not work, and it is the bot's fault. Look at `/incident timeline` to see whether "
    "it was recorded before you try again; its log says more."
)

ONCE = frozenset({"declare_text", "run_typed", "undo_declare"})
"""Buttons below a question: each of them counts once in a message, however often it is pressed."""

MENTIONS = 5
"""So many mentioned people are looked up before the command is read."""

log = structlog.get_logger(__name__)


class Desk:
    """Answers commands, buttons, shortcuts and forms, and hears events. `deadline` in seconds for
    each."""

    def __init__(self, service: Serves, people: Knows, *, deadline: float = DEADLINE) -> None:
        self._service = service
        self._people = people
        self._deadline = deadline

    async def command(self, body: Payload) -> Answer | Modal:
        """The answer to `/incident …`; nothing is recorded when it says so."""
        recorded: list[Sentence] = []

        async def work() -> Answer | Modal:
            raw = str(body.get("text") or "")
            user, handle = word(body.get("user_id")), word(body.get("user_name"))
            known = await self._look_up(user, handle, raw)
            asked = await self._asked(known, user, handle, word(body.get("channel_id")))
            asked = replace(asked, delivery=delivery(body, "command"), recorded=recorded)
            return await run(asked, known.named(raw))

        return await self._within(work, "command", recorded)

    async def button(self, body: Payload, action: Mapping[str, Any]) -> Shown:
        """The answer to a pressed button, or to what was chosen."""
        recorded: list[Sentence] = []

        async def work() -> Shown:
            name = str(action.get("action_id") or "").partition(":")[0]
            if name not in BUTTONS:
                raise Refusal(OLD_BUTTON)
            logs.learned(verb=name)
            stamp, user = word(action.get("action_ts")), word(part(body, "user").get("id"))
            pressed = name
            if name in ONCE:
                pressed = word(action.get("action_id")) or name
                stamp = word(part(body, "container").get("message_ts")) or stamp
            also = (f"{stamp}/{user}/{pressed}",) if stamp else ()
            view = part(body, "view")
            within = form(view) if view.get("type") == "modal" else None
            asked = await self._interactive(body, within)
            press = replace(
                asked,
                delivery=delivery(body, "button", also),
                rest=_chosen(action),
                recorded=recorded,
            )
            if view.get("type") == "home":
                press = replace(press, home=form(view).about)
                return await home.pressed(press, name, BUTTONS[name])
            return await BUTTONS[name](press)

        return await self._within(work, "button", recorded)

    async def shortcut(self, body: Payload) -> Shown:
        """The answer to a shortcut, of a message or of everywhere."""
        recorded: list[Sentence] = []

        async def work() -> Shown:
            name = str(body.get("callback_id") or "")
            if name not in SHORTCUTS:
                raise Refusal(OLD_SHORTCUT)
            logs.learned(verb=name)
            asked = await self._interactive(body, None)
            message = body.get("message")
            used = replace(
                asked,
                delivery=delivery(body, "shortcut"),
                message=message if isinstance(message, Mapping) else None,
                app_id=word(body.get("api_app_id")),
                workspace=word(part(body, "team").get("domain")),
                recorded=recorded,
            )
            return await SHORTCUTS[name].handler(used)

        return await self._within(work, "shortcut", recorded)

    async def form(self, body: Payload) -> Filled:
        """What a submitted form is answered with. It stays, with what was typed, unless all of it
        was recorded."""
        recorded: list[Sentence] = []
        view = part(body, "view")

        async def work() -> Filled:
            name = str(view.get("callback_id") or "").partition(":")[0]
            if name not in FORMS:
                raise Refusal(OLD_FORM)
            logs.learned(verb=name)
            filled_in = form(view)
            asked = await self._interactive(body, filled_in)
            also = (filled_in.view_id,) if filled_in.view_id else ()
            submitted = delivery(body, "form", also)
            try:
                return await FORMS[name](replace(asked, delivery=submitted, recorded=recorded))
            except Refusal as refusal:
                logs.learned(outcome="refused")
                return _refused(view, refusal, asked.context.zone)

        said = await self._within(work, "form", recorded)
        if not isinstance(said, Answer) or (said.recorded and said.public):
            return said
        field = first_input(view)
        if said.recorded or recorded or field is None:
            return Modal(notice(said.text), "update")
        return Wrong({field: said.text})

    async def event(self, body: Payload) -> None:
        """An event. Raises Unavailable when Slack has to send it again."""
        event = part(body, "event")
        listener = EVENTS.get(str(event.get("type") or ""))
        if listener is None:
            return
        happened = Happened(
            self._service, self._people, event, delivery(body, "event"), own_id(body)
        )
        try:
            async with asyncio.timeout(self._deadline):
                await listener(happened)
        except Refusal as refusal:
            logs.learned(outcome="refused")
            log.info("event refused", type=event.get("type"), error=type(refusal).__name__)

    async def _interactive(self, body: Payload, within: Form | None) -> Asked:
        """Who pressed or submitted, and where: a form remembers its channel."""
        who, place = part(body, "user"), part(body, "channel").get("id")
        user, handle = word(who.get("id")), word(who.get("username") or who.get("name"))
        if within is not None:
            place = within.about.get("channel")
        known = await self._look_up(user, handle, "")
        return replace(await self._asked(known, user, handle, word(place)), form=within)

    async def _look_up(self, user: str | None, handle: str | None, raw: str) -> Known:
        """Everybody that the command is about, at once: each may take Slack a while."""
        wanted = {m[1]: m[2] or None for m in MENTION.finditer(raw)}
        wanted = dict(list(wanted.items())[:MENTIONS]) | {user or "": handle}
        found = await asyncio.gather(*(self._people.by_slack(*each) for each in wanted.items()))
        return Known(self._people, dict(zip(wanted, found, strict=True)))

    async def _asked(
        self, known: Known, user: str | None, handle: str | None, channel: str | None
    ) -> Asked:
        person = await known.by_slack(user or "", handle)
        here = await self._service.store.in_channel(channel) if channel else None
        policy = self._service.policy
        zone = zone_of(person.tz)
        context = Context(self._service.now(), zone, policy.roles, policy.statuses)
        return Asked(
            service=self._service,
            people=known,
            person=person,
            channel_id=channel or "",
            here=here,
            incident=None,
            rest="",
            context=context,
            delivery=None,
            verbs=VERBS,
            reads_private=await self._reads_private(person.person),
        )

    async def _reads_private(self, person: Person) -> bool:
        policy = self._service.policy
        if READ_PRIVATE not in policy.permissions:
            return False
        return reads_private(person, await self._service.groups(person), policy)

    async def _within(
        self, work: Callable[[], Awaitable[T]], what: str, recorded: list[Sentence]
    ) -> T | Answer:
        try:
            async with asyncio.timeout(self._deadline):
                return await work()
        except Refusal as refusal:
            logs.learned(outcome="partly_recorded" if recorded else "refused")
            return _after(recorded, refusal.sentence)
        except Unsure as error:
            log.warning("Slack input recorded or not", what=what, error=str(error))
            logs.learned(outcome="unavailable")
            return _after(recorded, (UNSURE,))
        except (Unavailable, StoreUnavailable, TimeoutError) as error:
            why = str(error) or "it took too long"
            log.warning("Slack input not recorded", what=what, error=why)
            logs.learned(outcome="unavailable")
            return _after(recorded, (NOT_RECORDED,))
        except ValidationError:
            logs.learned(outcome="partly_recorded" if recorded else "refused")
            return _after(recorded, (TOO_LONG,))
        except Exception as error:  # the outermost edge: a person waits, and must be answered
            # Not the message: it may quote what was typed, and the incident may be private.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("Slack input failed", what=what, error=type(error).__name__, where=where)
            logs.learned(outcome="failed")
            return _after(recorded, (FAILED,))


def _refused(view: Payload, refusal: Refusal, zone: ZoneInfo) -> Filled:
    """A refusal of the whole form, under its first field, if it has one."""
    field = first_input(view)
    if field is None:
        return Modal(notice(mrkdwn(refusal.sentence)), "update")
    return Wrong({field: unmarked_up(refusal.sentence, zone)})


def _after(recorded: list[Sentence], problem: Sentence) -> Answer:
    """The problem, behind what the same command had recorded before it."""
    if not recorded:
        return answer(problem)
    return answer((*lines(recorded), "\nThat much is recorded. Of the rest: ", *problem))


def _chosen(action: Mapping[str, Any]) -> str:
    """A button's value, or what was chosen from a list."""
    found = value(action)
    return " ".join(found) if isinstance(found, list) else found or ""
