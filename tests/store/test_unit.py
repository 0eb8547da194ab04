"""One write transaction: all or nothing, one writer at a time, and what it keeps."""

import asyncio
import gc

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.decision import Decision, NewEntry
from incident_bot.domain.fold import fold
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person
from incident_bot.domain.words import Severity, Status
from incident_bot.store import Delivery, Store, StoreUnavailable
from tests.store.stories import ALICE, T0, WHO, at, change, decision, job, opened


async def test_an_incident_can_be_read_back(store: Store) -> None:
    ref = await opened(store, e.RoomOpened(channel_id="C1", name="incident-1"))

    state = await store.incident(ref)
    assert ref == "INC-1"
    assert state is not None
    assert (state.title, state.last_seq) == ("Checkout is down", 2)
    assert await store.in_channel("C1") == state
    assert await store.in_channel("C2") is None
    assert [entry.seq for entry in await store.journal(ref)] == [1, 2]
    assert fold(ref, await store.journal(ref)) == state
    assert await store.verify(ref) is None
    assert await store.refs() == [ref]


async def test_an_exception_leaves_nothing(store: Store) -> None:
    delivery = Delivery("slack", "T1")
    with pytest.raises(RuntimeError):
        async with store.unit() as unit:
            ref = await unit.next_ref()
            body = e.Opened(title="x", severity=Severity.SEV3)
            await unit.apply(Incident(ref=ref), decision(body, jobs=(job("j"),)), WHO, T0)
            await unit.remember(delivery, outcome="done")
            await unit.save_alert(AlertSeen(alert_id="P1", title="x"), ref)
            raise RuntimeError("the deadline")

    assert await store.refs() == []
    assert await store.queue.pending() == []
    assert await store.alert("P1") is None
    async with store.unit() as unit:
        assert await unit.seen(delivery) is None
        assert await unit.next_ref() == "INC-1"


async def test_references_have_no_gaps(store: Store) -> None:
    async with store.unit() as unit:
        await unit.next_ref()  # and nothing came of it

    assert [await opened(store), await opened(store)] == ["INC-1", "INC-2"]


async def test_a_delivery_is_known_by_each_of_its_ids(store: Store) -> None:
    first = Delivery("pagerduty", "D1", also=("E1",), raw=b"{}")
    async with store.unit() as unit:
        assert await unit.seen(first) is None
        await unit.remember(first, outcome="opened", answer={"ref": "INC-1"})

    async with store.unit() as unit:
        assert await unit.seen(Delivery("pagerduty", "D2", also=("E1",))) == {"ref": "INC-1"}
        assert await unit.seen(Delivery("pagerduty", "E1")) == {"ref": "INC-1"}
        assert await unit.seen(Delivery("slack", "D1")) is None


async def test_a_delivery_without_an_answer_is_still_known(store: Store) -> None:
    async with store.unit() as unit:
        await unit.remember(Delivery("slack", "1"), outcome="ignored")

    async with store.unit() as unit:
        assert await unit.seen(Delivery("slack", "1")) == {}


async def test_the_same_delivery_twice_at_once_is_kept_once(store: Store) -> None:
    async def deliver() -> bool:
        async with store.unit() as unit:
            if await unit.seen(Delivery("slack", "1")) is not None:
                return False
            await asyncio.sleep(0)
            await unit.remember(Delivery("slack", "1"), outcome="ok")
            return True

    assert sum(await asyncio.gather(*(deliver() for _ in range(20)))) == 1


async def test_remembering_a_known_delivery_breaks_the_unit(store: Store) -> None:
    async with store.unit() as unit:
        await unit.remember(Delivery("slack", "1"), outcome="ok")

    with pytest.raises(StoreUnavailable):
        async with store.unit() as unit:
            await unit.remember(Delivery("slack", "2", also=("1",)), outcome="ok")


async def test_concurrent_writers_lose_nothing(store: Store) -> None:
    ref = await opened(store)

    async def writer(name: int) -> None:
        for n in range(20):
            async with store.unit() as unit:
                before = await unit.incident(ref)
                assert before is not None
                await asyncio.sleep(0)
                count = int(before.impact.get("count", "0")) + 1
                body = e.ImpactStated(area="user", name="count", value=str(count))
                await unit.apply(before, decision(body), WHO, at(name + n))

    await asyncio.gather(*(writer(name) for name in range(10)))

    state = await store.incident(ref)
    assert state is not None
    assert state.impact["count"] == "200"
    assert state.last_seq == 201
    assert await store.verify(ref) is None


async def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    ref = await opened(store)
    async with store.unit() as unit:
        before = await unit.incident(ref)
        assert before is not None
        await unit.apply(before, decision(e.Logged(headline="later")), WHO, T0)
        assert len(await store.journal(ref)) == 1
    assert len(await store.journal(ref)) == 2


