"""What a listener gets and gives: a command as asked, and the answer to it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from incident_bot import logs
from incident_bot.domain.commands import Command, RecordUnarchive
from incident_bot.domain.decision import Refusal, Refusals, Sentence
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Actor, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.slack.grammar.request import Context, Me, Mention, Name, Somebody
from incident_bot.slack.listeners.needs import Knows, Serves
from incident_bot.slack.views.answer import Answer, answer
from incident_bot.slack.views.notice import notice
from incident_bot.slack.views.sentence import mrkdwn, unmarked_up
from incident_bot.store import Delivery, KnownPerson

RECORDED = "Recorded."
NOT_RECORDED = "Not recorded, try again."
UNSURE = (
    "The database broke off in the middle, so this may be recorded or not. Look at "
    "`/incident timeline` or `/incident list` before you try again."
)
REPEATED = "That was recorded already."
FORM_REPEATED = (
    "This form was recorded already, and nothing was recorded twice. To change something, open it "
    "anew."
)


@dataclass(frozen=True)
class Modal:
    """A form for whoever asked: a new one, one on top of the form in which it was asked for, or one
    in its place. Opened at once and once: an answer, no effect."""

    view: Mapping[str, Any]
    how: Literal["open", "push", "update"] = "open"


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a filled-in form, in plain words by block id; what was typed stays."""

    fields: Mapping[str, str]


@dataclass(frozen=True)
class Form:
    """A modal as it stands. `values` by block id: text, an option's value, a date as ISO 8601, or
    a list of them; None where nothing is filled in. `about` is its private metadata, `began` what
    it held when it was opened."""

    view_id: str
    hash: str
    values: Mapping[str, str | list[str] | None]
    about: Mapping[str, Any]
    began: Mapping[str, str | list[str] | None] = field(default_factory=dict)


Shown = Answer | Modal | None
"""What whoever pressed gets to see; None: the press is acknowledged, and that is all."""
Filled = Answer | Wrong | Modal
"""What a submitted form is answered with. An answer closes it."""


