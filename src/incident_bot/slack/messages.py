"""A message of Slack's as a line of the timeline: plain words, its files, who wrote it and when."""

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from incident_bot.domain.messages import MessageFile, MessageSeen
from incident_bot.domain.people import Person
from incident_bot.slack.grammar.typed import MENTION, plain
from incident_bot.slack.grammar.words import DETAILS_LIMIT, HEADLINE_LIMIT
from incident_bot.store import KnownPerson

Message = Mapping[str, Any]

REACTORS = 10
"""So many who have the reaction on a message are looked up."""
MENTIONS = 20
CUT = "… (cut here: the rest is in Slack)"
NAME_LIMIT = 200
_TS = re.compile(r"(\d{1,10})\.(\d{1,6})")
_NOT_THERE = ("tombstone", "hidden_by_limit")


class Knows(Protocol):
    """Who is who."""

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        """Never fails."""


def moment_of(ts: str) -> datetime | None:
    """When a message was written (aware UTC), by its ts; None for what is no ts."""
    found = _TS.fullmatch(ts)
    if found is None:
        return None
    micro = int(found[2].ljust(6, "0"))
    return datetime.fromtimestamp(int(found[1]), UTC) + timedelta(microseconds=micro)


def is_gone(message: Message) -> bool:
    """True for what Slack leaves of a deleted message that had replies."""
    return message.get("subtype") == "tombstone"


def reacted(message: Message, reaction: str | None) -> list[str]:
    """The Slack ids of those who have this reaction on the message, the first one first."""
    found: list[str] = []
    given = message.get("reactions")
    for each in given if isinstance(given, list) and reaction is not None else ():
        if name_of(each.get("name")) == reaction:
            found += [str(user) for user in each.get("users") or ()]
    return list(dict.fromkeys(found))


def name_of(reaction: object) -> str:
    """An emoji's name without its skin tone."""
    return str(reaction or "").partition("::")[0]


def version_of(message: Message) -> str:
    """A word that differs when what the message says or holds differs."""
    files = [[file.get("id"), file.get("name")] for file in _files(message)]
    raw = json.dumps([_raw(message), files], ensure_ascii=False)
    return hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()[:16]


async def seen(message: Message, people: Knows, reaction: str | None) -> MessageSeen:
    """The message as it stands now. Raises ValueError for what is no message."""
    at = moment_of(str(message.get("ts") or ""))
    if at is None:
        raise ValueError("a message without a ts")
    reactors = reacted(message, reaction)[:REACTORS]
    edited = _part(message, "edited").get("user")
    ids = [str(edited)] if edited and str(edited)[0] in "UW" else []
    raw = _raw(message)
    mentioned = list(dict.fromkeys(m[1] for m in MENTION.finditer(raw) if not m[2]))[:MENTIONS]
    author, *known = await asyncio.gather(
        _author(message, people), *(_person(each, people) for each in (*reactors, *ids, *mentioned))
    )
    named = dict(zip(mentioned, known[len(reactors) + len(ids) :], strict=True))
    files = tuple(_file(file) for file in _files(message))
    headline, details = _words(plain(MENTION.sub(lambda m: _name(m, named), raw)), files)
    return MessageSeen(
        headline=headline,
        details=details,
        at=at,
        author=author,
        permalink=str(message["permalink"]) if message.get("permalink") else None,
        files=files,
        version=version_of(message),
        pinned_by=tuple(known[: len(reactors)]),
        edited_by=known[len(reactors)] if ids else None,
    )


def _part(message: Message, name: str) -> Message:
    found = message.get(name)
    return found if isinstance(found, Mapping) else {}


async def _person(slack_id: str, people: Knows) -> Person:
    return (await people.by_slack(slack_id)).person


async def _author(message: Message, people: Knows) -> Person:
    """Who wrote it: somebody, or an app by its name (which is nobody's account)."""
    profile = _part(message, "bot_profile")
    if message.get("bot_id") or profile or not message.get("user"):
        name = message.get("username") or profile.get("name") or "an app"
        return Person(name=str(name)[:NAME_LIMIT])
    return await _person(str(message["user"]), people)


def _name(match: re.Match[str], named: Mapping[str, Person]) -> str:
    person = named.get(match[1])
    if match[2] or person is None:
        return match[0]
    return "@" + (person.handle or person.name).translate({ord(c): None for c in "<>|&"})


def _raw(message: Message) -> str:
    """The message's text in Slack's escaping; of an app's that has none, what its parts say."""
    text = str(message.get("text") or "")
    parts = [text] if text.strip() else list(_block_texts(message.get("blocks")))
    if message.get("bot_id") or not parts:
        attached = message.get("attachments")
        for each in attached if isinstance(attached, list) else ():
            if isinstance(each, Mapping) and not each.get("is_msg_unfurl"):
                own = [str(each.get(key) or "") for key in ("pretext", "title", "text")]
                said = "\n".join(part for part in own if part.strip())
                parts.append(said or str(each.get("fallback") or ""))
                parts += _block_texts(each.get("blocks"))
    return "\n".join(dict.fromkeys(part for part in parts if part.strip()))


def _block_texts(blocks: object) -> list[str]:
    found: list[str] = []
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping):
            fields = block.get("fields")
            texts = [block.get("text"), *(fields if isinstance(fields, list) else ())]
            found += [str(t.get("text") or "") for t in texts if isinstance(t, Mapping)]
    return found


def _words(text: str, files: Sequence[MessageFile]) -> tuple[str, str]:
    """The first line, and the further ones; of files alone, what they are."""
    first, _, rest = text.strip().partition("\n")
    headline, details = first.strip(), rest.strip("\n").rstrip()
    if not headline:
        return _named(files), ""
    if len(headline) > HEADLINE_LIMIT:
        headline = headline[: HEADLINE_LIMIT - len(CUT)].rstrip() + CUT
    if len(details) > DETAILS_LIMIT:
        details = details[: DETAILS_LIMIT - len(CUT) - 1].rstrip() + "\n" + CUT
    return headline, details


def _named(files: Sequence[MessageFile]) -> str:
    if not files:
        return "(a message without words)"
    first = files[0]
    kind = first.mimetype.partition("/")[0]
    what = f" ({kind})" if kind in ("image", "video", "audio") else " (file)"
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{first.name}{what}{more}"


def _files(message: Message) -> list[Mapping[str, Any]]:
    files = message.get("files")
    return [
        file
        for file in (files if isinstance(files, list) else ())
        if isinstance(file, Mapping) and file.get("id") and file.get("mode") not in _NOT_THERE
    ]


def _file(file: Mapping[str, Any]) -> MessageFile:
    elsewhere = file.get("is_external") or file.get("mode") == "external"
    url = file.get("url_private_download") or file.get("url_private")
    size = file.get("size")
    return MessageFile(
        file_id=str(file["id"])[:NAME_LIMIT],
        name=str(file.get("name") or file.get("title") or file["id"])[:NAME_LIMIT],
        mimetype=str(file.get("mimetype") or "")[:NAME_LIMIT],
        size=size if isinstance(size, int) and size >= 0 else 0,
        url=str(url) if url and not elsewhere else None,
    )
