"""Lists of incidents: filtered in the database as the domain says, no private one by mistake."""

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.incident import Incident
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import Severity, Status
from incident_bot.store import Store
from tests.store.stories import T0, WHO, decision

PAYMENTS = "Payment API"


async def opened(
    store: Store,
    title: str,
    severity: int = 3,
    service: str | None = None,
    *more: e.Body,
    private: bool = False,
) -> str:
    body = e.Opened(
        title=title, severity=Severity(severity), service=service, private=private
    )  # fmt: skip
    async with store.unit() as unit:
        ref = await unit.next_ref()
        await unit.apply(Incident(ref=ref), decision(body, *more), WHO, T0)
    return ref


@pytest.fixture
async def kept(store: Store) -> Store:
    over = e.StatusChanged(status=Status.RESOLVED)
    await opened(store, "Checkout fails", 1, PAYMENTS)
    await opened(store, "Checkout is slow", 2, "payment worker", over)
    await opened(store, "Search at 100% CPU", 2)
    await opened(store, "Disk_full on db_1", 3, "Storage", over)
    await opened(store, "Data leak at checkout", 1, PAYMENTS, private=True)
    await opened(store, "Störung nach Änderung", 4, None, over)
    return store


async def refs(store: Store, wanted: Wanted, *known: str) -> list[str]:
    found = await store.listed(wanted, lambda incident: incident.ref in known)
    return [incident.ref for incident in found]


WANTED = [
    (Wanted(), ["INC-3", "INC-1"]),
    (Wanted(everything=True), ["INC-6", "INC-4", "INC-3", "INC-2", "INC-1"]),
    (Wanted(severities=(Severity.SEV1,)), ["INC-1"]),
    (Wanted(severities=(Severity.SEV1, Severity.SEV2)), ["INC-3", "INC-1"]),
    (Wanted(service="PAYMENT"), ["INC-1"]),
    (Wanted(everything=True, service="payment"), ["INC-2", "INC-1"]),
    (Wanted(everything=True, text="SLOW checkout"), ["INC-2"]),
    (Wanted(everything=True, text="100%"), ["INC-3"]),
    (Wanted(everything=True, text="%"), ["INC-3"]),
    (Wanted(everything=True, text="disk_full"), ["INC-4"]),
    (Wanted(everything=True, text="_"), ["INC-4"]),
    (Wanted(everything=True, text="/ \\ ' \" ;--"), []),
    (Wanted(text="leak"), []),
    (Wanted(everything=True, text="ÄNDERUNG störung"), ["INC-6"]),
]


@pytest.mark.parametrize(("wanted", "found"), WANTED, ids=lambda value: str(value)[:60])
async def test_the_database_finds_what_is_wanted(
    kept: Store, wanted: Wanted, found: list[str]
) -> None:
    assert await refs(kept, wanted) == found
    every = await kept.incidents(only_open=False, include_private=False)
    assert [incident.ref for incident in every if wanted.takes(incident)] == found


async def test_private_ones_are_there_for_those_who_know_of_them(kept: Store) -> None:
    leak = Wanted(text="checkout", severities=(Severity.SEV1,))
    assert await refs(kept, leak) == ["INC-1"]
    assert await refs(kept, leak, "INC-5") == ["INC-5", "INC-1"]
    assert await refs(kept, Wanted(service="Storage"), "INC-5") == []


async def test_pages_follow_one_another_without_a_gap(kept: Store) -> None:
    every = Wanted(everything=True)
    pages = [await kept.listed(every, lambda _: True, offset=n, limit=2) for n in (0, 2, 4, 6)]
    assert [[incident.ref for incident in page] for page in pages] == [
        ["INC-6", "INC-5"],
        ["INC-4", "INC-3"],
        ["INC-2", "INC-1"],
        [],
    ]
