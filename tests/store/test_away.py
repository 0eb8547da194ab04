"""PostgreSQL goes away and comes back: what was told is true, and nothing has to be restarted."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.decision import plain
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.service import Service, Unsure
from incident_bot.store import (
    Delivery,
    Store,
    StoreConflict,
    StoreError,
    StoreUnavailable,
    StoreUnsure,
    postgresql,
)
from incident_bot.store.connection import persistently
from tests.databases import sql
from tests.postgres import Server
from tests.store.stories import change, decision, enqueue, job, opened
from tests.store.wire import Wire, wire_to

pytestmark = pytest.mark.postgres

ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


@pytest.fixture
async def wire(postgresql_url: str) -> AsyncIterator[Wire]:
    """A wire to an empty database."""
    async with wire_to(postgresql_url) as wire:
        yield wire


@pytest.fixture
async def store(wire: Wire) -> AsyncIterator[Store]:
    """A store at the other end of the wire."""
    store = await Store.open(wire.url)
    yield store
    await store.close()


async def test_after_a_restart_of_the_server_everything_goes_on(
    store: Store, postgresql: Server, postgresql_url: str
) -> None:
    """Pooled connections that died in between are noticed before they are used."""
    ref = await opened(store)
    await enqueue(store, job("a"))
    for _ in range(3):
        await asyncio.gather(*(store.ping() for _ in range(5)))
        assert postgresql.cut(postgresql_url) > 0
        await store.ping()
        await change(store, ref, decision(e.Logged(headline="goes on")))
        postgresql.cut(postgresql_url)
        assert (await store.counts()).jobs["waiting"] == 1
    assert await store.queue.claim("w1") is not None
    assert await store.verify(ref) is None


async def test_cut_within_a_transaction_nothing_is_recorded(store: Store, wire: Wire) -> None:
    ref = await opened(store)
    with pytest.raises(StoreUnavailable):
        async with store.unit() as unit:
            before = await unit.incident(ref)
            assert before is not None
            wire.cut()
            await unit.journal(ref)
    with pytest.raises(StoreUnavailable):
        async with store.unit() as unit:
            assert await unit.incident(ref) is not None
            await unit.enqueue([job("never")])
            wire.cut()
    assert await store.queue.pending() == []
    await change(store, ref, decision(e.Logged(headline="works again")))
    assert len(await store.journal(ref)) == 2


async def test_while_the_server_is_down_each_use_says_so(store: Store, wire: Wire) -> None:
    ref = await opened(store)
    await wire.refuse()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="did not answer"):
            await store.ping()
        with pytest.raises(StoreUnavailable):
            await store.queue.claim("w1")
        with pytest.raises(StoreUnavailable):
            await change(store, ref, decision(e.Logged(headline="x")))
    with pytest.raises(StoreUnavailable):
        await Store.open(wire.url)
    await wire.listen()
    await change(store, ref, decision(e.Logged(headline="x")))
    assert await store.verify(ref) is None


async def test_a_commit_whose_answer_was_lost_is_not_called_unrecorded(
    store: Store, wire: Wire
) -> None:
    wire.cut_commit = True
    with pytest.raises(StoreUnsure, match="not known"):
        await opened(store)
    assert await store.refs() == ["INC-1"]


async def test_a_commit_that_is_not_answered_in_time_is_not_called_unrecorded(
    wire: Wire, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that hangs: asyncpg gives up waiting, which is no word of the database's own."""
    monkeypatch.setitem(postgresql.WRITING, "statement_timeout", "1s")
    monkeypatch.setattr(postgresql, "_NETWORK_SECONDS", 0.0)
    store = await Store.open(wire.url)
    wire.silent_from_commit = True
    with pytest.raises(StoreUnsure, match="not known"):
        await opened(store)
    assert wire.silent
    await store.close()
    assert sql(postgresql_url, "SELECT ref FROM incident")[0][0] == "INC-1"


async def test_a_deadline_that_falls_into_a_commit_that_hangs_is_unsure_and_soon(
    wire: Wire, postgresql_url: str
) -> None:
    """Whoever typed waits for three seconds; there is no time to look whether it was recorded."""
    store = await Store.open(wire.url)
    service = Service(store, Policy())
    wire.silent_from_commit = True
    with pytest.raises(Unsure, match="not known"):
        async with asyncio.timeout(0.5):
            await service.handle(
                c.Declare(actor=ALICE, title="Checkout is down"), delivery=Delivery("slack", "t-1")
            )
    assert wire.silent, "the deadline fell into the commit"
    wire.cut()
    await store.close()
    assert sql(postgresql_url, "SELECT ref FROM incident")[0][0] == "INC-1"


