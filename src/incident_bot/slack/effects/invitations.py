"""Bring people into the room: all in one call, and nobody's trouble keeps another out."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from incident_bot.domain.commands import RecordInvitation
from incident_bot.domain.people import BOT
from incident_bot.effects import Away, Done, Effect, Later, Refused, Side
from incident_bot.slack.effects.guests import Guests
from incident_bot.slack.effects.needs import Directory
from incident_bot.slack.effects.on_call import OnCall, soon
from incident_bot.slack.gateway import Gateway, SlackRefused
from incident_bot.store import KnownPerson

log = structlog.get_logger(__name__)

WHAT = "invite people to the war room"
AT_ONCE = 100
ASKED_AT_ONCE = 10
NAMED_WITHIN = 5.0  # seconds: the invitation is out, and nobody waits for the names any more
TRIES = 8  # how often somebody whom a look-up breaks on is looked up again
NOBODY_ON_CALL = "PagerDuty names nobody on call for this: invite somebody by hand with /invite."

_BY_HAND = "invite them by hand"
_WHY_NOT = {
    "user_is_restricted": "is a guest whom the bot cannot invite: a member can, with /invite",
    "cant_invite": f"cannot be invited by the bot: {_BY_HAND}",
    "user_not_found": f"has no Slack account here any more: {_BY_HAND}",
    "user_disabled": f"has a deactivated Slack account: {_BY_HAND}",
    "ura_max_channels": "is a guest who may be in one channel only: reach them another way",
    "org_user_not_in_team": "is not in this workspace: ask a Slack admin to add them",
    "invitee_cant_see_channel": f"cannot see this channel: {_BY_HAND}",
}
# About the channel or the app and not about one person: no use in asking one by one.
_ABOUT_US = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "missing_scope",
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "access_denied",
        "accesslimited",
        "no_permission",
        "enterprise_is_restricted",
        "method_not_supported_for_channel_type",
    }
)


class LookUpPeople:
    """The handler of `look_up_people`: learns, beside the creating of the room, who they are."""

    def __init__(self, people: Directory, on_call: OnCall, guests: Guests) -> None:
        self._people = people
        self._on_call = on_call
        self._guests = guests

    async def __call__(self, effect: Effect) -> Done:
        """A courtesy to the invitation, which asks again for what could not be learned here."""
        wanted = [_pagerduty_id(item) for item in effect.args.get("pagerduty_ids") or ()]
        policy = effect.args.get("escalation_policy_id")
        looks: list[Awaitable[object]] = [self._people.by_pagerduty(*one) for one in wanted]
        if policy and not wanted:
            looks.append(self._on_call(policy))
        if named := effect.args.get("named"):
            looks.append(self._guests(named))
        found = await asyncio.gather(*looks, return_exceptions=True)
        if problems := [_logged(one) for one in found if isinstance(one, BaseException)]:
            log.info("people not looked up", job=effect.job.key, problems=problems)
        return Done()


class Invite:
    """The handler of `invite`."""

    def __init__(
        self, gateway: Gateway, people: Directory, on_call: OnCall, guests: Guests
    ) -> None:
        self._gateway = gateway
        self._people = people
        self._on_call = on_call
        self._guests = guests

    async def __call__(self, effect: Effect) -> Done:
        """Invite whom the job names, else who is on call. Being there already counts."""
        args = effect.args
        if named := args.get("named"):
            effect.begins()  # nobody waits until it is known who is in a group
            guests = await self._guests(named)
            looked = _Looked(waiting=guests.waiting, away=guests.away)
            return await self._bring(effect, guests.ids, looked, guests.refused)
        slack_ids: Sequence[str] = args.get("slack_ids") or ()
        wanted = [_pagerduty_id(item) for item in args.get("pagerduty_ids") or ()]
        policy = args.get("escalation_policy_id")
        if not slack_ids and not wanted and not policy:
            return Done()
        looked = await self._look_up(wanted)
        if policy and not slack_ids and not wanted:
            looked = await self._ask_on_call(policy)
        return await self._bring(effect, slack_ids, looked, ())

    async def _bring(
        self,
        effect: Effect,
        slack_ids: Sequence[str],
        looked: "_Looked",
        refused: Sequence[str],
    ) -> Done:
        """Invite `slack_ids`, of whom no more is known yet, and those who were found; then come
        again for who waits, or tell. `refused` are sentences about who is not to be had."""
        here, absent = _by_account(looked.known)
        room, ids = effect.room, list(dict.fromkeys([*slack_ids, *here]))
        effect.begins()
        codes, named = await asyncio.gather(self._invite(room, ids), self._names(slack_ids))
        here = {**here, **{str(p.slack_id): p for p in named}}
        invited = tuple(here[i].person for i, code in codes.items() if code is None)
        if looked.waiting:
            _come_again(effect, looked, RecordInvitation(actor=BOT, people=invited))
        failed = [f"{_name(p)} has no Slack account here: {_BY_HAND}." for p in absent]
        failed += [*refused, *(_not_looked_up(*one) for one in looked.refused.items())]
        failed += [_not_looked_up(*one) for one in looked.waiting.items()]
        failed += [_refused(here[i], code) for i, code in codes.items() if code is not None]
        if not ids and not failed:
            failed.append(NOBODY_ON_CALL)
        then = RecordInvitation(actor=BOT, people=invited, failed=tuple(failed))
        return Done(result={"invited": [p.slack_id for p in invited]}, then=then)

    async def _names(self, slack_ids: Sequence[str]) -> list[KnownPerson]:
        """Who they are, a few at a time: a group may be large."""
        turn = asyncio.Semaphore(ASKED_AT_ONCE)

        async def name(slack_id: str) -> KnownPerson:
            async with turn:
                return await self._people.by_slack(slack_id, patience=NAMED_WITHIN)

        return await asyncio.gather(*map(name, slack_ids))

    async def _look_up(self, wanted: Sequence[tuple[str, str | None]]) -> "_Looked":
        """People found, and those whom nobody could tell about, with why.

        Whatever goes wrong with one is that one's trouble: the others are invited at once.
        """
        looks = [soon(self._people.by_pagerduty(*one)) for one in wanted]
        found = await asyncio.gather(*looks, return_exceptions=True)
        looked = _Looked()
        for (pagerduty_id, name), one in zip(wanted, found, strict=True):
            if isinstance(one, KnownPerson):
                looked.known.append(one)
            else:
                looked.missing(name or pagerduty_id, one, asked=pagerduty_id)
        return looked

    async def _ask_on_call(self, policy: str) -> "_Looked":
        looked = _Looked()
        (found,) = await asyncio.gather(soon(self._on_call(policy)), return_exceptions=True)
        if isinstance(found, BaseException):
            looked.missing("Who is on call", found, asked=policy)
        else:
            looked.known += found
        return looked

    async def _invite(self, room: str, ids: list[str]) -> dict[str, str | None]:
        """Slack's code for each who could not be invited, None for each who is in the room."""
        codes: dict[str, str | None] = {}
        for start in range(0, len(ids), AT_ONCE):
            codes |= await self._batch(room, ids[start : start + AT_ONCE])
        codes = {i: None if c == "already_in_channel" else c for i, c in codes.items()}
        return {i: c for i, c in codes.items() if c != "cant_invite_self"}

    async def _batch(self, room: str, ids: list[str]) -> dict[str, str | None]:
        try:
            answer = await self._call(room, ids)
            return dict.fromkeys(ids) | _errors(answer)
        except SlackRefused as refused:
            if refused.code in _ABOUT_US:
                raise
            if len(ids) == 1:
                return {ids[0]: refused.code}
            codes: dict[str, str | None] = {}
            for one in ids:
                codes |= await self._batch(room, [one])
            return codes

    async def _call(self, room: str, ids: list[str]) -> Mapping[str, Any]:
        return await self._gateway.call(
            "conversations.invite", urgent=True, channel=room, users=",".join(ids), force=True
        )