@dataclass(frozen=True)
class Asked:
    """One command, press, form or shortcut. `here` is the incident whose war room this is;
    `incident` the one that is meant (None for verbs that need none); `rest` what follows the verb,
    in Slack's escaping, or a button's value. `recorded` collects the replies of what is committed
    so far. `form` is the modal that it comes from, `message` what a shortcut was used on,
    `home` what the App Home remembers in which it was pressed. `first`: it answers a question, so
    that an answer which somebody else gave meanwhile is not replaced unseen.
    `reads_private`: the person may know every private incident, by permission. `app_id` and
    `workspace` (its domain): of a shortcut, if Slack says them."""

    service: Serves
    people: Knows
    person: KnownPerson
    channel_id: str
    here: Incident | None
    incident: Incident | None
    rest: str
    context: Context
    delivery: Delivery | None
    verbs: Mapping[str, "VerbSpec"] = field(default_factory=dict)
    recorded: list[Sentence] = field(default_factory=list)
    form: Form | None = None
    message: Mapping[str, Any] | None = None
    home: Mapping[str, Any] | None = None
    reads_private: bool = False
    app_id: str | None = None
    workspace: str | None = None
    first: bool = False

    @property
    def actor(self) -> Actor:
        """Whoever asked."""
        return by(self.person.person)

    @property
    def meant(self) -> Incident:
        """The incident that is meant; only for verbs that need one."""
        assert self.incident is not None, "the verb was declared without an incident"
        return self.incident

    async def who(self, named: Somebody) -> Person:
        """The person that was named. Raises Refusal for a plain `@name` that is not clear."""
        match named:
            case Mention(slack_id=slack_id, handle=handle):
                return (await self.people.by_slack(slack_id, handle)).person
            case Me():
                return self.person.person
            case Name(name=name):
                found = await self.called(name)
        if len(found) == 1:
            return found[0]
        known = f"More than one person is called @{name}" if found else f"I know no @{name}"
        raise Refusal(f"{known}. Type @ and choose the name from Slack's list, or say `me`.")

    async def called(self, handle: str) -> list[Person]:
        """The people with this handle, those of the incident first: nobody, somebody, several.
        Slack is not asked."""
        wanted, of_incident = handle.casefold(), dict[str, Person]()
        for person in _people_of(self.incident):
            if person.slack_id and (person.handle or "").casefold() == wanted:
                of_incident[person.slack_id] = person
        if of_incident:
            return list(of_incident.values())
        return [known.person for known in await self.people.by_handle(handle)]

    async def do(self, *commands: Command) -> Answer:
        """Have the commands carried out, all or none, and answer with the replies.

        The answer is public only in the incident's own room; from elsewhere, or from a form, the
        room is told by a message of the bot, in the same commit. Raises Refusal and Unavailable.
        """
        sentence, public, _ = await self.carry_out(*commands)
        return answer(sentence, public=public, recorded=True)

    async def do_all(self, parts: Sequence[tuple[str, Command]]) -> "Answer | Wrong | Modal":
        """What a form asks for: each command with the block id of its field. All of it is carried
        out, or nothing is, and each refusal stands under its field.

        So a form is recorded once, however often it is submitted; when it was before, as when the
        answer got lost, that is said. Raises Unavailable.
        """
        asked = [command for _, command in parts]
        await self._seen_open()
        ref = self.incident.ref if self.incident else None
        try:
            outcome = await self.service.handle_all(
                asked, ref=ref, delivery=self.delivery, aloud=True
            )
        except Refusals as refused:
            logs.learned(outcome="refused")
            places = sorted(refused.by_place.items())
            zone = self.context.zone
            return Wrong({parts[n][0]: unmarked_up(why.sentence, zone) for n, why in places})
        became = "repeated" if outcome.repeated else "recorded"
        logs.learned(ref=outcome.incident.ref if outcome.incident else None, outcome=became)
        sentence: Sentence = outcome.reply.sentence if outcome.reply else (RECORDED,)
        if outcome.repeated:
            return Modal(notice(mrkdwn((f"{FORM_REPEATED}\n", *sentence))), "update")
        self.recorded.append(sentence)
        public = outcome.reply is not None and outcome.reply.public
        return answer(sentence, public=public, recorded=True)

    async def carry_out(self, *commands: Command) -> tuple[Sentence, bool, Incident | None]:
        """The same, as the sentence, whether it is for everybody, and the incident after it."""
        ref = self.incident.ref if self.incident else None
        await self._seen_open()
        aloud = self.incident is not None and (
            self.form is not None or not self._is_room_of(self.incident)
        )
        try:
            outcome = await self.service.handle_all(
                commands, ref=ref, delivery=self.delivery, aloud=aloud
            )
        except Refusals as refused:
            raise refused.by_place[min(refused.by_place)] from None
        became = "repeated" if outcome.repeated else "recorded"
        logs.learned(ref=outcome.incident.ref if outcome.incident else None, outcome=became)
        if outcome.reply is None:
            sentence: Sentence = (REPEATED if outcome.repeated else RECORDED,)
            public = False
        else:
            sentence = dated(outcome.reply.sentence, commands[0].at)
            public = outcome.reply.public and (
                aloud if self.form is not None else self._is_room_of(outcome.incident)
            )
        self.recorded.append(sentence)
        return sentence, public, outcome.incident

    async def _seen_open(self) -> None:
        """Nobody can ask for anything in an archived room: it has been opened again."""
        incident = self.incident
        if incident is not None and incident.room_archived and self._is_room_of(incident):
            command = RecordUnarchive(actor=BOT, channel_id=self.channel_id)
            await self.service.handle(command, ref=incident.ref)

    def _is_room_of(self, incident: Incident | None) -> bool:
        room = incident.room if incident else None
        return room is not None and room.channel_id == self.channel_id


@dataclass(frozen=True)
class Happened:
    """An event of Slack's, as its listener gets it. What it asks for is to be committed before the
    listener returns; when that fails Slack sends it again. `bot` is the bot's own Slack id."""

    service: Serves
    people: Knows
    event: Mapping[str, Any]
    delivery: Delivery | None
    bot: str | None = None


def _people_of(incident: Incident | None) -> tuple[Person, ...]:
    if incident is None:
        return ()
    opened_by = (incident.opened_by,) if incident.opened_by else ()
    return (*incident.roles.values(), *incident.invited, *opened_by)


def dated(sentence: Sentence, at: datetime | None) -> Sentence:
    """The sentence, with the moment named: a person who typed `23:50` sees which day that was."""
    if at is None or any(isinstance(part, datetime) for part in sentence):
        return sentence
    return (*sentence, " (", at, ")")


@dataclass(frozen=True)
class VerbSpec:
    """A verb of `/incident`.

    `usage` are its forms, the main one first. `behind`: what an incident's reference right behind
    the verb is when typed in another incident's war room: `text`, that incident (`ref`), or
    doubtful (`ask`). Elsewhere it always names the incident. `choices` lists, as escaped mrkdwn,
    what the team has decided on to choose from. `whole`: it ends or blanks something, so that only
    its whole name runs it.
    """

    name: str
    group: str
    usage: tuple[str, ...]
    help: str
    example: str
    handler: Callable[[Asked], Awaitable[Answer | Modal]]
    aliases: tuple[str, ...] = ()
    needs_room: bool = True
    behind: Literal["text", "ref", "ask"] = "text"
    choices: Callable[[Policy], str] | None = None
    whole: bool = False


def names_of(verbs: Mapping[str, VerbSpec]) -> dict[str, str]:
    """Each verb and alias, with the verb that it means."""
    return {word: verb.name for verb in verbs.values() for word in (verb.name, *verb.aliases)}


Payload = Mapping[str, Any]
"""A Slack payload, as Bolt parsed it."""
