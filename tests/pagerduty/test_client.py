"""The REST client over real HTTP: what it sends, and what it makes of each answer."""

from typing import Any

import pytest
from pydantic import SecretStr

from incident_bot.effects import Later
from incident_bot.pagerduty.client import DEFAULT_URL, PagerDuty
from incident_bot.pagerduty.errors import PagerDutyRefused, PagerDutyUnknown
from incident_bot.standin import PagerDutyStandIn
from tests.pagerduty.conftest import BOT_EMAIL
from tests.pagerduty.seen import Seen


async def an_incident(standin: PagerDutyStandIn) -> dict[str, Any]:
    return await standin.trigger(standin.add_service("Checkout"), "Disk full", webhook=False)


async def test_resolves_in_the_name_of_who_acted(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, seen: Seen
) -> None:
    standin.add_user("Alice", "alice@example.com")
    incident = await an_incident(standin)
    await pagerduty.resolve(incident["id"], "alice@example.com", "rolled back")
    assert incident["status"] == "resolved"
    [call] = standin.calls
    assert call.headers["From"] == "alice@example.com"
    assert call.args["incident"]["resolution"] == "rolled back"
    assert seen.calls == [("PUT /incidents/{id}", "ok")]


async def test_acknowledges_in_the_configured_name(
    standin: PagerDutyStandIn, pagerduty: PagerDuty
) -> None:
    incident = await an_incident(standin)
    await pagerduty.acknowledge(incident["id"])
    assert incident["status"] == "acknowledged"
    assert standin.calls[0].headers["From"] == BOT_EMAIL


async def test_writes_and_reads_notes(standin: PagerDutyStandIn, pagerduty: PagerDuty) -> None:
    incident = await an_incident(standin)
    await pagerduty.add_note(incident["id"], "we see it")
    assert await pagerduty.notes(incident["id"]) == ("we see it",)


async def test_tells_the_status_and_none_for_an_unknown_incident(
    standin: PagerDutyStandIn, pagerduty: PagerDuty
) -> None:
    incident = await an_incident(standin)
    assert await pagerduty.status(incident["id"]) == "triggered"
    assert await pagerduty.status("PNOBODY") is None
    assert await pagerduty.status("../users/" + incident["id"]) is None


async def test_tells_who_a_user_is(standin: PagerDutyStandIn, pagerduty: PagerDuty) -> None:
    alice = standin.add_user("Alice Smith", "alice@example.com")
    alice |= {"time_zone": "Europe/Berlin", "job_title": "Engineer"}
    known = await pagerduty.user(alice["id"])
    assert known is not None
    assert (known.name, known.email, known.tz) == (
        "Alice Smith",
        "alice@example.com",
        "Europe/Berlin",
    )
    assert (known.title, known.pagerduty_id, known.slack_id) == ("Engineer", alice["id"], None)
    assert known.fetched_at.tzinfo is not None
    assert await pagerduty.user("PNOBODY") is None


@pytest.mark.parametrize("zone", [None, "", "Eastern Time (US & Canada)", "../etc/passwd", 5])
async def test_a_zone_that_is_none_is_utc(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, zone: Any
) -> None:
    alice = standin.add_user("Alice", "alice@example.com")
    alice["time_zone"] = zone
    known = await pagerduty.user(alice["id"])
    assert known is not None and known.tz == "UTC"


async def test_lists_who_is_on_call_at_the_first_level(
    standin: PagerDutyStandIn, pagerduty: PagerDuty
) -> None:
    alice = standin.add_user("Alice", "alice@example.com")
    bob = standin.add_user("Bob", "bob@example.com")
    policy = standin.add_escalation_policy("Default", on_call=[bob, alice, bob])
    nobody, unranked = standin.account.oncalls[1].copy(), standin.account.oncalls[0].copy()
    nobody |= {"escalation_level": 0, "user": {"id": None}}
    unranked |= {"escalation_level": None}
    standin.account.oncalls += [nobody, unranked]
    standin.add_escalation_policy("Other", on_call=[alice])
    standin.account.oncalls.reverse()
    on_call = await pagerduty.on_call(policy["id"])
    assert [(p.pagerduty_id, p.email) for p in on_call] == [(bob["id"], "bob@example.com")]
    assert await pagerduty.on_call("PNOBODY") == []


async def test_asks_nobody_again_whose_address_the_on_call_list_tells(
    standin: PagerDutyStandIn, pagerduty: PagerDuty
) -> None:
    alice = standin.add_user("Alice", "alice@example.com")
    policy = standin.add_escalation_policy("Default", on_call=[alice])
    standin.account.oncalls[0]["user"] = alice  # as PagerDuty shows it with include[]=users
    [known] = await pagerduty.on_call(policy["id"])
    assert (known.email, len(standin.calls)) == ("alice@example.com", 1)


