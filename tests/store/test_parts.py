"""Who has unfinished work in which incident follows the state, in the same transaction."""

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, NewEntry
from incident_bot.domain.people import Person
from incident_bot.domain.words import IC, ActionKind, Priority, Status
from incident_bot.store import Store, engines
from incident_bot.store.refold import refold
from tests.databases import sql
from tests.store.stories import ALICE, T0, WHO, change, decision, opened

BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2")
ITEM = e.ActionAdded(action=ActionKind.PREVENTION, priority=Priority.P1, text="x", owner=BOB)


async def of(store: Store, person: Person) -> list[str]:
    return [incident.ref for incident in await store.parts(person.slack_id or "")]


async def test_roles_actions_and_drafts_come_and_go(store: Store) -> None:
    ref = await opened(store, e.RoleAssigned(role=IC, holder=ALICE))
    other = await opened(store)
    assert await of(store, ALICE) == [ref]
    state = await change(store, ref, decision(ITEM))
    await change(store, other, decision(ITEM))
    assert await of(store, BOB) == [other, ref]

    await change(store, ref, decision(e.StatusChanged(status=Status.RESOLVED)))
    assert await of(store, ALICE) == [ref]  # her role is over, the draft waits for her
    await change(store, ref, decision(e.Approved(title="IC")))
    assert await of(store, ALICE) == []

    closed = e.ActionClosed(number=state.actions[0].seq)
    state = await change(store, ref, decision(closed))
    assert await of(store, BOB) == [other]
    retracted = NewEntry(e.Retracted(target=state.last_seq), T0, supersedes=state.last_seq)
    await change(store, ref, Decision(entries=(retracted,)))
    assert await of(store, BOB) == [other, ref]


async def test_rows_that_an_older_version_left_are_in_nobodys_way(
    store: Store, database_url: str
) -> None:
    ref = await opened(store, e.RoleAssigned(role=IC, holder=ALICE))
    await change(store, ref, decision(e.RoleAssigned(role=IC, holder=None)))
    sql(database_url, f"INSERT INTO part VALUES ('{ref}', '{ALICE.slack_id}', 'role')")
    await change(store, ref, decision(e.RoleAssigned(role=IC, holder=ALICE)))
    assert await of(store, ALICE) == [ref]


async def test_nothing_is_left_of_what_was_rolled_back(store: Store) -> None:
    ref = await opened(store)
    with pytest.raises(LookupError):
        async with store.unit() as unit:
            before = await unit.incident(ref)
            assert before is not None
            await unit.apply(before, decision(ITEM), WHO, T0)
            raise LookupError
    assert await of(store, BOB) == []


async def test_what_is_missing_or_wrong_is_made_good_when_journals_are_folded_anew(
    store: Store, database_url: str
) -> None:
    ref = await opened(store, ITEM, e.RoleAssigned(role=IC, holder=ALICE))
    sql(
        database_url,
        "DELETE FROM part",
        "INSERT INTO part (ref, slack_id, kind) VALUES ('INC-1', 'U9', 'role')",
    )
    engine = engines.migrator(engines.parse(database_url))
    try:
        await engines.within(engine, refold)
    finally:
        await engines.dispose(engine)
    assert await of(store, ALICE) == await of(store, BOB) == [ref]
    assert await store.parts("U9") == []
