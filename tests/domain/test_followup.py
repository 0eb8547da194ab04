"""What people write for the postmortem."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal, plain
from incident_bot.domain.journal import in_force
from incident_bot.domain.people import by
from incident_bot.domain.words import IC, ImpactArea, NoteKind
from tests.domain.world import ALICE, BOB, alerted, at, job


def test_a_figure_stated_again_replaces_the_first() -> None:
    world = alerted()
    for value in ("~10,000", "~15,000"):
        world.handle(
            c.StateImpact(actor=by(ALICE), area=ImpactArea.USER, name="Affected users", value=value)
        )
    bodies = [x.entry.body for x in in_force(world.journal) if x.number > 2]
    assert [b.value for b in bodies] == ["~15,000"]
    assert world.incident.impact == {"Affected users": "~15,000"}


def test_whys_count_by_themselves_and_can_be_put_right() -> None:
    world = alerted()
    for text in ("timeouts", "pool"):
        world.handle(c.StateWhy(actor=by(ALICE), part="why", text=text))
    world.handle(c.StateWhy(actor=by(ALICE), part="why", text="pool exhausted", number=2))
    whys = [x.entry.body for x in in_force(world.journal) if x.entry.body.kind == "why_stated"]
    assert [(w.number, w.text) for w in whys] == [(1, "timeouts"), (2, "pool exhausted")]


def test_an_action_answers_with_its_number_owner_and_date() -> None:
    world = alerted()
    decision = world.handle(c.AddAction(actor=by(ALICE), text="Add load tests", owner=BOB))
    assert decision.reply is not None
    assert plain(decision.reply.sentence) == (
        "Action #3 (P1, prevention): Add load tests. Owner: @bob, no due date."
    )
    assert [a.item.text for a in world.incident.actions] == ["Add load tests"]


def test_approval_waits_for_the_end_and_names_the_capacity() -> None:
    world = alerted()
    with pytest.raises(Refusal, match="after `/incident resolve`"):
        world.handle(c.Approve(actor=by(ALICE)))
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE))
    world.handle(c.Resolve(actor=by(ALICE)))
    world.handle(c.Approve(actor=by(ALICE)))
    assert world.journal[-1].body.title == "Incident Commander"
    with pytest.raises(Refusal, match="capacity"):
        world.handle(c.Approve(actor=by(BOB)))


def test_every_export_is_a_delivery_of_its_own() -> None:
    world = alerted()
    keys = {
        job(world.handle(c.Export(actor=by(ALICE)), at(t)).jobs, JobKind.DELIVER_POSTMORTEM).key
        for t in ("16:00", "16:01")
    }
    assert len(keys) == 2


def test_notes_and_updates_become_entries() -> None:
    world = alerted()
    world.handle(c.AddNote(actor=by(ALICE), note=NoteKind.WELL, headline="Fast", details="- x"))
    world.handle(c.PostUpdate(actor=by(ALICE), text="We are rolling back"))
    assert world.kinds()[-2:] == ["note_added", "updated"]
    assert world.incident.last_update == "We are rolling back"
