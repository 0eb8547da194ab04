"""What is taken first: what people wait for, then by severity, then by age."""

import time

from incident_bot.domain import entries as e
from incident_bot.domain.decision import JobKind
from incident_bot.domain.words import Severity
from incident_bot.store import Store
from tests.store.stories import change, claim, decision, enqueue, job, opened


async def severe(store: Store, ref: str, severity: Severity) -> None:
    """The incident's severity changes."""
    await change(store, ref, decision(e.SeverityChanged(severity=severity)))


async def test_by_severity_and_then_by_age(store: Store) -> None:
    first = await opened(store, jobs=(job("older"),))
    await opened(store, jobs=(job("newer"), job("people", urgent=True)))
    await enqueue(store, job("of no incident"))
    worse = await opened(store, jobs=(job("newest"),))
    await severe(store, first, Severity.SEV4)
    await severe(store, worse, Severity.SEV1)

    order = [await claim(store) for _ in range(5)]
    assert [each.key for each in order] == ["people", "newest", "newer", "of no incident", "older"]
    assert [each.severity for each in order] == [2, 1, 2, 3, 4]


async def test_only_the_kinds_that_are_asked_for(store: Store) -> None:
    await enqueue(store, job("a"))
    assert await store.queue.claim("w1", kinds=[JobKind.INVITE]) is None
    assert await store.queue.next_due([JobKind.INVITE]) is None
    assert await store.queue.next_due([JobKind.SAY]) == 0.0
    claimed = await store.queue.claim("w1", kinds=[JobKind.SAY, JobKind.INVITE])
    assert claimed is not None and claimed.key == "a"
    assert abs(time.time() - claimed.enqueued_at) < 3600


async def test_what_waits_for_one_side_is_hurried_when_it_is_back(store: Store) -> None:
    await enqueue(store, job("slack"), job("pagerduty"), job("other"))
    for side in ("slack", "pagerduty", None):
        await store.queue.retry(await claim(store), 1000, "no answer", waits_for=side)
    assert await store.queue.claim("w1") is None

    assert await store.queue.hurry("slack") == 1
    again = await claim(store)
    assert (again.key, again.waits_for) == ("slack", None)
    assert await store.queue.claim("w1") is None
    assert await store.queue.hurry("slack") == 0
