"""Texts that no database takes as they are: NUL characters and halves of surrogate pairs."""

import json

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, plain
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service
from incident_bot.store import Delivery, KnownPerson, Store, storable
from incident_bot.store.texts import storable_text
from tests.store.stories import T0, claim, enqueue, finish, job

ALICE = by(Person(name="Alice\0Smith", handle="alice", slack_id="U1"))
BAD = "CPU \0 at 97 % \U0001f525"
GOOD = "CPU � at 97 % \U0001f525"
CUT = "half of an emoji \ud83d"


@given(st.text(st.characters(codec=None)))
def test_what_comes_out_can_be_stored_and_loses_nothing_else(text: str) -> None:
    kept = storable_text(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    if "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text):
        assert kept == text
    assert storable_text(kept) == kept


def test_a_pair_that_came_in_two_halves_is_one_character() -> None:
    assert storable_text("\ud83d\ude00") == "\U0001f600"


def test_a_command_that_is_good_stays_itself() -> None:
    command = c.LogEntry(actor=by(Person(name="Ünïcode")), headline="fine \U0001f525")
    assert storable(command) is command


async def test_they_are_replaced_before_anything_is_decided(store: Store) -> None:
    """So the journal, its chain, the state and the answer have one text, on every database."""
    service = Service(store, Policy())
    declared = await service.handle(
        c.Declare(actor=ALICE, title=BAD), delivery=Delivery("slack", "a\0b", kind="k\0")
    )
    assert declared.incident is not None
    ref = declared.incident.ref
    assert declared.incident.title == GOOD
    logged = await service.handle(c.LogEntry(actor=ALICE, headline=BAD), ref=ref)
    assert logged.reply is not None
    assert GOOD in plain(logged.reply.sentence)
    await service.handle(c.Retract(actor=ALICE, number=2, text=BAD), ref=ref)

    assert await store.verify(ref) is None
    assert (await store.incident(ref)) is not None
    again = Delivery("slack", "a\0b")
    assert (await service.handle(c.Declare(actor=ALICE, title="x"), delivery=again)).repeated


async def test_they_do_not_break_what_surrounds_an_incident(store: Store) -> None:
    service = Service(store, Policy())
    seen = c.AlertSeen(alert_id="P1", title=BAD, service_id="S\0", details=CUT)
    opened = await service.handle(c.AlertTriggers(alert=seen))
    assert opened.incident is not None
    alert = await store.alert("P1")
    assert alert is not None
    assert (alert.title, alert.details) == (GOOD, CUT.replace("\ud83d", "�"))

    who = KnownPerson(name=BAD, slack_id="U1", title="\0", fetched_at=T0)
    assert (await store.save_person(who)).name == GOOD

    held = await claim(store)
    assert held.kind is JobKind.CREATE_ROOM
    await store.queue.retry(held, 0.0, BAD)
    assert await store.queue.state_of(held.key) == ("waiting", GOOD)


async def test_the_arguments_and_results_of_jobs_too(store: Store) -> None:
    await enqueue(store, job("a", args={"text": "half \ud83d"}))
    held = await claim(store)
    assert held.args == {"text": "half �"}
    await finish(store, held, text="half \ud83d")
    assert await store.result("a") == {"text": "half �"}


@pytest.mark.parametrize("text", ["\\u0000", '"\\', "\x7f\x01"])
async def test_what_only_looks_like_them_stays(store: Store, text: str) -> None:
    await enqueue(store, job("a", args={"text": text}))
    assert json.dumps((await claim(store)).args) == json.dumps({"text": text})
