"""The one way in, with a real store: once per delivery, all or nothing, no number lost."""

from collections.abc import AsyncIterator

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal, plain
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.effects import Done
from incident_bot.service import LeaseLost, Outcome, Service, Unavailable
from incident_bot.store import Delivery, Job, JobState, Store
from tests import databases

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))
BOB = by(Person(name="Bob Johnson", handle="bob", slack_id="U2"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


@pytest.fixture
def service(store: Store) -> Service:
    return Service(store, Policy())


def alert(alert_id: str, **changes: object) -> c.AlertSeen:
    values = {"alert_id": alert_id, "title": "Error rate", "service_id": "S1", **changes}
    return c.AlertSeen.model_validate(values)


def triggers(alert_id: str, **changes: object) -> c.AlertTriggers:
    return c.AlertTriggers(alert=alert(alert_id, **changes))


def delivery(name: str, *also: str, source: str = "slack") -> Delivery:
    return Delivery(source=source, id=name, also=also, raw=b"{}", kind="test")


def said(outcome: Outcome) -> str:
    assert outcome.reply is not None
    return plain(outcome.reply.sentence)


async def declared(service: Service) -> str:
    outcome = await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    assert outcome.incident is not None
    return outcome.incident.ref


async def claimed(store: Store, kind: JobKind) -> Job:
    while job := await store.queue.claim("w1"):
        if job.kind is kind:
            return job
    raise AssertionError(f"no {kind} to claim")


# Once


async def test_a_repeated_delivery_gets_the_stored_answer_and_changes_nothing(
    service: Service, store: Store
) -> None:
    ref = await declared(service)
    command = c.LogEntry(actor=ALICE, headline="Pool exhausted")
    first = await service.handle(command, ref=ref, delivery=delivery("t-1"))
    again = await service.handle(command, ref=ref, delivery=delivery("t-1"))
    assert (first.repeated, again.repeated) == (False, True)
    assert said(again) == said(first)
    assert again.incident == first.incident
    assert len(await store.journal(ref)) == 2


async def test_the_same_words_in_another_delivery_are_another_entry(
    service: Service, store: Store
) -> None:
    ref = await declared(service)
    for name in ("t-1", "t-2"):
        command = c.LogEntry(actor=ALICE, headline="Still down")
        await service.handle(command, ref=ref, delivery=delivery(name))
    assert len(await store.journal(ref)) == 3


async def test_one_event_under_another_webhook_id_is_the_same(
    service: Service, store: Store
) -> None:
    first = delivery("wh-1", "event-1", source="pagerduty")
    other = delivery("wh-2", "event-1", source="pagerduty")
    await service.handle(triggers("Q1"), delivery=first)
    assert (await service.handle(triggers("Q1"), delivery=other)).repeated
    assert await service.keep(delivery("wh-3", source="pagerduty"), "nothing to do")
    assert not await service.keep(delivery("wh-3", source="pagerduty"), "nothing to do")


# All or nothing


async def test_a_refusal_leaves_nothing_and_may_be_sent_again(
    service: Service, store: Store
) -> None:
    ref = await declared(service)
    before = await store.journal(ref)
    for _ in range(2):
        with pytest.raises(Refusal, match="nothing to reopen"):
            await service.handle(c.Reopen(actor=ALICE), ref=ref, delivery=delivery("t-1"))
    assert await store.journal(ref) == before
    assert await service.keep(delivery("t-1"), "refused"), "it was not remembered"


async def test_a_store_that_fails_is_unavailable_and_wakes_nobody(
    service: Service, store: Store, database_url: str
) -> None:
    ref = await declared(service)
    woken: list[str] = []
    service.wake = lambda: woken.append("woken")
    job = await claimed(store, JobKind.CREATE_ROOM)
    await store.close()
    databases.take_away(database_url)
    for attempt in (
        service.handle(c.LogEntry(actor=ALICE, headline="x"), ref=ref),
        service.keep(delivery("t-1"), "x"),
        service.finish(job, Done()),
        service.give_up(job, "It did not work."),
    ):
        with pytest.raises(Unavailable):
            await attempt
    assert woken == []


# Numbers and rooms


async def test_what_is_only_announced_takes_no_number(service: Service, store: Store) -> None:
    assert (await service.handle(triggers("Q1", urgency="low"))).incident is None
    assert await declared(service) == "INC-1"
    assert await claimed(store, JobKind.ANNOUNCE_ALERT)


async def test_after_the_end_the_next_alert_of_a_service_opens_a_new_room(service: Service) -> None:
    await service.handle(triggers("Q1"))
    joined = (await service.handle(triggers("Q2"))).incident
    assert joined is not None and joined.ref == "INC-1"
    await service.handle(c.Resolve(actor=ALICE), ref="INC-1")
    fresh = (await service.handle(triggers("Q3"))).incident
    assert fresh is not None and fresh.ref == "INC-2"
    known = (await service.handle(triggers("Q1"))).incident
    assert known is not None and known.ref == "INC-1", "an old alert opens no second room"


async def test_a_room_wanted_for_a_low_alert_joins_the_open_one_of_its_service(
    service: Service,
) -> None:
    await service.handle(triggers("Q1"))
    await service.handle(triggers("Q2", urgency="low"))
    wanted = c.OpenForAlert(actor=BOB, alert=alert("Q2", urgency="low"))
    outcome = await service.handle(wanted)
    assert outcome.incident is not None and outcome.incident.ref == "INC-1"
    assert "joined it" in said(outcome)
    with pytest.raises(Refusal, match="already open"):
        await service.handle(wanted)


async def test_a_redacted_alert_does_not_come_back_with_a_repeated_trigger(
    service: Service, store: Store
) -> None:
    await service.handle(triggers("Q1", title="password hunter2"))
    for number in (1, 2):
        await service.handle(c.Redact(actor=ALICE, number=number), ref="INC-1")
    await service.handle(triggers("Q1", title="password hunter2"))
    assert "hunter2" not in str(await store.alert("Q1"))
    assert "hunter2" not in str(await store.incident("INC-1"))


# Outcomes of jobs


async def test_finish_records_what_was_learned_in_the_same_commit(
    service: Service, store: Store
) -> None:
    ref = await declared(service)
    heard: list[c.Command] = []
    service.recorded = lambda command, incident: heard.append(command)
    job = await claimed(store, JobKind.CREATE_ROOM)
    room = c.RecordRoom(actor=BOT, channel_id="C1", name="incident-1")
    await service.finish(job, Done({"channel": "C1"}, room))
    incident = await store.incident(ref)
    assert incident is not None and incident.room is not None
    assert await store.result(job.key) == {"channel": "C1"}
    assert heard == [room]


async def test_give_up_buries_the_job_and_writes_it_down(service: Service, store: Store) -> None:
    ref = await declared(service)
    job = await claimed(store, JobKind.CREATE_ROOM)
    await service.give_up(job, "The room could not be opened.")
    assert (await store.journal(ref))[-1].body.kind == "effect_failed"
    assert (await store.queue.state_of(job.key) or ("",))[0] == JobState.DEAD


async def test_who_lost_the_lease_records_nothing(service: Service, store: Store) -> None:
    ref = await declared(service)
    job = await claimed(store, JobKind.CREATE_ROOM)
    await store.queue.release_all()
    await claimed(store, JobKind.CREATE_ROOM)
    before = await store.journal(ref)
    room = c.RecordRoom(actor=BOT, channel_id="C1", name="incident-1")
    with pytest.raises(LeaseLost):
        await service.finish(job, Done({}, room))
    with pytest.raises(LeaseLost):
        await service.give_up(job, "It did not work.")
    assert await store.journal(ref) == before
