"""How long a document of a long incident takes, from the database to the text."""

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.figure import Figure
from bench.setting import Setting
from incident_bot.cli import COLLECT
from incident_bot.domain.commands import Declare, LogEntry
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import Policy
from incident_bot.postmortem import write_postmortem, write_timeline
from incident_bot.service import Service
from incident_bot.store import Store

SIZES = (2_500, 5_000, 10_000)
BAR, LINEAR = 1.0, 1.25
Write = Callable[[Incident, Sequence[Entry], Policy], str]
ALICE = by(Person(name="Alice Smith", handle="alice", slack_id="U1"))


async def _longer(service: Service, ref: str, entries: int) -> None:
    """The incident gets lines until it has so many entries; a hundred in each transaction."""
    state = await service.store.incident(ref)
    assert state is not None
    for number in range(state.last_seq, entries):
        line = LogEntry(
            actor=ALICE, headline=f"{number}: the pool of the API is at {number % 100} %"
        )
        await service.handle(line, ref=ref)


async def _took(store: Store, ref: str, policy: Policy, write: Write) -> float:
    """Seconds from the database to the text, the best of five."""
    return min([await _once(store, ref, policy, write) for _ in range(5)])


async def _once(store: Store, ref: str, policy: Policy, write: Write) -> float:
    began = time.perf_counter()
    incident, journal = await store.incident(ref), await store.journal(ref)
    assert incident is not None
    assert len(write(incident, journal, policy)) > len(journal)
    return time.perf_counter() - began


async def measure(setting: Setting) -> list[Figure]:
    """The draft and the timeline, as `/incident export` and `incident-bot export` make them."""
    gc.set_threshold(*COLLECT)
    with tempfile.TemporaryDirectory() as folder:
        url = setting.database() or f"sqlite:///{Path(folder) / 'bot.db'}"
        store, policy = await Store.open(url), Policy()
        service = Service(store, policy)
        outcome = await service.handle(Declare(actor=ALICE, title="A long night"))
        assert outcome.incident is not None
        ref, drafts, timelines = outcome.incident.ref, list[float](), list[float]()
        for size in SIZES:
            await _longer(service, ref, size)
            drafts.append(await _took(store, ref, policy, write_postmortem))
            timelines.append(await _took(store, ref, policy, write_timeline))
        await store.close()
        await asyncio.sleep(0)
    times = SIZES[-1] / SIZES[0]
    figures = []
    for name, took in (("postmortem", drafts), ("timeline", timelines)):
        growth = took[-1] / took[0] / times
        figures.append(
            Figure(
                f"{name} of {SIZES[-1]:,} entries",
                f"{took[-1]:.2f} s; {took[0]:.2f} s for {SIZES[0]:,}: {growth:.2f} × as long each",
                "",
                "1 s, linear",
                took[-1] <= BAR and growth <= LINEAR,
                {f"{size} entries s": seconds for size, seconds in zip(SIZES, took, strict=True)},
            )
        )
    return figures