async def test_a_deadline_in_the_middle_leaves_a_store_that_works(store: Store) -> None:
    ref = await opened(store)

    async def hurried(n: int) -> None:
        async with asyncio.timeout(0.0004 * n):
            await change(store, ref, decision(e.Logged(headline="hurry"), jobs=(job(str(n)),)))
            await store.queue.claim("w")
            await store.journal(ref)

    for n in range(40):
        await asyncio.gather(*(hurried(n) for _ in range(6)), return_exceptions=True)
    gc.collect()  # a connection that was left behind would be reported here

    await change(store, ref, decision(e.Logged(headline="last")))
    journal = await store.journal(ref)
    assert isinstance(journal[-1].body, e.Logged)
    assert journal[-1].body.headline == "last"
    assert await store.verify(ref) is None


async def test_a_stale_state_is_refused(store: Store) -> None:
    ref = await opened(store)
    old = await store.incident(ref)
    assert old is not None
    await change(store, ref, decision(e.Logged(headline="meanwhile")))

    with pytest.raises(StoreUnavailable, match="changed since"):
        async with store.unit() as unit:
            await unit.apply(old, decision(e.Logged(headline="too late")), WHO, T0)


async def test_a_time_without_zone_is_refused(store: Store) -> None:
    ref = await opened(store)
    naive = Decision(entries=(NewEntry(e.Logged(headline="x"), T0.replace(tzinfo=None)),))
    with pytest.raises(ValueError, match="without zone"):
        await change(store, ref, naive)


async def test_a_group_has_one_open_incident(store: Store) -> None:
    ref = await opened(store, group="service:S1")
    async with store.unit() as unit:
        assert await unit.ref_of_open_group("service:S1") == ref
        assert await unit.ref_of_open_group("service:S2") is None

    with pytest.raises(StoreUnavailable):
        await opened(store, group="service:S1")

    await change(store, ref, decision(e.StatusChanged(status=Status.RESOLVED)))
    second = await opened(store, group="service:S1")
    async with store.unit() as unit:
        assert await unit.ref_of_open_group("service:S1") == second


async def test_reopening_takes_the_group_back_only_when_it_is_free(store: Store) -> None:
    first = await opened(store, group="g")
    await change(store, first, decision(e.StatusChanged(status=Status.RESOLVED)))
    await change(store, first, decision(e.StatusChanged(status=Status.OPEN)))
    async with store.unit() as unit:
        assert await unit.ref_of_open_group("g") == first

    await change(store, first, decision(e.StatusChanged(status=Status.RESOLVED)))
    second = await opened(store, group="g")
    await change(store, first, decision(e.StatusChanged(status=Status.OPEN)))
    async with store.unit() as unit:
        assert await unit.ref_of_open_group("g") == second


async def test_alerts_remember_their_incident(store: Store) -> None:
    alert = AlertSeen(alert_id="P1", title="CPU", assignees=(Person(name="Al"),))
    async with store.unit() as unit:
        assert await unit.ref_of_alert("P1") is None
        await unit.save_alert(alert, None)
        assert await unit.ref_of_alert("P1") is None
        await unit.save_alert(alert, "INC-1")
        await unit.save_alert(alert.model_copy(update={"title": "CPU!"}), None)
        assert await unit.ref_of_alert("P1") == "INC-1"

    assert (await store.alert("P1")) == alert.model_copy(update={"title": "CPU!"})


async def test_corrections_are_folded_in(store: Store) -> None:
    ref = await opened(store)
    await change(store, ref, decision(e.RoleAssigned(role="ic", holder=ALICE)))
    await change(store, ref, decision(e.StatusChanged(status=Status.MITIGATED)))
    fix = NewEntry(e.StatusChanged(status=Status.ACKNOWLEDGED), at(2), supersedes=3, reason="typo")
    state = await change(store, ref, Decision(entries=(fix,)))

    assert state.status is Status.ACKNOWLEDGED
    assert await store.incident(ref) == state == fold(ref, await store.journal(ref))
    assert (await store.journal(ref))[-1].reason == "typo"
    assert await store.verify(ref) is None


async def test_lists_are_newest_first_and_keep_private_ones_back(store: Store) -> None:
    first, second = await opened(store), await opened(store)
    async with store.unit() as unit:
        secret = await unit.next_ref()
        body = e.Opened(title="Breach", severity=Severity.SEV1, private=True)
        await unit.apply(Incident(ref=secret), decision(body), WHO, T0)
    await change(store, first, decision(e.StatusChanged(status=Status.CANCELLED)))

    async def refs(only_open: bool, include_private: bool, limit: int = 50) -> list[str]:
        found = await store.incidents(
            only_open=only_open, include_private=include_private, limit=limit
        )
        return [state.ref for state in found]

    assert await refs(False, True) == [secret, second, first]
    assert await refs(True, True) == [secret, second]
    assert await refs(True, False) == [second]
    assert await refs(False, False, limit=1) == [second]
    assert (await store.counts()).incidents == {"open": 2, "cancelled": 1}
