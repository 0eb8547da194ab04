"""Reminders with a real store: planned with each change, said once, whoever looks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from incident_bot.domain import commands as c
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.reminder_policy import Reminders
from incident_bot.domain.words import ReminderKind
from incident_bot.jobs import Reminding
from incident_bot.service import Service
from incident_bot.store import Store
from incident_bot.store.tables import incidents

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))
START = datetime(2025, 10, 27, 14, 0, tzinfo=UTC)
OFF = Policy(
    reminders=Reminders(
        no_ic=None,
        update_due=False,
        not_resolved=None,
        no_impact_start=None,
        no_actions=None,
        not_approved=None,
        action_overdue=False,
    ),
    archive_after_days=None,
)


class Hands:
    """The domain's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def at(self, minutes: float) -> None:
        self.now = START + timedelta(minutes=minutes)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def service(store: Store, clock: Hands) -> Service:
    return Service(store, Policy(), clock=lambda: clock.now)


def reminding(service: Service) -> Reminding:
    async def handle(command: c.Remind, ref: str) -> None:
        await service.handle(command, ref=ref)

    return Reminding(service.store, handle, service.now, service.remind_at)


async def declared(service: Service) -> str:
    """An incident with its room."""
    outcome = await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    assert outcome.incident is not None
    ref = outcome.incident.ref
    room = c.RecordRoom(actor=BOT, channel_id=f"C{ref}", name=ref.lower())
    await service.handle(room, ref=ref)
    return ref


async def planned(store: Store, ref: str) -> float | None:
    """Minutes from the start until it is looked at."""
    async with store.unit() as unit:
        found = await unit._one(select(incidents.c.remind_at).where(incidents.c.ref == ref))
    return None if found is None else (float(found) - START.timestamp()) / 60


async def said(store: Store) -> list[str]:
    """The keys of what is to be said."""
    return [key for key in await store.queue.pending() if "/say/" in key]


async def test_it_is_planned_with_what_changes_the_incident(
    service: Service, store: Store, clock: Hands
) -> None:
    ref = await declared(service)
    assert await planned(store, ref) == 5
    clock.at(1)
    take = c.AssignRole(actor=ALICE, role="ic", holder=ALICE.person)
    await service.handle(take, ref=ref)
    assert await planned(store, ref) == 15
    start = c.SetMilestone(actor=ALICE, milestone="impact started", at=START)
    await service.handle(start, ref=ref)
    assert await planned(store, ref) is None


async def test_only_what_is_due_is_found_and_not_all_at_once(
    service: Service, store: Store, clock: Hands
) -> None:
    first = await declared(service)
    clock.at(1)
    second = await declared(service)
    at = START.timestamp()
    assert await store.to_remind(at + 299, 10) == []
    assert await store.to_remind(at + 300, 10) == [first]
    assert await store.to_remind(at + 3600, 10) == [first, second]
    assert await store.to_remind(at + 3600, 1) == [first]


async def test_two_that_look_at_the_same_moment_say_it_once(
    service: Service, store: Store, clock: Hands
) -> None:
    ref = await declared(service)
    clock.at(5)
    other = Service(store, Policy(), clock=lambda: clock.now)
    await asyncio.gather(*(reminding(each).sweep() for each in (service, other, service)))
    assert await said(store) == [f"{ref}/say/3"]
    assert await planned(store, ref) == 10
    assert await store.verify(ref) is None


async def test_what_was_noted_is_said_after_a_crash_and_not_again(
    service: Service, store: Store, clock: Hands
) -> None:
    """Noted and asked for in one commit: the process that died left the job."""
    ref = await declared(service)
    clock.at(5)
    await service.handle(c.Remind(actor=BOT), ref=ref)
    await reminding(service).sweep()  # started again
    assert await said(store) == [f"{ref}/say/3"]


async def test_another_configuration_plans_anew_at_its_start(
    service: Service, store: Store, clock: Hands
) -> None:
    ref = await declared(service)
    quiet = Service(store, OFF, clock=lambda: clock.now)
    await reminding(quiet).sweep()
    assert await planned(store, ref) is None
    await reminding(service).sweep()
    assert await planned(store, ref) == 5


async def test_what_is_long_over_is_left_alone_at_the_start(
    service: Service, store: Store, clock: Hands
) -> None:
    """Those of an older version, and those of which nothing is due any more."""
    ref = await declared(service)
    await service.handle(c.Resolve(actor=ALICE), ref=ref)
    async with store.unit() as unit:
        await unit._connection.execute(update(incidents).values(remind_at=None))
    assert await store.planned_reminders() == []
    await reminding(service).sweep()
    assert await planned(store, ref) is None


async def test_a_plan_of_another_configuration_does_not_go_round_in_circles(
    service: Service, store: Store, clock: Hands
) -> None:
    """Two replicas are of different configuration while one is replaced."""
    await declared(service)
    quiet = Service(store, OFF, clock=lambda: clock.now)
    sweep = reminding(quiet)
    await sweep.plan_anew()
    await reminding(service).plan_anew()
    clock.at(5)
    await sweep.sweep()
    assert await store.to_remind(clock.now.timestamp(), 10) == []
    assert await said(store) == []


async def test_one_that_breaks_keeps_nobody_else_from_being_reminded(
    service: Service, store: Store, clock: Hands
) -> None:
    broken, well = await declared(service), await declared(service)
    clock.at(5)

    async def handle(command: c.Remind, ref: str) -> None:
        if ref == broken:
            raise ValueError("a bug")
        await service.handle(command, ref=ref)

    await Reminding(store, handle, service.now, service.remind_at).sweep()
    assert await said(store) == [f"{well}/say/3"]


async def test_putting_off_and_dismissing_plan_it(
    service: Service, store: Store, clock: Hands
) -> None:
    ref = await declared(service)
    start = c.SetMilestone(actor=ALICE, milestone="impact started", at=START)
    await service.handle(start, ref=ref)
    snooze = c.SnoozeReminder(actor=ALICE, reminder=ReminderKind.NO_IC)
    await service.handle(snooze, ref=ref)
    assert await planned(store, ref) == 30
    dismiss = c.DismissReminder(actor=ALICE, reminder=ReminderKind.NO_IC)
    await service.handle(dismiss, ref=ref)
    assert await planned(store, ref) is None
