"""Several commands in one commit: all of them or none, once for each delivery, told at once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import Refusal, Refusals, plain
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity, Status
from incident_bot.service import Service
from incident_bot.store import Delivery, Store

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))
REF = "INC-1"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    service = Service(store, Policy())
    await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    yield service
    await store.close()


def log(words: str) -> c.LogEntry:
    return c.LogEntry(actor=ALICE, headline=words)


SEV1 = c.ChangeSeverity(actor=ALICE, severity=Severity.SEV1)
SEV3 = c.ChangeSeverity(actor=ALICE, severity=Severity.SEV3)
OPEN = c.Reopen(actor=ALICE)


async def messages(service: Service) -> list[str]:
    return [key for key in await service.store.queue.pending(REF) if "/say/" in key]


async def test_all_are_recorded_in_order_and_told_in_one_message(service: Service) -> None:
    outcome = await service.handle_all((SEV1, log("Failed over")), ref=REF, aloud=True)
    assert outcome.reply is not None and outcome.incident is not None
    first, *_, last = plain(outcome.reply.sentence).splitlines()
    assert first.startswith("INC-1 is now Sev1") and last.endswith(": Failed over")
    bodies = [entry.body for entry in await service.store.journal(REF)]
    assert [type(body) for body in bodies] == [e.Opened, e.SeverityChanged, e.Logged]
    assert outcome.incident.last_seq == 3
    assert await messages(service) == [f"{REF}/say/3/reply"]
    assert await service.store.verify(REF) is None


async def test_what_is_refused_keeps_back_the_rest_and_each_says_why(service: Service) -> None:
    before = await service.store.incident(REF)
    with pytest.raises(Refusals) as refused:
        await service.handle_all((log("One"), SEV3, log("Two"), OPEN), ref=REF, aloud=True)
    why = {place: str(refusal) for place, refusal in refused.value.by_place.items()}
    assert sorted(why) == [1, 3]
    assert why[1] == "INC-1 is Sev3 already." == str(refused.value)
    assert await service.store.incident(REF) == before
    assert len(await service.store.journal(REF)) == 1
    assert await messages(service) == []


async def test_a_delivery_that_was_refused_can_be_sent_again(service: Service) -> None:
    delivery = Delivery(source="slack", id="t1", also=("V1",))
    with pytest.raises(Refusals):
        await service.handle_all((log("One"), SEV3), ref=REF, delivery=delivery)
    again = Delivery(source="slack", id="t2", also=("V1",))
    first = await service.handle_all((log("One"), SEV1), ref=REF, delivery=again)
    assert not first.repeated
    for known in (again, Delivery(source="slack", id="t3", also=("V1",))):
        second = await service.handle_all((log("One"), SEV1), ref=REF, delivery=known)
        assert second.repeated and second.reply == first.reply
    assert len(await service.store.journal(REF)) == 3


async def test_what_the_first_opens_is_what_the_others_are_about(service: Service) -> None:
    declared = c.Declare(actor=ALICE, title="Search is slow")
    outcome = await service.handle_all((declared, log("Only in the EU")), aloud=True)
    assert outcome.incident is not None and outcome.incident.ref == "INC-2"
    assert [x.body.kind for x in await service.store.journal("INC-2")] == ["opened", "logged"]
    told = [key for key in await service.store.queue.pending("INC-2") if "/say/" in key]
    assert told == ["INC-2/say/2/reply"]


async def test_later_ones_see_what_earlier_ones_did(service: Service) -> None:
    resolved = c.Resolve(actor=ALICE, text="Rolled back")
    outcome = await service.handle_all((resolved, OPEN), ref=REF)
    assert outcome.incident is not None and outcome.incident.status is Status.OPEN


async def test_one_alone_is_refused_as_always(service: Service) -> None:
    with pytest.raises(Refusal) as refused:
        await service.handle(SEV3, ref=REF)
    assert not isinstance(refused.value, Refusals)


async def test_what_follows_a_declaration_is_about_the_new_incident(service: Service) -> None:
    declared = c.Declare(actor=ALICE, title="Search is down")
    outcome = await service.handle_all((declared, log("Since noon")), ref=REF)
    assert outcome.incident is not None and outcome.incident.ref == "INC-2"
    assert len(await service.store.journal("INC-2")) == 2
    assert len(await service.store.journal(REF)) == 1


async def test_where_declaring_is_refused_nothing_else_is_said(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite:///{tmp_path / 'bot.db'}")
    service = Service(store, Policy(permissions={"declare": ("U9",)}))
    with pytest.raises(Refusals) as refused:
        await service.handle_all((c.Declare(actor=ALICE, title="Leak"), log("Since noon")))
    await store.close()
    assert list(refused.value.by_place) == [0]
