"""People are merged by what they share."""

from datetime import UTC, datetime

from incident_bot.store import KnownPerson, Store

NOW = datetime(2025, 10, 27, tzinfo=UTC)


def known(name: str = "Alice Smith", **more: str) -> KnownPerson:
    """Somebody, as fetched now."""
    return KnownPerson(name=name, fetched_at=NOW, **more)


async def test_somebody_is_found_by_any_id(store: Store) -> None:
    saved = await store.save_person(
        known(handle="alice", slack_id="U1", pagerduty_id="PA", email="Alice@Example.com")
    )
    assert saved.email == "alice@example.com"
    assert await store.person(slack_id="U1") == saved
    assert await store.person(pagerduty_id="PA") == saved
    assert await store.person(email="ALICE@example.com") == saved
    assert await store.person(slack_id="U2") is None
    assert await store.person() is None
    assert saved.person.handle == "alice"


async def test_both_sides_are_joined_by_the_address(store: Store) -> None:
    await store.save_person(
        known(handle="alice", slack_id="U1", email="a@x", tz="Europe/Rome", title="SRE")
    )
    joined = await store.save_person(known(pagerduty_id="PA", email="A@x"))
    assert joined == known(
        handle="alice", slack_id="U1", pagerduty_id="PA", email="a@x", tz="Europe/Rome", title="SRE"
    )
    assert await store.person(slack_id="U1") == await store.person(pagerduty_id="PA") == joined


async def test_two_known_halves_become_one(store: Store) -> None:
    await store.save_person(known(slack_id="U1", email="a@x", handle="alice"))
    await store.save_person(known("Al", pagerduty_id="PA"))
    joined = await store.save_person(known(pagerduty_id="PA", email="a@x"))
    assert (joined.slack_id, joined.pagerduty_id, joined.handle) == ("U1", "PA", "alice")
    assert await store.person(slack_id="U1") == joined


async def test_the_newest_word_counts(store: Store) -> None:
    await store.save_person(known(slack_id="U1", tz="Europe/Rome", email="old@x"))
    await store.save_person(known("Alice Jones", slack_id="U1", tz="UTC", email="new@x"))
    found = await store.person(slack_id="U1")
    assert found is not None
    assert (found.name, found.tz, found.email) == ("Alice Jones", "UTC", "new@x")
    assert await store.person(email="old@x") is None


async def test_an_address_that_moved_takes_nobody_along(store: Store) -> None:
    await store.save_person(known("Al", slack_id="U1", email="oncall@x"))
    await store.save_person(known("Bo", slack_id="U2", email="oncall@x"))
    first, second = await store.person(slack_id="U1"), await store.person(email="oncall@x")
    assert first is not None
    assert second is not None
    assert (first.name, first.email) == ("Al", None)
    assert (second.name, second.slack_id) == ("Bo", "U2")


async def test_a_room_name_is_taken_for_ever(store: Store) -> None:
    assert await store.reserve_room_name("incident-1", "INC-1")
    assert await store.reserve_room_name("incident-1", "INC-1")
    assert not await store.reserve_room_name("incident-1", "INC-2")
    assert await store.reserve_room_name("incident-1-2", "INC-2")
    assert await store.room_names("INC-2") == ["incident-1-2"]
