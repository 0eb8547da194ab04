"""Any order, any number of times, with restarts between: the incident ends the same."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import timeline
from incident_bot.domain.people import Person
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Milestone
from incident_bot.standin import Answer, SlackStandIn, User
from tests.order.living import World, a_world, live, until
from tests.order.stories import ALERT, STORIES, Told, may_have_a_room, tell


@dataclass(frozen=True)
class Step:
    """One moment: what is delivered at once, and whether the bot is begun anew before it.

    Each delivery is the place of a webhook in the story, and whether it comes with its first
    X-Webhook-Id or with another.
    """

    deliveries: tuple[tuple[int, bool], ...]
    anew: str = ""


@dataclass(frozen=True)
class Plan:
    """A story in some order. `people` says after how many steps in a room each person acts."""

    story: int
    steps: tuple[Step, ...]
    people: tuple[int, ...] = (0, 0, 0, 0)
    again: bool = False


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Every webhook at least once, in any order; people act once there is something to click."""
    story = draw(st.integers(0, len(STORIES) - 1))
    number = len(STORIES[story])
    each = [(n, True) for n in draw(st.permutations(range(number)))]
    for again in draw(st.lists(st.tuples(st.integers(0, number - 1), st.booleans()), max_size=5)):
        each.insert(draw(st.integers(0, len(each))), again)
    steps = []
    while each:
        together = draw(st.sampled_from([1, 1, 1, 2, 3]))
        anew = draw(st.sampled_from(["", "", "", "", "stop", "break off"]))
        steps.append(Step(tuple(each[:together]), anew))
        each = each[together:]
    delays = st.integers(0, len(steps))
    return Plan(story, tuple(steps), tuple(draw(st.tuples(*[delays] * 4))), draw(st.booleans()))


def natural(story: int) -> Plan:
    """The story as PagerDuty tells it."""
    steps = tuple(Step(((n, True),)) for n in range(len(STORIES[story])))
    return Plan(story, steps, (0, 1, 2, 3))


@dataclass
class End:
    """What is compared. `lines` are the timeline's, without what only says how we learned it."""

    state: dict[str, Any] | None
    lines: Counter[Any]
    kept: list[str]


async def play(plan: Plan, database: str | None = None) -> End:
    """The end of a story told in this order; what must hold on the way is asserted here."""
    async with a_world(database, Policy()) as world:
        told = await tell(world, STORIES[plan.story])
        assert len(told) == len(STORIES[plan.story])
        people = People(world, plan)
        for step in plan.steps:
            if step.anew:
                await world.bot.stop(politely=step.anew == "stop")
                await world.bot.start()
            await asyncio.gather(*(deliver(world, told[n], first) for n, first in step.deliveries))
            await people.act()
        await people.finish()
        return await end(world)


async def deliver(world: World, told: Told, first: bool) -> None:
    """One delivery, which PagerDuty must see accepted."""
    delivery = await world.pagerduty.deliver(
        told.event_type,
        told.data,
        event_id=told.event_id,
        webhook_id=told.webhook_id if first else f"{told.webhook_id} again",
        occurred_at=told.at,
        agent=told.agent,
    )
    assert delivery.status == 202, (told.event_type, delivery)


class People:
    """What people do in the room, each act at the earliest when it can be done: Slack delivers it
    again when it likes."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world, self._again = world, plan.again
        acts = (self._log, self._severity, self._ops, self._claim_comms)
        self._waiting = [*zip(plan.people, acts, strict=False)]
        self._steps = 0

    async def act(self) -> None:
        """Those whose turn it is, if there is a room."""
        if not await self._world.bot.store.refs():
            return
        due = [each for each in self._waiting if each[0] <= self._steps]
        self._steps += 1
        for each in due:
            self._waiting.remove(each)
            await each[1]()

    async def finish(self) -> None:
        """All who are left."""
        if await self._world.bot.store.refs():
            for _, act in self._waiting:
                await act()
            self._waiting.clear()

    async def _log(self) -> None:
        await self._types(self._world.bob, "INC-1 log 2025-10-27 14:02 Pool exhausted", "t-log")

    async def _severity(self) -> None:
        await self._types(self._world.charlie, "INC-1 severity sev2 It is not all", "t-severity")

    async def _ops(self) -> None:
        await self._types(self._world.alice, "INC-1 role ops @bob", "t-ops")

    async def _types(self, user: User, text: str, trigger: str) -> None:
        for _ in range(1 + self._again):
            answer = await self._world.slack.command(
                user, text, self._world.incidents, trigger_id=trigger
            )
            fine(answer)

    async def _claim_comms(self) -> None:
        world = self._world
        await until(lambda: world.rooms and world.rooms[0].pins, lambda: "a pinned summary")
        room, ts = world.rooms[0], world.rooms[0].pins[0]
        for _ in range(1 + self._again):
            with contextlib.suppress(LookupError):  # the second time the button may be gone
                fine(
                    await world.slack.click(
                        world.charlie, room, ts, "claim_role:comms", trigger_id="t-comms"
                    )
                )


def fine(answer: Answer) -> None:
    """Slack would show it."""
    assert (answer.status, answer.problem) == (200, None), answer


async def end(world: World) -> End:
    """How it ended, once nothing is left to do."""
    await world.bot.idle()
    store = world.bot.store
    refs = await store.refs()
    alert = await store.alert(ALERT)
    kept = sorted(news.event_type for news in alert.news) if alert is not None else []
    if not refs:
        assert world.rooms == []
        return End(None, Counter(), kept)
    assert refs == ["INC-1"], "one incident"
    assert len(world.rooms) == 1, "one room"
    assert await store.verify("INC-1") is None
    incident, journal = await store.incident("INC-1"), await store.journal("INC-1")
    assert incident is not None
    invited = [p.slack_id for each in journal for p in _invited(each)]
    assert len(invited) == len(set(invited)), "nobody is recorded as invited twice"
    assert_invited_once(world.slack)
    lines = Counter(_line(line.entry) for line in timeline(journal) if _told(line.entry))
    return End(_state(incident), lines, kept)


def assert_invited_once(slack: SlackStandIn) -> None:
    """Slack let nobody in twice."""
    let_in = Counter(
        user
        for call in slack.calls
        if call.method == "conversations.invite" and call.ok
        for user in str(call.args["users"]).split(",")
        if user not in {error["user"] for error in call.answer.get("errors", [])}
    )
    assert all(times == 1 for times in let_in.values()), let_in


def _invited(entry: e.Entry) -> tuple[Person, ...]:
    return entry.body.people if isinstance(entry.body, e.PeopleInvited) else ()


def _told(entry: e.Entry) -> bool:
    """Without the room's own time, and what one order needs to say and another need not."""
    return not isinstance(entry.body, e.RoomOpened | e.SeverityChanged | e.RoleAssigned)


