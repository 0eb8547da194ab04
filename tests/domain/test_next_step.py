"""What to do next, by where the incident stands."""

from datetime import timedelta

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import plain
from incident_bot.domain.next_step import _LACKS, next_step
from incident_bot.domain.people import by
from incident_bot.domain.policy import Policy, Role
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Question,
    Severity,
    Status,
)
from tests.domain.world import ALICE, START, World

MINUTE = timedelta(minutes=1)


def told(world: World, minutes: int = 1, *, named: bool = False) -> str:
    now = START + minutes * MINUTE
    return plain(next_step(world.incident, world.policy, now, named=named))


def story(*commands: c.Command, policy: Policy | None = None) -> World:
    world = World(policy)
    declared = c.Declare(actor=by(ALICE), title="Checkout fails", severity=Severity.SEV2)
    world.handle(declared, START)
    for command in commands:
        world.handle(command)
    return world


IC = c.AssignRole(actor=by(ALICE), role="ic", holder=ALICE)
STARTED = c.SetMilestone(actor=by(ALICE), milestone=Milestone.IMPACT_STARTED, at=START - MINUTE)
MITIGATED = c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED)
RESOLVED = c.Resolve(actor=by(ALICE))
WHO = c.StateImpact(actor=by(ALICE), area=ImpactArea.USER, name="Users", value="3")
WHY = c.StateWhy(actor=by(ALICE), part="root", text="No limit")
NOTES = tuple(
    c.AddNote(actor=by(ALICE), note=NoteKind(kind), headline="x")
    for kind in ("summary", "well", "poorly", "lucky", "technical")
)
ACTION = c.AddAction(
    actor=by(ALICE), text="Limit it", action=ActionKind.PREVENTION, priority=Priority.P1
)


@pytest.mark.parametrize(
    ("commands", "typed"),
    [
        ((), "/incident role ic me"),
        ((IC,), "/incident impact start 14:20"),
        ((IC, STARTED), "/incident log "),
        ((IC, STARTED, MITIGATED), "/incident resolve "),
        ((IC, MITIGATED), "/incident impact start 14:20"),
        ((RESOLVED,), "/incident note summary "),
        ((NOTES[0], RESOLVED), "/incident impact start 14:20"),
        ((NOTES[0], STARTED, RESOLVED), "/incident impact Affected users"),
        ((NOTES[0], STARTED, WHO, RESOLVED), "/incident why root "),
        ((*NOTES, STARTED, WHO, WHY, RESOLVED), "/incident action "),
        ((*NOTES, STARTED, WHO, WHY, ACTION, RESOLVED), "/incident approve"),
        ((c.Cancel(actor=by(ALICE)),), "/incident reopen "),
    ],
)
def test_the_first_thing_that_is_missing(commands: tuple[c.Command, ...], typed: str) -> None:
    assert f"`{typed}" in told(story(*commands))


def test_an_update_that_is_overdue_comes_before_what_can_wait() -> None:
    world = story(IC)
    every = world.policy.level(Severity.SEV2).update_every
    assert every is not None
    minutes = int(every / MINUTE)
    assert "update" not in told(world, minutes - 1)
    assert "An update was due 2025-10-27" in told(world, minutes + 1)
    assert "`/incident update " in told(world, minutes + 1)


def test_from_elsewhere_the_words_name_the_incident() -> None:
    assert "`/incident INC-1 role ic me`" in told(story(), named=True)
    done = story(STARTED, WHO, WHY, ACTION, *NOTES, RESOLVED)
    assert "`/incident INC-1 approve`" in told(done, named=True)
    done.handle(c.Approve(actor=by(ALICE), title="CTO"))
    assert told(done) == "Nothing: the postmortem is approved."


def test_there_are_words_for_every_question() -> None:
    assert set(_LACKS) == set(Question)


def test_a_team_without_commanders_is_not_asked_for_one() -> None:
    policy = Policy(roles=(Role(key="lead", name="Lead", short="Lead"),))
    assert "`/incident impact start" in told(story(policy=policy))
