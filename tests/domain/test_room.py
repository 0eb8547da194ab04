"""The war room: who wants in, and whose topic it has."""

from datetime import timedelta

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal, plain
from incident_bot.domain.fold import fold
from incident_bot.domain.people import BOT, by
from tests.domain.world import ALICE, BOB, CHARLIE, START, World, alerted, job


def opened() -> World:
    world = alerted()
    world.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="incident-1"))
    return world


def left(by_whom: str = "U2", minutes: int = 0) -> c.RecordTopic:
    return c.RecordTopic(actor=BOT, by=by_whom, written=START + timedelta(minutes=minutes))


def test_whoever_wants_in_is_invited_once() -> None:
    world = opened()
    decision = world.handle(c.JoinRoom(actor=by(CHARLIE)))
    invited = job(decision.jobs, JobKind.INVITE)
    assert invited.args["slack_ids"] == ["U3"]
    assert world.handle(c.JoinRoom(actor=by(CHARLIE))).jobs[0].key == invited.key
    world.handle(c.RecordInvitation(actor=BOT, people=(CHARLIE,)))
    assert world.handle(c.JoinRoom(actor=by(CHARLIE))).jobs == ()
    assert world.handle(c.JoinRoom(actor=by(BOB))).jobs != ()


def test_a_private_room_is_not_there_and_one_that_is_not_open_yet_is_waited_for() -> None:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="x", private=True))
    with pytest.raises(Refusal, match="There is no such incident"):
        world.handle(c.JoinRoom(actor=by(CHARLIE)))
    with pytest.raises(Refusal, match="try again in a moment"):
        alerted().handle(c.JoinRoom(actor=by(CHARLIE)))


def test_of_each_topic_that_a_person_wrote_the_room_is_told_once() -> None:
    world = opened()
    decision = world.handle(left())
    said = job(decision.jobs, JobKind.SAY)
    assert said.args["buttons"] == [
        {"action": "restore_topic", "label": "Show the status in the topic", "value": "INC-1"}
    ]
    assert world.handle(left()).entries == ()
    assert len(world.handle(left(minutes=5)).jobs) == 1
    assert len(world.handle(left("U3", minutes=5)).jobs) == 1
    assert fold("INC-1", world.journal) == world.incident


def test_ours_comes_back_when_somebody_wants_it_until_the_next() -> None:
    world = opened()
    with pytest.raises(Refusal, match="current already"):
        world.handle(c.RestoreTopic(actor=by(ALICE)))
    world.handle(left())
    decision = world.handle(c.RestoreTopic(actor=by(ALICE)))
    assert job(decision.jobs, JobKind.SET_TOPIC).args["seq"] == world.incident.last_seq
    assert decision.reply is not None and "again" in plain(decision.reply.sentence)
    assert world.incident.topic is not None and world.incident.topic.yields
    world.handle(left(minutes=9))
    assert not world.incident.topic.yields
