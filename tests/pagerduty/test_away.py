"""PagerDuty does not answer, or Slack does not while PagerDuty is to be told."""

import asyncio

import pytest

from incident_bot.domain.people import Person
from incident_bot.effects import Away
from incident_bot.pagerduty.client import PagerDuty
from incident_bot.pagerduty.effects import handlers
from incident_bot.store import KnownPerson
from tests.pagerduty.test_effects import RESOLVE, Bench, bench, the  # noqa: F401 - a fixture

ALICE = Person(name="Alice Smith", pagerduty_id="PALICE1")


class Hangs:
    """People, where Slack hangs."""

    async def by_pagerduty(self, pagerduty_id: str, name: str | None = None) -> KnownPerson:
        """Never."""
        await asyncio.Event().wait()
        raise AssertionError


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}, {"drop": "after"}])
async def test_what_it_does_not_answer_waits_for_it(
    bench: Bench,  # noqa: F811
    pagerduty: PagerDuty,
    fault: dict[str, object],
) -> None:
    """However often: the queue knows whom it waits for."""
    for method in ("PUT /incidents/{id}", "GET /incidents/{id}"):
        bench.standin.faults.add(method, **fault)  # type: ignore[arg-type]
    for again in (False, True):
        with pytest.raises(Away) as away:
            await the(RESOLVE, pagerduty)(bench.effect(RESOLVE, again=again))
        assert away.value.side == "pagerduty"


async def test_finding_out_who_acted_holds_nothing_up(
    bench: Bench,  # noqa: F811
    pagerduty: PagerDuty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then it is written in the bot's own name."""
    monkeypatch.setattr("incident_bot.pagerduty.effects.PATIENCE", 0.01)
    resolve = handlers(pagerduty, Hangs())[RESOLVE]  # type: ignore[arg-type]  # a stub
    async with asyncio.timeout(20):
        await resolve(bench.effect(RESOLVE, by=ALICE))
    assert bench.standin.incidents[bench.incident["id"]]["status"] == "resolved"
