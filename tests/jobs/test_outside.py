"""Whether the others answer: when they are away, when back, and what is hurried then."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from incident_bot.effects import Side
from incident_bot.jobs.outside import Outside

Heard = list[tuple[str, str, str]]


class Scene:
    """Outside with a clock of the test's own."""

    def __init__(self) -> None:
        self.now = 100.0
        self.hurried: list[Side] = []
        self.counted: Heard = []
        self.returned: list[Side] = []
        self.outside = Outside(
            self,
            self.hurry,
            span=1.0,
            pause=10.0,
            clock=lambda: self.now,
            returned=self.came_back,
        )

    async def came_back(self, side: Side) -> None:
        """Keeps who answered for the first time, or again."""
        self.returned.append(side)

    async def hurry(self, side: Side) -> None:
        """Keeps who was hurried."""
        self.hurried.append(side)

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        """Keeps what was counted."""
        self.counted.append((target, method, outcome))

    async def calls(self, method: str, outcome: str, *, target: str = "slack") -> None:
        """One call, and whatever follows from it."""
        self.outside.call(target, method, outcome, 0.0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)


@pytest.fixture
async def scene() -> Scene:
    """Both sides have answered once, a while ago."""
    scene = Scene()
    for target in ("slack", "pagerduty"):
        await scene.calls("auth.test", "ok", target=target)
    assert scene.hurried == ["slack", "pagerduty"]  # what waited while the bot was not there
    assert scene.returned == ["slack", "pagerduty"]
    scene.hurried.clear()
    scene.returned.clear()
    scene.counted.clear()
    scene.now += 60.0
    return scene


async def test_every_call_is_counted(scene: Scene) -> None:
    await scene.calls("a", "ok")
    await scene.calls("b", "unknown")
    assert scene.counted == [("slack", "a", "ok"), ("slack", "b", "unknown")]


async def test_a_side_is_away_when_nothing_comes_back_for_a_while(scene: Scene) -> None:
    await scene.calls("a", "unknown")
    scene.now += 0.5
    await scene.calls("b", "unknown")
    assert scene.outside.away_since("slack") is None, "a moment's trouble"
    scene.now += 1.5
    await scene.calls("c", "unknown")
    assert scene.outside.away_since("slack") is not None
    assert scene.outside.away_seconds("slack") == 2.0
    assert scene.outside.away_since("pagerduty") is None


@pytest.mark.parametrize("outcome", ["ok", "refused", "limited", "429", "401"])
async def test_any_answer_says_that_it_is_there(scene: Scene, outcome: str) -> None:
    for _ in range(3):
        await scene.calls("a", "unknown")
        scene.now += 1.0
    await scene.calls("b", outcome)
    assert scene.outside.away_since("slack") is None
    assert scene.outside.away_seconds("slack") == 0.0


async def test_it_is_logged_once_when_it_goes_and_once_when_it_is_back(scene: Scene) -> None:
    lines: Any
    with capture_logs() as lines:
        for _ in range(20):
            await scene.calls("a", "unknown")
            scene.now += 1.0
        for _ in range(3):
            await scene.calls("a", "ok")
    assert [line["event"] for line in lines] == ["Slack does not answer", "Slack answers again"]


async def test_what_waits_is_hurried_when_what_failed_works_again(scene: Scene) -> None:
    await scene.calls("chat.postMessage", "unknown")
    await scene.calls("users.info", "ok")  # another method proves nothing
    assert scene.hurried == []
    await scene.calls("chat.postMessage", "ok")
    assert scene.hurried == ["slack"]


async def test_a_method_that_comes_and_goes_hurries_not_all_the_time(scene: Scene) -> None:
    for _ in range(20):
        await scene.calls("a", "unknown")
        await scene.calls("a", "ok")
        scene.now += 1.0
    assert len(scene.hurried) == 2


async def test_who_was_away_is_told_to_be_back_and_one_call_in_vain_is_no_absence(
    scene: Scene,
) -> None:
    await scene.calls("chat.update", "unknown")
    await scene.calls("chat.update", "ok")
    assert scene.returned == []
    await scene.calls("chat.update", "unknown")
    scene.now += 2.0
    await scene.calls("chat.update", "unknown")
    await scene.calls("auth.test", "ok")
    await scene.calls("chat.update", "ok")
    assert scene.returned == ["slack"]
