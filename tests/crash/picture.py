"""What can be seen outside and in the database when a story is over, as facts in words.

Times, ids and the numbers of entries differ from run to run and are left out. Answers to a command
are left out too: they travel in the acknowledgement, and one that was lost is not given again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from incident_bot.domain.entries import Entry, PeopleInvited
from incident_bot.standin import Channel, Message
from incident_bot.store import Store
from tests.crash.stage import Stage

Picture = Counter[str]

_SAME = (
    (re.compile(r"<!date\^[^>]*>"), "<a time>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<a day>"),
    (re.compile(r"\bF[0-9A-F]{8}\b"), "<a file>"),
    (re.compile(r"#\d+\b"), "#n"),
    (re.compile(r"'seq': \d+"), "'seq': n"),
    (re.compile(r"\bno\. \d+"), "no. n"),
    (re.compile(r"(INC-\d+/[\w/]+/)\d+"), r"\1n"),
)


async def picture(stage: Stage) -> Picture:
    """The facts, each with how often it is one."""
    facts = [*_slack(stage), *_pagerduty(stage), *await _database(stage)]
    return Counter(map(_same, facts))


def differences(expected: Picture, found: Picture) -> list[str]:
    """In words; empty when there is none."""
    missing, extra = expected - found, found - expected
    return [
        *(f"missing{_times(n)}: {fact}" for fact, n in sorted(missing.items())),
        *(f"too much{_times(n)}: {fact}" for fact, n in sorted(extra.items())),
    ]


def _times(number: int) -> str:
    return f" {number} times" if number > 1 else ""


def _same(fact: str) -> str:
    for what, instead in _SAME:
        fact = what.sub(instead, fact)
    return fact


# Slack


def _slack(stage: Stage) -> Iterator[str]:
    for room in stage.rooms:
        yield f"room #{room.name}, private: {room.is_private}"
        yield f"the topic is {room.topic}"
        yield from _topics(room)
        yield from (f"{stage.slack.users[m].name} is in the room" for m in room.members)
        yield from (f"pinned: {_named(room.message(ts))}" for ts in room.pins)
        yield from (f"bookmark: {mark['title']} ({mark['link']})" for mark in room.bookmarks)
    for channel in stage.slack.channels.values():
        where = "the room" if channel in stage.rooms else f"#{channel.name}"
        if channel.is_im:
            where = f"private, with {stage.slack.users[channel.members[-1]].name}"
        yield from (f"in {where}: {_named(m)}" for m in channel.messages if _is_ours(m))
    for call in stage.slack.calls:
        if call.method == "conversations.invite" and call.answer.get("ok"):
            refused = {item["user"] for item in call.answer.get("errors") or ()}
            for user in set(str(call.args["users"]).split(",")) - refused:
                yield f"{stage.slack.users[user].name} was invited"
    for file in stage.slack.files.values():
        if file.completed:
            gone = ", deleted" if file.deleted else ""
            yield f"file {file.name}, in {len(file.channels)} channel: {bool(file.content)}{gone}"


def _topics(room: Channel) -> Iterator[str]:
    """Slack tells the room of every change of the topic: of none twice."""
    told = [str(m["topic"]) for m in room.messages if m.get("subtype") == "channel_topic"]
    for before, after in pairwise(told):
        if before == after:
            yield f"the room was told twice running that the topic is {after}"


def _is_ours(message: Message) -> bool:
    return bool(message.metadata or message.files)


def _named(message: Message) -> str:
    """What people read, after the job that it came from."""
    key = ((message.metadata or {}).get("event_payload") or {}).get("key")
    if message.files:
        key = ", ".join(str(file.get("name") or "a deleted file") for file in message.files)
    return f"[{key}] {' | '.join(_texts(message.blocks)) or message.text}"


def _texts(block: Any) -> Iterator[str]:
    match block:
        case list():
            for item in block:
                yield from _texts(item)
        case dict():
            for name, item in block.items():
                if name == "text" and isinstance(item, str):
                    yield item
                else:
                    yield from _texts(item)


# PagerDuty


def _pagerduty(stage: Stage) -> Iterator[str]:
    account = stage.pagerduty.account
    for key, incident in account.incidents.items():
        yield f"PagerDuty's incident is {incident['status']}"
        for line in account.log_entries.get(key, []):
            by = (line.get("agent") or {}).get("summary")
            yield f"PagerDuty's log: {line['type']} by {by}"
        for note in account.notes.get(key, []):
            yield f"PagerDuty's note by {note['user']['summary']}: {note['content']}"


# The database


async def _database(stage: Stage) -> Sequence[str]:
    store = await Store.open_readonly(stage.url)
    try:
        states = await store.queue.by_state()
        facts = [f"jobs {state}: {n}" for state, n in states.items() if n and state != "done"]
        for ref in await store.refs():
            facts.append(f"{ref} verified: {await store.verify(ref) or 'whole'}")
            for entry in await store.journal(ref):
                facts += _told(entry)
        return facts
    finally:
        await store.close()


def _told(entry: Entry) -> Iterator[str]:
    """An entry as facts: of an invitation one for each person, for a second try may find that a
    part of them is in the room already."""
    if isinstance(entry.body, PeopleInvited):
        yield from (f"entry: {person.name} was invited" for person in entry.body.people)
        yield from (f"entry: not invited: {words}" for words in entry.body.failed)
        return
    correcting = ", a correction" if entry.supersedes is not None else ""
    yield f"entry of {entry.actor.name}{correcting}: {entry.body.model_dump(mode='json')}"
