"""Who is who: what is known must do when PagerDuty or Slack is away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from incident_bot.effects import Later
from incident_bot.people import FRESH, People
from incident_bot.store import KnownPerson, Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path / 'people.db'}")
    yield store
    await store.close()


async def away(_: str) -> KnownPerson | None:
    raise Later("nobody answers")


def people(store: Store) -> People:
    return People(store, slack_user=away, slack_user_by_email=away, pagerduty_user=away)


def bob(**known: str) -> KnownPerson:
    old = datetime.now(UTC) - 2 * FRESH
    return KnownPerson(name="Bob", pagerduty_id="P1", fetched_at=old, **known)


async def test_an_account_known_once_lets_somebody_be_invited_when_pagerduty_is_away(
    store: Store,
) -> None:
    await store.save_person(bob(slack_id="U1"))
    assert (await people(store).by_pagerduty("P1")).slack_id == "U1"


async def test_who_is_asked_about_twice_at_once_is_looked_up_once(store: Store) -> None:
    asked = []

    async def slowly(pagerduty_id: str) -> KnownPerson:
        asked.append(pagerduty_id)
        await asyncio.sleep(0.01)
        return bob()

    known = People(store, slack_user=away, slack_user_by_email=away, pagerduty_user=slowly)
    await asyncio.gather(known.by_pagerduty("P1"), known.by_pagerduty("P1"))
    assert asked == ["P1"]


async def test_without_a_known_account_it_is_asked_again(store: Store) -> None:
    await store.save_person(bob())
    with pytest.raises(Later):
        await people(store).by_pagerduty("P1")


async def test_whoever_types_is_known_by_their_handle_when_slack_is_away(store: Store) -> None:
    known = await people(store).by_slack("U9", "alice")
    assert (known.name, known.slack_id) == ("alice", "U9")
    assert datetime.now(UTC) - known.fetched_at < timedelta(minutes=1)