async def test_a_refusal_carries_pagerdutys_words(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, seen: Seen
) -> None:
    incident = await an_incident(standin)
    await pagerduty.resolve(incident["id"])
    with pytest.raises(PagerDutyRefused, match="Incident Already Resolved") as refused:
        await pagerduty.resolve(incident["id"])
    assert refused.value.is_already_resolved and refused.value.status == 400
    assert seen.calls[-1] == ("PUT /incidents/{id}", "400")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_bad_token_says_what_to_check(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, status: int
) -> None:
    standin.faults.add(status=status)
    with pytest.raises(PagerDutyRefused, match=r"[Cc]heck PAGERDUTY_API_TOKEN"):
        await pagerduty.status("P1")


async def test_the_real_wrong_token(standin: PagerDutyStandIn) -> None:
    client = PagerDuty(SecretStr("wrong"), standin.url, BOT_EMAIL)
    try:
        with pytest.raises(PagerDutyRefused, match="PAGERDUTY_API_TOKEN") as refused:
            await client.status("P1")
        assert "wrong" not in str(refused.value)
    finally:
        await client.close()


async def test_a_rate_limit_is_handed_over_at_once_with_its_pause(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, seen: Seen
) -> None:
    incident = await an_incident(standin)
    standin.faults.add("POST /incidents/{id}/notes", status=429, retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(Later) as later:
            await pagerduty.add_note(incident["id"], "we see it")
        assert later.value.paused and later.value.seconds == 7
    await pagerduty.add_note(incident["id"], "we see it")
    assert len(standin.notes(incident)) == 1
    assert [outcome for _, outcome in seen.calls] == ["429", "429", "ok"]


@pytest.mark.parametrize(("told", "seconds"), [(None, 5.0), (0, 0.5), (86400, 60.0)])
async def test_a_pause_is_bounded(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, told: float | None, seconds: float
) -> None:
    standin.faults.add(status=429, retry_after=told)
    with pytest.raises(Later) as later:
        await pagerduty.status("P1")
    assert later.value.seconds == seconds


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_is_of_unknown_outcome_and_not_repeated(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, status: int
) -> None:
    incident = await an_incident(standin)
    standin.faults.add(status=status)
    with pytest.raises(PagerDutyUnknown, match=str(status)):
        await pagerduty.add_note(incident["id"], "we see it")
    assert len(standin.calls) == 1


async def test_a_write_whose_answer_is_lost_is_sent_once(
    standin: PagerDutyStandIn, pagerduty: PagerDuty, seen: Seen
) -> None:
    incident = await an_incident(standin)
    standin.faults.add("POST /incidents/{id}/notes", drop="after")
    with pytest.raises(PagerDutyUnknown, match="no answer"):
        await pagerduty.add_note(incident["id"], "we see it")
    assert len(standin.calls) == 1 and len(standin.notes(incident)) == 1
    assert seen.calls == [("POST /incidents/{id}/notes", "unknown")]


async def test_a_slow_answer_is_not_waited_for(standin: PagerDutyStandIn) -> None:
    client = PagerDuty(SecretStr(standin.api_token), standin.url, BOT_EMAIL, timeout=0.05)
    standin.faults.add(delay=1.0)
    try:
        with pytest.raises(Later, match="ReadTimeout"):
            await client.status("P1")
    finally:
        await client.close()


async def test_nobody_there(standin: PagerDutyStandIn, pagerduty: PagerDuty) -> None:
    await standin.stop()
    with pytest.raises(Later, match="no answer"):
        await pagerduty.status("P1")
    with pytest.raises(PagerDutyUnknown, match="no answer"):
        await pagerduty.resolve("P1")


async def test_without_a_from_address_none_is_sent(standin: PagerDutyStandIn) -> None:
    incident = await an_incident(standin)
    client = PagerDuty(SecretStr(standin.api_token), standin.url)
    try:
        with pytest.raises(PagerDutyRefused):
            await client.resolve(incident["id"])
        assert "From" not in standin.calls[0].headers
    finally:
        await client.close()


async def test_speaks_to_pagerduty_by_default_and_never_shows_the_token() -> None:
    client = PagerDuty(SecretStr("very-secret-token"))
    assert DEFAULT_URL == "https://api.pagerduty.com"
    assert "very-secret-token" not in repr(vars(client))
    await client.close()
