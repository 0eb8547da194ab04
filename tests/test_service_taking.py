"""What people wait for is taken by our own runner in the commit that asks for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done
from incident_bot.service import Service
from incident_bot.store import Delivery, Job, JobState, Offer, Store, StoreConflict, Unit

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


class Hands:
    """A runner that takes what it offered to, and does nothing with it."""

    def __init__(self, *kinds: JobKind) -> None:
        self.kinds = kinds
        self.begun: list[tuple[Job, Incident | None]] = []

    def offer(self) -> Offer | None:
        """The kinds that it was made with."""
        return Offer("mine", self.kinds) if self.kinds else None

    def begin(self, job: Job, offer: Offer, incident: Incident | None) -> None:
        """Keeps it."""
        assert offer.worker == "mine"
        self.begun.append((job, incident))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


def served(store: Store, hands: Hands) -> Service:
    service = Service(store, Policy(), names=lambda incident: ("room", "room-2", "room-3"))
    service.taker = hands
    return service


async def test_the_room_is_begun_with_the_declaration(store: Store) -> None:
    hands = Hands(JobKind.CREATE_ROOM, JobKind.INVITE)
    outcome = await served(store, hands).handle(c.Declare(actor=ALICE, title="It is down"))
    ((job, incident),) = hands.begun
    assert (job.kind, job.attempt, job.started_before) == (JobKind.CREATE_ROOM, 1, False)
    assert incident == outcome.incident
    assert await store.queue.state_of(job.key) == (JobState.RUNNING, None)


async def test_the_invitation_is_begun_with_the_room(store: Store) -> None:
    hands = Hands(JobKind.CREATE_ROOM, JobKind.INVITE)
    service = served(store, hands)
    await service.handle(c.Declare(actor=ALICE, title="It is down"))
    room = hands.begun[0][0]
    then = c.RecordRoom(actor=BOT, channel_id="C1", name="room")
    await service.finish(room, Done({"channel": "C1", "name": "room"}, then))
    job, incident = hands.begun[1]
    assert job.kind is JobKind.INVITE
    assert incident is not None and incident.room is not None


async def test_who_offers_nothing_gets_nothing(store: Store) -> None:
    hands = Hands()
    await served(store, hands).handle(c.Declare(actor=ALICE, title="It is down"))
    assert hands.begun == []
    job = await store.queue.claim("other")
    assert job is not None and not job.started_before


async def test_what_is_not_waited_for_is_left_to_the_queue(store: Store) -> None:
    hands = Hands(*JobKind)
    service = served(store, hands)
    outcome = await service.handle(c.Declare(actor=ALICE, title="It is down"))
    assert outcome.incident is not None
    await service.handle(c.LogEntry(actor=ALICE, headline="look"), ref=outcome.incident.ref)
    assert [job.kind for job, _ in hands.begun] == [JobKind.CREATE_ROOM]


async def test_what_is_refused_or_repeated_takes_nothing(store: Store) -> None:
    hands = Hands(*JobKind)
    service = served(store, hands)
    again = Delivery("slack", "t-1")
    await service.handle(c.Declare(actor=ALICE, title="It is down"), delivery=again)
    await service.handle(c.Declare(actor=ALICE, title="It is down"), delivery=again)
    with pytest.raises(Refusal):
        await service.handle(c.LogEntry(actor=ALICE, headline="x"), ref="INC-9")
    assert len(hands.begun) == 1


async def test_the_name_of_the_room_is_taken_in_the_same_commit(store: Store) -> None:
    service = served(store, Hands())
    for title in ("one", "two"):
        await service.handle(c.Declare(actor=ALICE, title=title))
    assert await store.room_names("INC-1") == ["room"]
    assert await store.room_names("INC-2") == ["room-2"]
    assert await store.reserve_room_name("room", "INC-1")
    assert not await store.reserve_room_name("room", "INC-2")


async def test_what_a_transaction_had_taken_that_was_begun_anew_is_not_performed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica took the same delivery in between: the claim is rolled back with the rest."""
    hands, delivery = Hands(*JobKind), Delivery("slack", "t-1")
    command = c.Declare(actor=ALICE, title="It is down")
    really = store.record

    async def conflicting(work: Callable[[Unit], Awaitable[Any]], **how: bool) -> Any:
        monkeypatch.undo()
        with pytest.raises(StoreConflict):
            async with store.unit() as unit:
                await work(unit)
                raise StoreConflict("somebody else was first")
        await Service(store, Policy()).handle(command, delivery=delivery)
        return await really(work, **how)

    monkeypatch.setattr(store, "record", conflicting)
    outcome = await served(store, hands).handle(command, delivery=delivery)
    assert outcome.repeated
    assert hands.begun == []
