"""Edits of one message that wait: one does for all, and none that was asked for is lost."""

import asyncio

from incident_bot.domain.decision import JobKind, NewJob
from incident_bot.store import Store
from tests.store.stories import claim, enqueue, finish


def edit(seq: int, kind: JobKind = JobKind.UPDATE_SUMMARY, **args: object) -> NewJob:
    """An edit of INC-1's summary that shows it up to entry `seq`."""
    lane = f"INC-1/{kind}"
    return NewJob(kind, f"{lane}/{seq}", args={"seq": seq, **args}, lane=lane)


async def test_an_edit_that_waits_does_for_those_after_it(store: Store) -> None:
    for seq in range(3, 203):
        await enqueue(store, edit(seq))
    assert await store.queue.pending() == ["INC-1/update_summary/3"]
    assert (await claim(store)).args == {"seq": 202}


async def test_an_edit_that_has_begun_does_for_no_other(store: Store) -> None:
    """It may have read the incident already."""
    await enqueue(store, edit(3))
    begun = await claim(store)
    for seq in (4, 5, 6):
        await enqueue(store, edit(seq))
    assert len(await store.queue.pending()) == 2
    assert await store.queue.claim("w1") is None, "the lane keeps them in order"
    await finish(store, begun)
    assert (await claim(store)).args == {"seq": 6}


async def test_an_edit_in_back_off_does_for_those_after_it(store: Store) -> None:
    await enqueue(store, edit(3))
    await store.queue.retry(await claim(store), 0.0, "Slack was away")
    await enqueue(store, edit(4))
    again = await claim(store)
    assert again.args == {"seq": 4}
    assert again.attempt == 2 and again.started_before


async def test_a_person_is_not_made_to_wait_like_a_storm(store: Store) -> None:
    for one in (edit(3, calm=True), edit(4, calm=True), edit(5), edit(6, calm=True)):
        await enqueue(store, one)
    assert (await claim(store)).args == {"seq": 6}


async def test_only_storms_wait_calmly(store: Store) -> None:
    await enqueue(store, edit(3, calm=True))
    await enqueue(store, edit(4, calm=True))
    assert (await claim(store)).args == {"seq": 4, "calm": True}


async def test_every_message_and_every_other_kind_is_for_itself(store: Store) -> None:
    others = [edit(3, kind) for kind in (JobKind.UPDATE_ALERTS, JobKind.UPDATE_ANNOUNCEMENT)]
    said = [NewJob(JobKind.SAY, f"INC-1/say/{n}", lane="INC-1/say") for n in (3, 4)]
    await enqueue(store, edit(3), *others, *said)
    await enqueue(store, *(edit(9, other.kind) for other in others))
    assert len(await store.queue.pending()) == 5


async def test_what_is_being_merged_cannot_be_claimed_with_what_it_was(store: Store) -> None:
    await enqueue(store, edit(3))
    async with store.unit() as unit:
        await unit.enqueue([edit(4)])
        claiming = asyncio.create_task(store.queue.claim("w2"))
        await asyncio.wait([claiming], timeout=0.5)
    claimed = await claiming or await store.queue.claim("w2")
    assert claimed is not None and claimed.args == {"seq": 4}
