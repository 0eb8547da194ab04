"""A correction says what happened better: not who opened it, nor when it was learned."""

from datetime import timedelta

from incident_bot.domain import commands as c
from incident_bot.domain.parts import parts
from incident_bot.domain.people import BOT, by
from incident_bot.domain.privacy import may_know
from incident_bot.domain.reminders import coming
from incident_bot.domain.words import ReminderKind
from incident_bot.postmortem.compose import compose
from tests.domain.world import ALICE, BOB, CHARLIE, World, at


def declared(*, private: bool = False) -> World:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="Leak", private=private), at("14:00"))
    world.handle(c.RecordRoom(actor=BOT, channel_id="C1", name="room"))
    return world


def test_whoever_puts_the_title_right_does_not_become_who_opened_it() -> None:
    world = declared(private=True)
    world.handle(c.Edit(actor=by(CHARLIE), number=1, headline="Leak of keys"))
    assert world.incident.opened_by == ALICE
    assert may_know(world.incident, ALICE) and not may_know(world.incident, CHARLIE)
    world.handle(c.Resolve(actor=by(ALICE)))
    assert {who for who, _ in parts(world.incident)} == {ALICE.slack_id}


def test_a_word_put_right_does_not_put_off_what_is_due() -> None:
    world = declared()
    world.handle(c.Resolve(actor=by(ALICE), text="Roled back"), at("15:00"))
    number = world.incident.last_seq

    def archived() -> list[str]:
        found = coming(world.incident, world.policy, at("15:00"))
        return [str(each.at) for each in found if each.kind is ReminderKind.ARCHIVE]

    before = archived()
    world.handle(
        c.Edit(actor=by(ALICE), number=number, headline="Rolled back"),
        at("15:00") + timedelta(days=6),
    )
    assert archived() == before != []


def test_a_topic_that_a_person_wrote_takes_no_approval_back() -> None:
    world = declared()
    world.handle(c.AssignRole(actor=by(ALICE), role="ic", holder=ALICE))
    world.handle(c.Resolve(actor=by(ALICE), text="Rolled back"))
    world.handle(c.Approve(actor=by(ALICE), title="Incident Commander"))

    def why() -> object:
        return compose(world.incident, world.journal, world.policy).closing.why_draft

    before = why()
    world.handle(c.RecordTopic(actor=BOT, by="U2", written=at("15:00")))
    world.handle(c.RestoreTopic(actor=by(BOB)))
    assert why() == before


def test_who_was_refused_once_is_invited_again_when_they_ask_again() -> None:
    world = declared()
    first = world.handle(c.JoinRoom(actor=by(BOB))).jobs
    again = world.handle(c.JoinRoom(actor=by(BOB))).jobs
    assert [job.key for job in first] == [job.key for job in again]  # a double press
    refused = ("Bob could not be invited.",)
    world.handle(c.RecordInvitation(actor=BOT, people=(), failed=refused))
    assert world.handle(c.JoinRoom(actor=by(BOB))).jobs[0].key != first[0].key


def test_an_invitation_that_is_older_than_the_leaving_lets_nobody_in_again() -> None:
    world = declared(private=True)
    left = c.RecordMembership(actor=by(BOB), person=BOB, here=False, at=at("14:05"))
    world.handle(left, at("14:05"))
    late = c.RecordInvitation(actor=BOT, people=(BOB,), at=at("14:04"))
    world.handle(late, at("14:06"))
    assert not may_know(world.incident, BOB)
