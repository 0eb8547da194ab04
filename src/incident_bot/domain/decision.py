"""What `decide` answers: entries, jobs, and a reply; or a Refusal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from incident_bot.domain.entries import Body
from incident_bot.domain.people import Actor, Person

Sentence = tuple[str | Person | datetime, ...]
"""Words for people: plain text (escaped by whoever shows it), people, and moments (aware UTC)."""


class Refusal(Exception):
    """The user's turn: what was asked cannot be done; `sentence` says why and what to do."""

    def __init__(self, *sentence: str | Person | datetime) -> None:
        super().__init__(plain(sentence))
        self.sentence: Sentence = sentence


class Refusals(Refusal):
    """Of several commands, which are carried out together or not at all, these were refused: by
    their place, counted from 0."""

    def __init__(self, by_place: Mapping[int, Refusal]) -> None:
        first = by_place[min(by_place)]
        super().__init__(*first.sentence)
        self.by_place = by_place


@dataclass(frozen=True)
class Reply:
    """The answer for whoever asked. `public`: everybody in the room may read it."""

    sentence: Sentence
    public: bool = True


@dataclass(frozen=True)
class NewEntry:
    """An entry to be appended; `occurred_at` is aware UTC."""

    body: Body
    occurred_at: datetime
    supersedes: int | None = None
    reason: str | None = None


class JobKind(StrEnum):
    """Every effect outside that a decision can ask for."""

    LOOK_UP_PEOPLE = "look_up_people"
    CREATE_ROOM = "create_room"
    INVITE = "invite"
    POST_SUMMARY = "post_summary"
    PIN_SUMMARY = "pin_summary"
    UPDATE_SUMMARY = "update_summary"
    SET_TOPIC = "set_topic"
    ADD_BOOKMARK = "add_bookmark"
    ANNOUNCE = "announce"
    UPDATE_ANNOUNCEMENT = "update_announcement"
    POST_UPDATE = "post_update"
    EDIT_UPDATE = "edit_update"
    ANNOUNCE_ALERT = "announce_alert"
    FILL_ROLES = "fill_roles"
    POST_ALERTS = "post_alerts"
    UPDATE_ALERTS = "update_alerts"
    SAY = "say"
    TELL_PERSON = "tell_person"
    UPDATE_TOLD = "update_told"
    ASK_TO_RESOLVE = "ask_to_resolve"
    ARCHIVE_ROOM = "archive_room"
    DELIVER_POSTMORTEM = "deliver_postmortem"
    DELIVER_TIMELINE = "deliver_timeline"
    RETIRE_DRAFT = "retire_draft"
    ASK_QUESTION = "ask_question"
    UPDATE_QUESTION = "update_question"
    PUBLISH_HOME = "publish_home"
    PAGERDUTY_RESOLVE = "pagerduty_resolve"
    PAGERDUTY_ACKNOWLEDGE = "pagerduty_acknowledge"
    PAGERDUTY_NOTE = "pagerduty_note"
    LOOK_AT_MESSAGE = "look_at_message"
    FETCH_FILE = "fetch_file"
    CATCH_UP = "catch_up"


@dataclass(frozen=True)
class NewJob:
    """One effect outside, to be performed once.

    `key` is deterministic and unique for ever. Jobs of one `lane` run one after another (one
    Slack object). `after` are keys that must be done first. `urgent` jobs are what people wait
    for (create, invite) and overtake decoration.
    """

    kind: JobKind
    key: str
    args: Mapping[str, Any] = field(default_factory=dict)
    lane: str | None = None
    after: tuple[str, ...] = ()
    urgent: bool = False


@dataclass(frozen=True)
class Attachment:
    """What a file holds, to be kept beside the journal. `size` in bytes, `sha256` as hex."""

    file_id: str
    name: str
    mimetype: str
    size: int
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Decision:
    """What shall happen. `redact` lists the entries whose texts the store must blank, `keep` the
    files that it must keep. `actor`: whose entries they are, when it is not who gave the command.
    """

    entries: tuple[NewEntry, ...] = ()
    jobs: tuple[NewJob, ...] = ()
    reply: Reply | None = None
    redact: tuple[int, ...] = ()
    keep: tuple[Attachment, ...] = ()
    actor: Actor | None = None


def lines(sentences: Sequence[Sentence]) -> Sentence:
    """Several sentences as one, each on a line of its own."""
    parts: list[str | Person | datetime] = []
    for sentence in sentences:
        parts += ["\n", *sentence] if parts else sentence
    return tuple(parts)


def plain(sentence: Sentence) -> str:
    """A sentence as plain text: `@alice`, times as `2025-10-27 14:20 UTC`."""
    parts = []
    for part in sentence:
        match part:
            case str():
                parts.append(part)
            case Person():
                parts.append(part.at)
            case datetime():
                parts.append(f"{part:%Y-%m-%d %H:%M} UTC")
    return "".join(parts)


def to_json(sentence: Sentence) -> list[Any]:
    """A sentence as JSON: text, `{"person": …}`, `{"at": ISO 8601}`. Inverse of `from_json`."""
    parts: list[Any] = []
    for part in sentence:
        match part:
            case str():
                parts.append(part)
            case Person():
                parts.append({"person": part.model_dump(mode="json", exclude_none=True)})
            case datetime():
                parts.append({"at": part.isoformat()})
    return parts


def from_json(data: Sequence[Any]) -> Sentence:
    """The sentence that `to_json` wrote."""
    parts: list[str | Person | datetime] = []
    for part in data:
        if isinstance(part, str):
            parts.append(part)
        elif "person" in part:
            parts.append(Person.model_validate(part["person"]))
        else:
            parts.append(datetime.fromisoformat(part["at"]))
    return tuple(parts)
