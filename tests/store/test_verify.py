"""The chain shows what somebody did to the database behind the bot's back."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.decision import Decision, NewEntry
from incident_bot.domain.words import Severity, Status
from incident_bot.store import Store
from tests.databases import sql
from tests.store.stories import ALICE, at, change, decision, opened


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (
            "UPDATE entry SET body = CAST(replace(CAST(body AS text), 'deploy', 'depl0y') AS json)"
            " WHERE seq = 2",
            "entry 2",
        ),
        ("UPDATE entry SET reason = 'because' WHERE seq = 2", "entry 2"),
        ("UPDATE entry SET occurred_at = '2025-10-27 10:00:00.000000' WHERE seq = 2", "entry 2"),
        ("UPDATE entry SET salt = NULL, redacted = true WHERE seq = 2", "no entry says so"),
        ("DELETE FROM entry WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM entry WHERE seq = 3", "not the last"),
        ("DELETE FROM entry", "not the last"),
        (
            "UPDATE incident"
            " SET state = CAST(replace(CAST(state AS text), 'Checkout', 'Kitchen') AS json)",
            "stored state",
        ),
    ],
)
async def test_tampering_is_found(store: Store, url: str, tampering: str, found: str) -> None:
    ref = await opened(store)
    await change(store, ref, decision(e.Logged(headline="deploy went out")))
    await change(store, ref, decision(e.Logged(headline="rolled back")))
    assert await store.verify(ref) is None

    if url.startswith("sqlite:"):  # where JSON is text, and casting to "json" makes a number
        tampering = tampering.replace("CAST(replace", "(replace").replace(" AS json)", ")")
    sql(url, tampering)

    assert found in (await store.verify(ref) or "")


async def test_an_unknown_incident_is_no_good_one(store: Store) -> None:
    assert await store.verify("INC-7") == "INC-7: there is no such incident"


_BODIES = (
    e.Logged(headline="deploy went out", details="v42"),
    e.RoleAssigned(role="ic", holder=ALICE),
    e.SeverityChanged(severity=Severity.SEV1, text="worse"),
    e.StatusChanged(status=Status.MITIGATED, text="rolled back"),
    e.StatusChanged(status=Status.RESOLVED),
    e.StatusChanged(status=Status.OPEN),
    e.ImpactStated(area="user", name="users", value="12 %"),
    e.Updated(text="we know"),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["say", "say", "correct", "retract", "redact"]),
            st.integers(0, 99),
            st.sampled_from(_BODIES),
        ),
        max_size=12,
    )
)
async def test_whatever_happened_the_journal_and_the_state_agree(
    store: Store,
    story: list[tuple[str, int, e.Body]],
) -> None:
    """New entries, corrections, retractions and redactions in any order."""
    ref = await opened(store)
    for n, (what, pick, body) in enumerate(story):
        journal = await store.journal(ref)
        old = journal[pick % len(journal)]
        match what:
            case "correct":
                new = NewEntry(old.body, at(n), supersedes=old.seq, reason="it was later")
            case "retract":
                gone = e.Retracted(target=old.seq, text="wrong room")
                new = NewEntry(gone, at(n), supersedes=old.seq)
            case "redact":
                new = NewEntry(e.Redacted(targets=(old.seq,)), at(n))
            case _:
                new = NewEntry(body, at(n))
        redact = (old.seq,) if what == "redact" else ()
        await change(store, ref, Decision(entries=(new,), redact=redact))
        assert await store.verify(ref) is None


async def test_a_journal_that_is_being_written_is_never_found_broken(
    store: Store, url: str
) -> None:
    """The journal, its end and the state are read as of one moment."""
    ref = await opened(store)
    reader = await Store.open_readonly(url)
    ended = asyncio.Event()

    async def write() -> None:
        for n in range(40):
            await change(store, ref, decision(e.Logged(headline=f"line {n}")))
        ended.set()

    async def read() -> list[str | None]:
        verdicts = []
        while not ended.is_set():
            verdicts.append(await reader.verify(ref))
        return verdicts

    try:
        _, verdicts = await asyncio.gather(write(), read())
    finally:
        await reader.close()
    assert verdicts and set(verdicts) == {None}
