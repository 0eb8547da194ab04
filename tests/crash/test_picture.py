"""The harness itself: what goes wrong is seen, and told in words."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.lives import Life
from tests.crash.picture import differences, picture
from tests.crash.stage import Stage, Stages
from tests.crash.stories import RESOLUTION
from tests.crash.trials import Outcome, points_of, told

pytestmark = pytest.mark.journey


def the_room(stage: Stage) -> None:
    """Slack made two channels."""
    stage.slack.desk.new_channel("again", stage.slack.bot.id, [stage.slack.bot.id])


def a_message(stage: Stage) -> None:
    """Something is said twice."""
    room = stage.rooms[0]
    room.messages.append(copy.deepcopy(next(m for m in room.messages if m.metadata)))


def the_file(stage: Stage) -> None:
    """The postmortem came twice."""
    files = stage.slack.files
    files["F1"] = copy.deepcopy(next(f for f in files.values() if f.name.startswith("postmortem")))


def a_pin(stage: Stage) -> None:
    """Nothing is pinned."""
    stage.rooms[0].pins.clear()


def a_bookmark(stage: Stage) -> None:
    """The bookmark is there twice."""
    stage.rooms[0].bookmarks *= 2


def the_topic(stage: Stage) -> None:
    """The topic is an old one."""
    stage.rooms[0].topic = "Sev3 · open"


def an_invitation(stage: Stage) -> None:
    """Somebody was never invited."""
    stage.rooms[0].members.remove(stage.person("bob").id)


def a_note(stage: Stage) -> None:
    """PagerDuty got a note twice."""
    [notes] = stage.pagerduty.account.notes.values()
    notes.append(dict(notes[-1]))


def the_resolution(stage: Stage) -> None:
    """PagerDuty was never told."""
    for incident in stage.pagerduty.incidents.values():
        incident["status"] = "acknowledged"


SPOILS: list[tuple[Callable[[Stage], None], str]] = [
    (the_room, "too much: room #again"),
    (a_message, "too much: in the room: [INC-1/summary]"),
    (the_file, "too much: file postmortem-INC-1.md"),
    (a_pin, "missing: pinned: [INC-1/summary]"),
    (a_bookmark, "too much: bookmark: PagerDuty incident"),
    (the_topic, "missing: the topic is Sev3 · resolved"),
    (an_invitation, "missing: bob is in the room"),
    (a_note, "too much: PagerDuty's note by Alice"),
    (the_resolution, "missing: PagerDuty's incident is resolved"),
]


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_what_is_wrong_is_seen(stages: Stages, sqlite_url: str) -> None:
    """Each kind of mistake, made on purpose, is a difference in words."""
    world = await stages.world(sqlite_url, RESOLUTION.before)
    async with stages.stage(world) as stage:
        await RESOLUTION.play(stage)
        before = await picture(stage)
        for spoil, words in SPOILS:
            spoil(stage)
            after = await picture(stage)
            assert any(words in line for line in differences(before, after)), spoil.__doc__
            before = after
        sql = "UPDATE job SET state = 'dead' WHERE kind = 'say'"
        await stage.database.change(stage.url, sql)
        await stage.database.change(stage.url, "UPDATE entry SET reason = 'x' WHERE seq = 1")
        wrong = differences(before, await picture(stage))
        assert any("too much: jobs dead" in line for line in wrong)
        assert any("missing: INC-1 verified: whole" in line for line in wrong)


def test_points_are_found_in_a_trail(tmp_path: Path) -> None:
    """Between "before" and "after" of a call there is "during"; a commit has none."""
    trail = tmp_path / "trail"
    trail.write_text("before a.b #1\nafter a.b #1\nbefore commit of ~job #1\n")
    points = points_of(Life(1, trail, None, None))  # type: ignore[arg-type]  # of no process
    assert [str(point) for point in points] == [
        "1 (before a.b #1)",
        "2 (during a.b #1)",
        "3 (after a.b #1)",
        "4 (before commit of ~job #1)",
    ]


def test_what_is_told() -> None:
    """The crash point, its number, and the differences."""
    outcome = Outcome("killed at 17 (after a.b #1)", 1, ["missing: a pin"])
    assert told([outcome, Outcome("18 (x)", 1, [])]) == (
        "killed at 17 (after a.b #1):\n    missing: a pin"
    )
