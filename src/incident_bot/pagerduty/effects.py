"""The jobs that PagerDuty performs: resolve, acknowledge, write a note.

Each says "done" only after PagerDuty's own answer. When an earlier try may have reached PagerDuty
(`effect.again`), it looks before it repeats.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import structlog

from incident_bot.domain.commands import RecordPagerDuty
from incident_bot.domain.decision import JobKind
from incident_bot.domain.people import BOT, Person
from incident_bot.effects import Away, Done, Effect, GiveUp, Handler, Later, Refused
from incident_bot.pagerduty.client import NOTE_CHARACTERS, PagerDuty
from incident_bot.pagerduty.errors import PagerDutyRefused, PagerDutyUnknown
from incident_bot.people import People

NOT_CONFIGURED = (
    "PagerDuty was not told: the bot has no API token. Set PAGERDUTY_API_TOKEN for the next time; "
    "for now {by_hand}."
)
REFUSED = "PagerDuty did not {what}: {reason} Please {by_hand}."
UNKNOWN_TO_PAGERDUTY = "PagerDuty does not know its incident {alert_id} (any more)."
NO_SENDER = (
    " Set PAGERDUTY_FROM_EMAIL to the e-mail of a PagerDuty user in whose name the bot may act."
)
PRIVATE = "The note did not go to PagerDuty: a private incident is never written about there."

PATIENCE = 2.0
"""Seconds that finding out in whose name to write may take."""

What = Literal["resolved", "acknowledged", "note"]
Write = Callable[[str | None], Awaitable[None]]  # given the From address

log = structlog.get_logger(__name__)

_WORDS: Mapping[What, tuple[str, str]] = {
    "resolved": ("resolve the incident", "resolve it there by hand"),
    "acknowledged": ("take the acknowledgement", "acknowledge it there by hand"),
    "note": ("take the note", "add the note there by hand"),
}


def handlers(pagerduty: PagerDuty | None, people: People) -> dict[JobKind, Handler]:
    """The handler for each kind of PagerDuty job. `pagerduty` None: no token is configured."""
    if pagerduty is None:
        return {
            JobKind.PAGERDUTY_RESOLVE: _not_configured("resolved"),
            JobKind.PAGERDUTY_ACKNOWLEDGE: _not_configured("acknowledged"),
            JobKind.PAGERDUTY_NOTE: _not_configured("note"),
        }
    writes = Writes(pagerduty, people)
    return {
        JobKind.PAGERDUTY_RESOLVE: writes.resolve,
        JobKind.PAGERDUTY_ACKNOWLEDGE: writes.acknowledge,
        JobKind.PAGERDUTY_NOTE: writes.note,
    }


def _not_configured(what: What) -> Handler:
    async def give_up(effect: Effect) -> Done:
        raise GiveUp(NOT_CONFIGURED.format(by_hand=_WORDS[what][1]))

    return give_up


class Writes:
    """Performs the jobs with a configured client."""

    def __init__(self, pagerduty: PagerDuty, people: People) -> None:
        self._pagerduty = pagerduty
        self._people = people

    async def resolve(self, effect: Effect) -> Done:
        """Resolve the PagerDuty incident; one that is resolved already is done."""
        alert_id = _alert_id(effect)
        if effect.again and await self._is_resolved(alert_id):
            return _done("resolved", alert_id)
        text = "" if _is_private(effect) else str(effect.args.get("text") or "")

        async def write(sender: str | None) -> None:
            await self._pagerduty.resolve(alert_id, sender, text)

        try:
            await self._write(effect, "resolved", write)
        except _AlreadyResolved:
            log.info("pagerduty incident was resolved already", alert=alert_id)
        return _done("resolved", alert_id)

    async def acknowledge(self, effect: Effect) -> Done:
        """Acknowledge the PagerDuty incident, unless it is acknowledged or resolved already.

        Always looks first: to acknowledge a resolved incident would reopen it.
        """
        alert_id = _alert_id(effect)
        status = await self._status(alert_id, "acknowledged")
        if status == "resolved":
            return Done(result={"status": status})
        if status != "acknowledged":

            async def write(sender: str | None) -> None:
                await self._pagerduty.acknowledge(alert_id, sender)

            try:
                await self._write(effect, "acknowledged", write)
            except _AlreadyResolved:
                return Done(result={"status": "resolved"})
        return _done("acknowledged", alert_id)

    async def note(self, effect: Effect) -> Done:
        """Write the note, unless an earlier try left it there. Never for a private incident.

        Two notes may have the same words, so each ends with the number of its entry.
        """
        alert_id = _alert_id(effect)
        text = str(effect.args.get("text") or "").strip()
        if effect.incident is None or _is_private(effect):
            raise GiveUp(PRIVATE)
        if not text:
            return Done()
        text = _marked(text, effect.job.key)
        if effect.again and text.split() in await self._notes(alert_id):
            return _done("note", alert_id)

        async def write(sender: str | None) -> None:
            await self._pagerduty.add_note(alert_id, text, sender)

        await self._write(effect, "note", write)
        return _done("note", alert_id)

    async def _write(self, effect: Effect, what: What, write: Write) -> None:
        """Write in the name of who acted; when PagerDuty will not have them, in the bot's own."""
        sender = await self._sender(effect.args.get("by"))
        try:
            try:
                await write(sender)
            except PagerDutyRefused as refused:
                own_name_may_do = (
                    sender is not None
                    and sender != self._pagerduty.from_email
                    and not refused.is_about_the_token
                    and not refused.is_unknown
                    and not refused.is_already_resolved
                )
                if not own_name_may_do:
                    raise
                log.info("pagerduty refused the person, trying the configured sender")
                await write(None)
        except PagerDutyRefused as refused:
            raise self._given_up(refused, what, _alert_id(effect)) from refused
        except PagerDutyUnknown as unknown:  # the next try is an `again`: it looks first
            raise Away(str(unknown), "pagerduty") from unknown

    async def _sender(self, person: object) -> str | None:
        """The e-mail of the person who acted if they are known to PagerDuty; None: the bot's."""
        if not isinstance(person, Mapping):
            return None
        who = Person.model_validate(person)
        try:
            async with asyncio.timeout(PATIENCE):  # Slack may be asked, and must not hold this up
                if who.pagerduty_id:
                    known = await self._people.by_pagerduty(who.pagerduty_id, who.name)
                elif who.slack_id:
                    known = await self._people.by_slack(who.slack_id, who.handle)
                else:
                    return None
        except (Later, Refused, TimeoutError) as error:
            log.info("sender not looked up, using the configured one", error=str(error))
            return None
        return known.email if known.pagerduty_id else None

    async def _is_resolved(self, alert_id: str) -> bool:
        """False, too, for what may not be read: to resolve twice does no harm, so try."""
        try:
            return await self._pagerduty.status(alert_id) == "resolved"
        except PagerDutyRefused as refused:
            raise self._given_up(refused, "resolved", alert_id) from refused

    async def _status(self, alert_id: str, what: What) -> str:
        try:
            status = await self._pagerduty.status(alert_id)
        except PagerDutyRefused as refused:
            raise self._given_up(refused, what, alert_id) from refused
        if status is None:
            raise GiveUp(UNKNOWN_TO_PAGERDUTY.format(alert_id=alert_id))
        return status

    async def _notes(self, alert_id: str) -> list[list[str]]:
        """The words of each note; what is between them PagerDuty may have changed."""
        try:
            return [note.split() for note in await self._pagerduty.notes(alert_id)]
        except PagerDutyRefused as refused:
            raise self._given_up(refused, "note", alert_id) from refused

    def _given_up(self, refused: PagerDutyRefused, what: What, alert_id: str) -> Exception:
        """The refusal as the end of the job, in words for the room."""
        if refused.is_already_resolved and what != "note":
            return _AlreadyResolved()
        if refused.is_unknown:
            return GiveUp(UNKNOWN_TO_PAGERDUTY.format(alert_id=alert_id))
        action, by_hand = _WORDS[what]
        sentence = REFUSED.format(what=action, reason=refused.sentence, by_hand=by_hand)
        if refused.status == 400 and self._pagerduty.from_email is None:
            sentence += NO_SENDER
        return GiveUp(sentence)


class _AlreadyResolved(Exception):
    """PagerDuty takes no change of status: the incident is resolved there."""


def _done(what: What, alert_id: str) -> Done:
    return Done(then=RecordPagerDuty(actor=BOT, alert_id=alert_id, what=what))


def _marked(text: str, key: str) -> str:
    """The note with the number of the entry that it comes from, in which its job's key ends."""
    mark = f" (#{key.rpartition('/')[2]})"
    return text[: NOTE_CHARACTERS - len(mark)] + mark


def _alert_id(effect: Effect) -> str:
    alert_id: Any = effect.args["alert_id"]
    return str(alert_id)


def _is_private(effect: Effect) -> bool:
    return effect.incident is None or effect.incident.private
