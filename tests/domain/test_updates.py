"""Updates for stakeholders: told once in the room, and as a reply under the announcement."""

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Decision, JobKind, NewJob
from incident_bot.domain.decisions.common import for_the_room, told_aloud
from incident_bot.domain.people import by
from tests.domain.world import ALICE, BOB, World, alert, alerted, at, job


def posted(world: World, text: str = "Falling", clock: str = "14:40") -> Decision:
    return world.handle(c.PostUpdate(actor=by(BOB), text=text, details="- 3%"), at(clock))


def edits(decision: Decision) -> list[NewJob]:
    return [job for job in decision.jobs if job.kind is JobKind.EDIT_UPDATE]


def test_it_is_posted_under_the_announcement_after_that_is_there() -> None:
    world = World()
    world.handle(c.AlertTriggers(alert=alert(priority="P1"), at=at("14:23")), at("14:23"))
    update = job(posted(world).jobs, JobKind.POST_UPDATE)
    assert (update.key, update.after) == ("INC-1/update/3", ("INC-1/announce",))
    assert update.args == {
        "text": "Falling",
        "details": "- 3%",
        "at": at("14:40").isoformat(),
        "by": BOB.model_dump(mode="json"),
        "next": at("15:10").isoformat(),
    }


def test_the_room_has_it_once() -> None:
    """Typed in the room, the answer is its message; from elsewhere it is told, by the asker."""
    world = alerted()
    before = world.incident
    command = c.PostUpdate(actor=by(BOB), text="Falling")
    decision = world.handle(command, at("14:40"))
    assert [job for job in decision.jobs if job.kind is JobKind.SAY] == []
    (heard,) = for_the_room(before, decision)
    aloud = told_aloud(world.incident, command.actor, (heard,))
    assert aloud.kind is JobKind.SAY and "Falling" in str(aloud.args["sentence"])


def test_of_a_private_one_nothing_leaves_its_room() -> None:
    world = World()
    world.handle(c.Declare(actor=by(ALICE), title="A leak", private=True), at("14:23"))
    kinds = {each.kind for each in posted(world).jobs}
    assert not kinds & {JobKind.POST_UPDATE, JobKind.EDIT_UPDATE, JobKind.UPDATE_ANNOUNCEMENT}
    retracted = world.handle(c.Retract(actor=by(BOB), number=2), at("14:41"))
    assert edits(retracted) == []


def test_a_correction_follows_it_there() -> None:
    world = alerted()
    posted(world)
    world.handle(c.Edit(actor=by(BOB), number=3, headline="Falling fast"), at("14:41"))
    again = world.handle(c.Edit(actor=by(BOB), number=4, headline="Gone"), at("14:42"))
    (edit,) = edits(again)
    assert edit.key == "INC-1/update/3/5"
    assert (edit.args["posted"], edit.args["text"]) == ("INC-1/update/3", "Gone")
    assert edit.lane == job(world.jobs, JobKind.POST_UPDATE).lane


def test_one_that_does_not_hold_is_withdrawn() -> None:
    world = alerted()
    posted(world)
    (edit,) = edits(world.handle(c.Retract(actor=by(BOB), number=3), at("14:41")))
    assert edit.args == {"posted": "INC-1/update/3"}


def test_so_is_one_with_a_secret_in_it() -> None:
    world = alerted()
    posted(world, "The password is hunter2")
    (edit,) = edits(world.handle(c.Redact(actor=by(BOB), number=3), at("14:41")))
    assert edit.args == {"posted": "INC-1/update/3"}


def test_other_lines_are_no_update() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(BOB), headline="Seen"), at("14:40"))
    assert edits(world.handle(c.Edit(actor=by(BOB), number=3, headline="x"), at("14:41"))) == []
    assert edits(world.handle(c.Retract(actor=by(BOB), number=3), at("14:42"))) == []
