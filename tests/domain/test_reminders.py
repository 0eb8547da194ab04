"""When the next update is due."""

from datetime import datetime, timedelta

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import plain
from incident_bot.domain.levels import DEFAULT_LEVELS
from incident_bot.domain.people import by
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminders import in_words, next_update_due
from incident_bot.domain.words import Severity, Status
from tests.domain.world import ALICE, World, alert, at


def opened(priority: str, policy: Policy | None = None) -> World:
    world = World(policy)
    world.handle(c.AlertTriggers(alert=alert(priority=priority), at=at("14:23")), at("14:23"))
    return world


def due(world: World) -> datetime | None:
    return next_update_due(world.incident, world.policy)


@pytest.mark.parametrize(
    ("priority", "clock"), [("P1", "14:53"), ("P2", "15:23"), ("P3", None), ("P5", None)]
)
def test_it_runs_from_detection_by_severity(priority: str, clock: str | None) -> None:
    assert due(opened(priority)) == (at(clock) if clock else None)


def test_an_update_starts_it_anew_and_the_answer_says_when() -> None:
    world = opened("P2")
    decision = world.handle(c.PostUpdate(actor=by(ALICE), text="Falling"), at("14:40"))
    assert due(world) == at("15:40")
    assert decision.reply is not None
    assert plain(decision.reply.sentence) == (
        "Update #3, 2025-10-27 14:40 UTC: Falling\nThe next update is due 2025-10-27 15:40 UTC."
    )


def test_without_a_cadence_the_answer_promises_nothing() -> None:
    decision = opened("P4").handle(c.PostUpdate(actor=by(ALICE), text="Falling"), at("14:40"))
    assert decision.reply is not None
    assert plain(decision.reply.sentence) == "Update #3, 2025-10-27 14:40 UTC: Falling"


def test_a_change_of_severity_changes_it() -> None:
    world = opened("P3")
    world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1), at("14:30"))
    assert due(world) == at("14:53")


def test_mitigated_is_still_waited_for_and_over_is_not() -> None:
    world = opened("P1")
    world.handle(c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED), at("14:50"))
    assert due(world) == at("14:53")
    world.handle(c.Resolve(actor=by(ALICE)), at("15:08"))
    assert due(world) is None
    after = world.handle(c.PostUpdate(actor=by(ALICE), text="All good"), at("15:20"))
    assert after.reply is not None and "due" not in plain(after.reply.sentence)


def test_a_reopened_one_begins_anew() -> None:
    """Nobody owes an update for the time in which it was over."""
    world = opened("P1")
    world.handle(c.PostUpdate(actor=by(ALICE), text="Falling"), at("14:40"))
    world.handle(c.Resolve(actor=by(ALICE)), at("15:08"))
    world.handle(c.Reopen(actor=by(ALICE)), at("17:00"))
    assert due(world) == at("17:30")
    world.handle(c.PostUpdate(actor=by(ALICE), text="Again"), at("17:10"))
    assert due(world) == at("17:40")


def test_a_team_sets_its_own() -> None:
    levels = tuple(
        level.model_copy(update={"update_every": timedelta(minutes=90)}) for level in DEFAULT_LEVELS
    )
    assert due(opened("P5", Policy(severities=levels))) == at("15:53")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (90, "1 h 30 min")],
)
def test_a_cadence_in_words(minutes: int, words: str) -> None:
    assert in_words(timedelta(minutes=minutes)) == words
