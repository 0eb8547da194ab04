"""Several replicas on one PostgreSQL at the same moment: one outcome, nothing lost, nobody stuck.

Each replica is a store of its own, with its own connections, as another process would have.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Refusal, plain
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy, Route
from incident_bot.service import Outcome, Service
from incident_bot.store import Delivery, KnownPerson, Store
from tests.store.stories import REPLICAS, T0, WHO, change, decision, opened

pytestmark = pytest.mark.postgres

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


async def at_once(
    services: Sequence[Service], ask: Callable[[Service, int], Awaitable[Outcome]], times: int = 12
) -> list[Outcome]:
    """The same thing asked of all replicas in turn, at the same moment."""
    asked = (ask(services[n % len(services)], n) for n in range(times))
    return await asyncio.gather(*asked)


def refs(outcomes: Sequence[Outcome]) -> set[str]:
    """The incidents that outcomes are about."""
    return {outcome.incident.ref for outcome in outcomes if outcome.incident is not None}


def alert(alert_id: str, **changes: object) -> c.AlertSeen:
    values = {"alert_id": alert_id, "title": "Error rate", "service_id": "S1", **changes}
    return c.AlertSeen.model_validate(values)


# Deliveries


async def test_the_same_delivery_at_once_is_handled_once_and_answered_alike(
    services: list[Service], stores: list[Store]
) -> None:
    """Also where the second finds the thing done: it gets the answer, not a refusal."""
    ref = await opened(stores[0])
    delivery = Delivery("slack", "t-1", also=("t-2",))
    outcomes = await at_once(
        services,
        lambda service, _: service.handle(c.Resolve(actor=ALICE), ref=ref, delivery=delivery),
    )
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 11
    replies = [outcome.reply for outcome in outcomes if outcome.reply is not None]
    assert len({plain(reply.sentence) for reply in replies}) == 1
    assert len(replies) == 12
    resolved = [entry for entry in await stores[1].journal(ref) if entry.body.kind == "resolved"]
    changed = [x for x in await stores[1].journal(ref) if isinstance(x.body, e.StatusChanged)]
    assert len(resolved) + len(changed) == 1


async def test_deliveries_that_share_only_an_id_are_one(services: list[Service]) -> None:
    async def keep(service: Service, n: int) -> bool:
        ids = [f"wh-{n}", "event-1"]
        if n % 2:
            ids.reverse()
        return await service.keep(Delivery("pagerduty", ids[0], also=(ids[1],)), "nothing to do")

    kept = await asyncio.gather(*(keep(services[n % REPLICAS], n) for n in range(12)))
    assert sum(kept) == 1


async def test_who_fails_lets_the_same_delivery_through(stores: list[Store]) -> None:
    """It waits for the first; when that leaves nothing, it is new."""
    delivery = Delivery("slack", "t-1")
    first_has_it = asyncio.Event()

    async def fails() -> None:
        with pytest.raises(RuntimeError):
            async with stores[0].unit() as unit:
                assert await unit.seen(delivery) is None
                first_has_it.set()
                await asyncio.sleep(0.05)
                raise RuntimeError("the deadline")

    async def waits() -> object:
        await first_has_it.wait()
        async with stores[1].unit() as unit:
            return await unit.seen(delivery)

    assert (await asyncio.gather(fails(), waits()))[1] is None


# Opening


async def test_alerts_of_one_service_at_once_meet_in_one_incident(
    services: list[Service], stores: list[Store]
) -> None:
    outcomes = await at_once(
        services,
        lambda service, n: service.handle(
            c.AlertTriggers(alert=alert(f"P{n}")), delivery=Delivery("pagerduty", f"e{n}")
        ),
    )
    assert refs(outcomes) == {"INC-1"}
    incident = await stores[0].incident("INC-1")
    assert incident is not None
    assert set(incident.alerts) == {f"P{n}" for n in range(12)}
    assert await stores[0].refs() == ["INC-1"]
    assert await stores[0].verify("INC-1") is None


async def test_one_alert_asked_for_at_once_opens_one_room(
    services: list[Service], stores: list[Store]
) -> None:
    single = alert("P1", urgency="low")

    async def press(service: Service, n: int) -> Outcome:
        try:
            command = c.OpenForAlert(actor=ALICE, alert=single)
            return await service.handle(command, delivery=Delivery("slack", f"press {n}"))
        except Refusal:
            return Outcome(None, None)

    outcomes = await at_once(services, press)
    assert refs(outcomes) == {"INC-1"}
    assert await stores[0].refs() == ["INC-1"]


async def test_an_alert_that_meets_no_other_opens_one_room_however_often_it_comes(
    stores: list[Store],
) -> None:
    """Without a group only the alert itself holds them together."""
    policy = Policy(routes=(Route(name="each alone", group="none", then="open"),))
    outcomes = await at_once(
        [Service(store, policy) for store in stores],
        lambda service, n: service.handle(
            c.AlertTriggers(alert=alert("P1")), delivery=Delivery("pagerduty", f"e{n}")
        ),
    )
    assert refs(outcomes) == {"INC-1"}
    assert await stores[0].refs() == ["INC-1"]


async def test_an_alert_that_is_only_announced_is_kept_by_all_who_see_it(
    services: list[Service], stores: list[Store]
) -> None:
    await at_once(
        services,
        lambda service, n: service.handle(
            c.AlertTriggers(alert=alert("P1", urgency="low")),
            delivery=Delivery("pagerduty", f"e{n}"),
        ),
    )
    assert await stores[0].alert("P1") is not None
    assert len(await stores[0].queue.pending()) == 1


async def test_an_alert_does_not_join_what_is_resolved_at_that_moment(
    services: list[Service], stores: list[Store]
) -> None:
    await services[0].handle(c.AlertTriggers(alert=alert("P1")))
    locked = asyncio.Event()

    async def resolve() -> None:
        async with stores[0].unit() as unit:
            before = await unit.incident("INC-1")
            assert before is not None
            locked.set()
            await asyncio.sleep(0.1)  # the alert finds the group open, and waits for the row
            await unit.apply(before, decision(e.StatusChanged(status="resolved")), WHO, T0)

    async def comes() -> Outcome:
        await locked.wait()
        return await services[1].handle(c.AlertTriggers(alert=alert("P2")))

    _, outcome = await asyncio.gather(resolve(), comes())
    assert outcome.incident is not None
    assert outcome.incident.ref == "INC-2"


async def test_numbers_have_no_gaps_and_none_is_given_twice(
    services: list[Service], stores: list[Store]
) -> None:
    outcomes = await at_once(
        services,
        lambda service, n: service.handle(c.Declare(actor=ALICE, title=f"Trouble {n}")),
        times=20,
    )
    assert refs(outcomes) == {f"INC-{n}" for n in range(1, 21)}


async def test_two_who_resolve_get_one_outcome_and_one_refusal(
    services: list[Service], stores: list[Store]
) -> None:
    ref = await opened(stores[0])

    async def resolve(service: Service, n: int) -> str:
        command = c.Resolve(actor=ALICE)
        try:
            await service.handle(command, ref=ref, delivery=Delivery("slack", f"t-{n}"))
        except Refusal:
            return "refused"
        return "done"

    said = await asyncio.gather(*(resolve(services[n], n) for n in range(REPLICAS)))
    assert sorted(said) == ["done"] + ["refused"] * (REPLICAS - 1)


async def test_entries_of_many_replicas_make_one_whole_chain(stores: list[Store]) -> None:
    ref = await opened(stores[0])
    lines = [(stores[n % REPLICAS], f"line {n}") for n in range(40)]
    await asyncio.gather(*(change(s, ref, decision(e.Logged(headline=x))) for s, x in lines))
    assert len(await stores[0].journal(ref)) == 41
    assert await stores[0].verify(ref) is None


# People and rooms


@pytest.mark.parametrize("_again", range(5))
async def test_one_person_saved_by_all_at_once_is_one(stores: list[Store], _again: int) -> None:
    both = [
        KnownPerson(name="Alice", slack_id="U1", email="a@example.com", fetched_at=T0),
        KnownPerson(name="Alice", pagerduty_id="PA", email="a@example.com", fetched_at=T0),
    ]
    await asyncio.gather(*(stores[n % REPLICAS].save_person(both[n % 2]) for n in range(12)))
    found = await stores[0].person(email="a@example.com")
    assert found is not None
    assert (found.slack_id, found.pagerduty_id) == ("U1", "PA")
    assert await stores[0].person(slack_id="U1") == await stores[0].person(pagerduty_id="PA")


async def test_a_room_name_is_given_to_one(stores: list[Store]) -> None:
    got = await asyncio.gather(
        *(stores[n].reserve_room_name("incident-1", f"INC-{n}") for n in range(REPLICAS))
    )
    assert sum(got) == 1
    again = got.index(True)
    assert await stores[again].reserve_room_name("incident-1", f"INC-{again}")
