"""The desk: a Slack payload comes in, one answer goes out, in time, whatever happens."""

import asyncio
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from pydantic import ValidationError

from incident_bot import logs
from incident_bot.domain.decision import Refusal, Sentence
from incident_bot.domain.times import zone_of
from incident_bot.service import Unavailable, Unsure
from incident_bot.slack.grammar import Context, split
from incident_bot.slack.grammar.typed import MENTION
from incident_bot.slack.listeners import NAMES, VERBS
from incident_bot.slack.listeners.buttons import BUTTONS, OLD_BUTTON
from incident_bot.slack.listeners.choosing import choose
from incident_bot.slack.listeners.free_text import free_text
from incident_bot.slack.listeners.needs import Knows, Serves
from incident_bot.slack.listeners.spec import NOT_RECORDED, UNSURE, Asked, Payload, lines
from incident_bot.slack.views.answer import Answer, answer
from incident_bot.store import Delivery, KnownPerson, StoreUnavailable

DEADLINE = 2.5
"""Seconds; Slack gives 3 (docs.slack.dev/interactivity/implementing-slash-commands)."""

TOO_LONG = "One of the texts is too long or empty, so nothing was recorded. Make it shorter."
FAILED = (
    "That did not work, and it is the bot's fault. Look at `/incident timeline` to see whether "
    "it was recorded before you try again; its log says more."
)

HELP_WANTED = {"help", "--help", "—help", "–help", "-h", "?"}
"""Alone behind a verb, no text for it: `resolve --help` must resolve nothing."""

LONGEST_WORD = 200

MENTIONS = 5
"""So many mentioned people are looked up before the command is read."""

log = structlog.get_logger(__name__)


class Desk:
    """Answers commands and buttons. `deadline` in seconds for each."""

    def __init__(self, service: Serves, people: Knows, *, deadline: float = DEADLINE) -> None:
        self._service = service
        self._people = people
        self._deadline = deadline

    async def command(self, body: Payload) -> Answer:
        """The answer to `/incident …`; nothing is recorded when it says so."""
        recorded: list[Sentence] = []

        async def work() -> Answer:
            raw = str(body.get("text") or "")
            user, handle = _word(body.get("user_id")), _word(body.get("user_name"))
            known = await self._look_up(user, handle, raw)
            asked = await self._asked(known, user, handle, _word(body.get("channel_id")))
            asked = replace(asked, delivery=_delivery(body, "command"), recorded=recorded)
            typed = split(known.named(raw), NAMES)
            if not typed.word:
                typed = split(f"{typed.ref} status" if typed.ref else "help", NAMES)
            if HELP_WANTED & {typed.rest.strip().lower(), typed.rest_after.strip().lower()}:
                typed = split(f"help {typed.verb or ''}", NAMES)
            logs.learned(verb=typed.verb or "free text")
            if typed.verb is None:
                return await free_text(asked, typed)
            verb = VERBS[typed.verb]
            store = self._service.store
            chosen = await choose(typed, verb, asked.here, asked.person.person, store)
            logs.learned(ref=chosen.incident.ref if chosen.incident else None)
            return await verb.handler(replace(asked, incident=chosen.incident, rest=chosen.rest))

        return await self._within(work, "command", recorded)

    async def button(self, body: Payload, action: Mapping[str, Any]) -> Answer:
        """The answer to a pressed button."""
        recorded: list[Sentence] = []

        async def work() -> Answer:
            name = str(action.get("action_id") or "").partition(":")[0]
            if name not in BUTTONS:
                raise Refusal(OLD_BUTTON)
            logs.learned(verb=name)
            who, channel = _part(body, "user"), _word(_part(body, "channel").get("id"))
            user, handle = _word(who.get("id")), _word(who.get("username") or who.get("name"))
            stamp = _word(action.get("action_ts"))
            if name == "declare_text":  # one message declares once, however often it is pressed
                stamp = _word(_part(body, "container").get("message_ts")) or stamp
            also = (f"{stamp}/{user}/{name}",) if stamp else ()
            known = await self._look_up(user, handle, "")
            asked = await self._asked(known, user, handle, channel)
            press = replace(
                asked,
                delivery=_delivery(body, "button", also),
                rest=str(action.get("value") or ""),
                recorded=recorded,
            )
            return await BUTTONS[name](press)

        return await self._within(work, "button", recorded)

    async def _look_up(self, user: str | None, handle: str | None, raw: str) -> "_Known":
        """Everybody that the command is about, at once: each may take Slack a while."""
        wanted = {m[1]: m[2] or None for m in MENTION.finditer(raw)}
        wanted = dict(list(wanted.items())[:MENTIONS]) | {user or "": handle}
        found = await asyncio.gather(*(self._people.by_slack(*each) for each in wanted.items()))
        return _Known(self._people, dict(zip(wanted, found, strict=True)))

    async def _asked(
        self, known: "_Known", user: str | None, handle: str | None, channel: str | None
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
        )

    async def _within(
        self, work: Callable[[], Awaitable[Answer]], what: str, recorded: list[Sentence]
    ) -> Answer:
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


class _Known:
    """People already looked up; anybody else is looked up now."""

    def __init__(self, people: Knows, found: Mapping[str, KnownPerson]) -> None:
        self._people = people
        self._found = found

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        """The person by Slack id."""
        return self._found.get(slack_id) or await self._people.by_slack(slack_id, handle)

    def named(self, raw: str) -> str:
        """The text with a name in every mention: Slack also sends `<@U1>` alone."""
        return MENTION.sub(self._name, raw)

    def _name(self, match: re.Match[str]) -> str:
        person = self._found.get(match[1])
        if match[2] or person is None:
            return match[0]
        handle = (person.handle or person.name).translate({ord(c): None for c in "<>|@&\n"})
        return f"<@{match[1]}|{handle}>"


def _after(recorded: list[Sentence], problem: Sentence) -> Answer:
    """The problem, behind what the same command had recorded before it."""
    if not recorded:
        return answer(problem)
    return answer((*lines(recorded), "\nThat much is recorded. Of the rest: ", *problem))


def _part(body: Payload, name: str) -> Payload:
    """The object under `name`; an empty one when there is none."""
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _word(value: object) -> str | None:
    """An id or a name, never longer than any that Slack gives; None for what is none."""
    return value[:LONGEST_WORD] if isinstance(value, str) and value else None


def _delivery(body: Payload, kind: str, also: tuple[str, ...] = ()) -> Delivery | None:
    trigger = _word(body.get("trigger_id"))
    ids = ((trigger,) if trigger else ()) + also
    return Delivery(source="slack", id=ids[0], also=ids[1:], kind=kind) if ids else None