@pytest.mark.parametrize("then", [StoreUnavailable("it is down"), StoreConflict("it is down")])
async def test_what_was_unsure_once_is_never_called_unrecorded(then: StoreUnavailable) -> None:
    """The server broke down in the commit, so one cannot look whether it was recorded."""
    errors: list[StoreUnavailable] = [StoreUnsure("not known")]

    async def work() -> None:
        raise errors.pop() if errors else then

    with pytest.raises(StoreUnsure, match="not known"):
        await persistently(work, recognised=True)


async def test_a_server_that_hangs_does_not_hold_up_the_end(wire: Wire) -> None:
    """Whoever stops the bot kills it after a while; what is in hand would be lost to nobody."""
    store = await Store.open(wire.url)
    await store.ping()
    wire.silent = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await store.ping()
    async with asyncio.timeout(20):
        await store.close()


async def test_a_delivery_whose_commit_was_not_answered_gets_its_answer(
    store: Store, wire: Wire
) -> None:
    """It is looked for, and found; what was recorded is not recorded again."""
    service = Service(store, Policy())
    ref = await opened(store)
    wire.cut_commit = True
    outcome = await service.handle(
        c.LogEntry(actor=ALICE, headline="pool exhausted"),
        ref=ref,
        delivery=Delivery("slack", "t-1"),
    )
    assert not wire.cut_commit, "the wire was cut"
    assert outcome.reply is not None
    assert "pool exhausted" in plain(outcome.reply.sentence)
    assert len(await store.journal(ref)) == 2


async def test_a_command_without_a_delivery_is_not_done_again_by_itself(
    store: Store, wire: Wire
) -> None:
    service = Service(store, Policy())
    wire.cut_commit = True
    with pytest.raises(Unsure, match="not known"):
        await service.handle(c.Declare(actor=ALICE, title="Checkout is down"))
    assert await store.refs() == ["INC-1"]


async def test_a_cut_before_the_commit_is_tried_again_unseen(
    store: Store, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(store, Policy())
    ref = await opened(store)
    cuts = iter([True])
    really = service.now

    def now() -> object:
        if next(cuts, False):
            wire.cut()
        return really()

    monkeypatch.setattr(service, "now", now)
    await service.handle(c.LogEntry(actor=ALICE, headline="x"), ref=ref)
    assert len(await store.journal(ref)) == 2


@pytest.mark.parametrize(
    ("change_url", "words"),
    [
        ({"password": "wrong-hunter2"}, "refuses the login.*Check user and password"),
        ({"username": "nobody_here"}, "refuses the login"),
        ({"database": "nothing_here"}, '"nothing_here" does not exist. Create it'),
    ],
)
async def test_what_only_the_operator_can_mend_is_told(
    postgresql: Server, postgresql_url: str, change_url: dict[str, str], words: str
) -> None:
    from sqlalchemy.engine import make_url

    url = make_url(postgresql_url).set(**change_url)  # type: ignore[arg-type]  # fields by name
    for attempt in (Store.open, Store.open_readonly):
        with pytest.raises(StoreError, match=words) as told:
            await attempt(url.render_as_string(hide_password=False))
        assert "hunter2" not in str(told.value)


async def test_a_user_who_may_make_no_tables_is_told_the_grant(
    postgresql: Server, postgresql_url: str
) -> None:
    """From PostgreSQL 15 on this is how a fresh user begins."""
    name = "guest_" + postgresql_url.rpartition("_")[2]
    login = f"{name}:pw@"
    sql(
        postgresql_url,
        f"CREATE ROLE {name} LOGIN PASSWORD 'pw'",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    )
    head, _, tail = postgresql_url.partition("://")
    url = f"{head}://{login}{tail.rpartition('@')[2]}"
    try:
        with pytest.raises(StoreError, match="GRANT ALL ON SCHEMA public"):
            await Store.open(url)
        sql(postgresql_url, f"GRANT ALL ON SCHEMA public TO {name}")
        await (await Store.open(url)).close()
    finally:
        postgresql.drop(postgresql_url)
        postgresql.run(f"DROP ROLE {name}")
