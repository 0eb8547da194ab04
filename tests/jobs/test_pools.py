"""Pools and budgets: what may be taken now."""

from collections import Counter
from math import inf

from incident_bot.domain.decision import JobKind
from incident_bot.jobs.pools import POOLS, Pool, Pools


class Room:
    """Budgets as a test sets them; kinds of one name draw on one budget."""

    def __init__(self, names: dict[JobKind, str], free: dict[str, int]) -> None:
        self.names = names
        self.left = free

    def of(self, kind: JobKind) -> str | None:
        return self.names.get(kind)

    def free(self, kind: JobKind) -> int | None:
        name = self.names.get(kind)
        return None if name is None else self.left[name]

    def opens_in(self, kind: JobKind) -> float:
        return 7.0


def test_every_kind_is_in_one_pool() -> None:
    counted = Counter(kind for pool in POOLS for kind in pool.kinds)
    assert counted == dict.fromkeys(JobKind, 1)


def test_who_waits_for_pagerduty_shares_no_pool_with_who_waits_for_slack() -> None:
    for pool in POOLS:
        writes = {kind for kind in pool.kinds if kind.value.startswith("pagerduty_")}
        assert not writes or writes == pool.kinds


def test_a_full_pool_closes_its_kinds_only() -> None:
    pools = Pools(
        (Pool(1, frozenset({JobKind.SAY, JobKind.INVITE})), Pool(1, frozenset({JobKind.ANNOUNCE})))
    )
    pools.take(JobKind.SAY)
    assert pools.open() == [JobKind.ANNOUNCE]
    pools.leave(JobKind.SAY)
    assert set(pools.open()) == {JobKind.SAY, JobKind.INVITE, JobKind.ANNOUNCE}
    assert pools.opens_in() == inf


def test_no_more_are_taken_than_the_other_side_has_room_for() -> None:
    kinds = {JobKind.SAY: "post", JobKind.POST_SUMMARY: "post", JobKind.SET_TOPIC: "topic"}
    room = Room(kinds, {"post": 2, "topic": 5})
    pools = Pools((Pool(8, frozenset(kinds)),), room)
    pools.take(JobKind.SAY)
    assert set(pools.open()) == set(kinds)
    pools.take(JobKind.POST_SUMMARY)  # both may still have to make their call
    assert pools.open() == [JobKind.SET_TOPIC]
    assert pools.opens_in() == inf  # as soon as one of them ends
    room.left["post"] = 0
    assert pools.opens_in() == 7.0
    pools.leave(JobKind.SAY)
    assert pools.open() == [JobKind.SET_TOPIC]
    room.left["post"] = 2
    assert set(pools.open()) == set(kinds)


def test_one_room_at_a_time_is_looked_through_and_messages_are_looked_at_beside_it() -> None:
    pools = Pools()
    pools.take(JobKind.CATCH_UP)
    assert JobKind.CATCH_UP not in pools.open()
    assert JobKind.LOOK_AT_MESSAGE in pools.open()