def _line(entry: e.Entry) -> tuple[str, str, str]:
    what = getattr(entry.body, "text", "") or getattr(entry.body, "headline", "")
    return entry.body.kind, entry.occurred_at.isoformat(), what


def _state(incident: Incident) -> dict[str, Any]:
    return {
        "severity": incident.severity,
        "status": incident.status,
        "roles": {key: person.slack_id for key, person in incident.roles.items()},
        "alerts": {alert_id: alert.status for alert_id, alert in incident.alerts.items()},
        "times": {str(name): at for name, at in incident.times.items()},
        "detected": incident.times[Milestone.DETECTED],
    }


_ENDS: dict[int, End] = {}


def natural_end(story: int) -> End:
    """How it ends when it is told in order."""
    if story not in _ENDS:
        _ENDS[story] = live(play(natural(story)))
    return _ENDS[story]


def check(plan: Plan, database: str | None = None) -> None:
    """The property."""
    expected = natural_end(plan.story)
    found = live(play(plan, database))
    assert expected.state is not None
    if found.state is None:
        # Told as resolved before anything that opens a room: nobody is called together for it.
        assert not _must_have_a_room(plan)
        assert len(found.kept) == len(STORIES[plan.story]) - 1, "all but the trigger is kept"
        return
    state = dict(expected.state)
    if "bob acknowledges" in STORIES[plan.story]:  # whose came first: both acknowledged it
        roles = (state.pop("roles"), found.state.pop("roles"))
        assert roles[0].keys() == roles[1].keys()
    assert found.state == state
    assert found.lines == expected.lines
    assert max(found.lines.values()) == 1, "each thing once"
    assert found.kept == []


def _must_have_a_room(plan: Plan) -> bool:
    async def told() -> list[Told]:
        async with a_world() as world:
            return await tell(world, STORIES[plan.story])

    story = live(told())
    order: dict[int, None] = {}
    for step in plan.steps:  # of those that come at once, the resolution may be the first
        at_once = sorted({n for n, _ in step.deliveries}, key=lambda n: story[n].ends is not True)
        order |= dict.fromkeys(at_once)
    return may_have_a_room([story[n] for n in order])


EXAMPLES = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # an example takes a second: no search for a smaller
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)


@EXAMPLES
@given(plans())
def test_the_incident_ends_the_same_in_any_order(plan: Plan) -> None:
    check(plan)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(EXAMPLES, max_examples=300)
@given(plans())
def test_the_incident_ends_the_same_in_very_many_orders(plan: Plan) -> None:
    check(plan)


def _in_order(*numbers: int, anew: str = "") -> tuple[Step, ...]:
    return tuple(Step(((n, True),), anew) for n in numbers)


FIXED = {
    "backwards": Plan(0, _in_order(*range(10, -1, -1)), (0, 0, 0, 0), True),
    "acknowledged first": Plan(1, _in_order(1, 2, 0)),
    "the note first, begun anew each time": Plan(
        1, _in_order(2, 1, 0, anew="break off"), (0, 1, 2, 0)
    ),
    "resolved before it was triggered": Plan(2, _in_order(2, 0, 1)),
    "all at once": Plan(0, (Step(tuple((n, True) for n in range(11))),), (0, 0, 0, 0)),
    "everything twice at once": Plan(
        4, tuple(Step(((n, True), (n, False), (n, True))) for n in (3, 0, 2, 1, 5, 4)), (1, 1, 1, 1)
    ),
}


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_so_it_does_on_postgresql(name: str, database_url: str) -> None:
    check(FIXED[name], database_url)


@pytest.mark.parametrize("name", FIXED)
def test_so_it_does_in_the_orders_that_once_went_wrong(name: str) -> None:
    check(FIXED[name])
