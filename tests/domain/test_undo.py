"""A declaration is taken back: only at once, only by who made it, only while it is all there is."""

from datetime import timedelta

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.people import BOT, by
from incident_bot.domain.words import Status
from tests.domain.world import ALICE, BOB, START, World, alerted, job


@pytest.fixture
def world() -> World:
    made = World()
    made.handle(c.Declare(actor=by(ALICE), title="Checkout fails"), START)
    made.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="room"))
    made.handle(c.RecordInvitation(actor=BOT, people=(ALICE,)))
    return made


def refusal(world: World, command: c.Command, minutes: int = 1) -> str:
    with pytest.raises(Refusal) as caught:
        world.handle(command, START + timedelta(minutes=minutes))
    return str(caught.value)


def test_it_is_cancelled_and_its_room_archived_behind_what_is_under_way(world: World) -> None:
    decision = world.handle(c.Undo(actor=by(ALICE)), START + timedelta(minutes=10))
    assert world.incident.status is Status.CANCELLED
    assert decision.reply is not None
    archive = job(decision.jobs, JobKind.ARCHIVE_ROOM)
    assert (archive.key, archive.lane) == ("INC-1/archive/4", "INC-1/archive")
    assert archive.after == (
        "INC-1/room",
        "INC-1/summary/4",
        "INC-1/say/4",
        "INC-1/pin",
        "INC-1/invite/1",
    )
    known = {each.key for each in world.jobs}
    assert set(archive.after) <= known, "what it waits for is under way, or it waits for ever"


@pytest.mark.parametrize("role_of_the_bot", [False, True])
def test_what_the_bot_did_meanwhile_is_no_work_of_people(
    world: World, role_of_the_bot: bool
) -> None:
    if role_of_the_bot:
        world.handle(c.AssignRole(actor=BOT, role="ic", holder=BOB, only_if_free=True))
    world.handle(c.Undo(actor=by(ALICE)))
    assert world.incident.is_over


def test_only_whoever_declared_it(world: World) -> None:
    said = refusal(world, c.Undo(actor=by(BOB)))
    assert said.startswith("Only whoever declared INC-1 can take it back.")
    assert "`/incident INC-1 cancel WHY`" in said


def test_not_when_people_work_in_it(world: World) -> None:
    world.handle(c.LogEntry(actor=by(ALICE), headline="Pool is full"))
    assert "There is work in INC-1 already" in refusal(world, c.Undo(actor=by(ALICE)))


def test_not_after_ten_minutes(world: World) -> None:
    said = refusal(world, c.Undo(actor=by(ALICE)), minutes=11)
    assert "more than 10 minutes ago" in said
    assert world.incident.status is Status.OPEN


def test_not_twice_and_never_what_an_alert_opened(world: World) -> None:
    world.handle(c.Undo(actor=by(ALICE)))
    assert "is cancelled already" in refusal(world, c.Undo(actor=by(ALICE)))
    opened = alerted()
    assert "Only whoever declared" in refusal(opened, c.Undo(actor=by(ALICE)), minutes=24)