@dataclass
class _Looked:
    """Who was found; by name, who may be found later and who not, each with why in brackets.
    `away`: the side that did not answer."""

    known: list[KnownPerson] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    away: Side | None = None

    def missing(self, name: str, error: BaseException, asked: str) -> None:
        """Somebody could not be looked up, by the id `asked`. What is no Exception is raised."""
        match error:
            case Refused():
                self.refused[name] = f" ({error.sentence.rstrip('.')})"
            case Away():
                self.waiting[name], self.away = f" ({error})", error.side
            case Later():
                self.waiting[name] = f" ({error})"
            case Exception():
                self.waiting[name] = ""  # its words are for the log
            case _:
                raise error
        log.warning("not looked up", asked=asked, error=_logged(error))


def _come_again(effect: Effect, looked: _Looked, so_far: RecordInvitation) -> None:
    """Later for those who wait, with who is in the room already; nothing after too many tries."""
    then = so_far if so_far.people else None
    if looked.away is not None:
        raise Away("not everybody could be looked up yet", looked.away, then=then)
    if effect.job.attempt < TRIES:
        raise Later("not everybody could be looked up yet", then=then)


def _not_looked_up(who: str, why: str) -> str:
    return f"{who} could not be looked up{why}: {_BY_HAND}."


def _errors(answer: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        str(item["user"]): str(item.get("error") or "unknown")
        for item in answer.get("errors") or ()
        if "user" in item
    }


def _by_account(known: Sequence[KnownPerson]) -> tuple[dict[str, KnownPerson], list[KnownPerson]]:
    """By Slack id, each once; and those who have no Slack account."""
    here = {p.slack_id: p for p in known if p.slack_id}
    absent = {p.pagerduty_id or p.email or p.name: p for p in known if not p.slack_id}
    return here, list(absent.values())


def _pagerduty_id(item: str | Mapping[str, Any]) -> tuple[str, str | None]:
    return (item, None) if isinstance(item, str) else (item["id"], item.get("name"))


def _logged(error: BaseException) -> str:
    """Our own words, or only what broke: another error may quote the person."""
    return str(error) if isinstance(error, Later | SlackRefused) else type(error).__name__


def _name(person: KnownPerson) -> str:
    return f"{person.name} ({person.email})" if person.email else person.name


def _refused(person: KnownPerson, code: str) -> str:
    return f"{person.name} {_WHY_NOT.get(code, f'could not be invited ({code}): {_BY_HAND}')}."
