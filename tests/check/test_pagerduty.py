"""PagerDuty's checks against the stand-in, over real HTTP: all good, and each thing gone wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from incident_bot.check import Status, check
from incident_bot.check.pagerduty import EVENTS, refused_token, webhook_findings
from incident_bot.domain.commands import AlertHappens
from incident_bot.pagerduty import PagerDutyRefused
from incident_bot.pagerduty.translate import translate
from incident_bot.standin import PagerDutyStandIn
from tests.check.conftest import FROM, found, only, says

OK, WARN, FAIL, SKIP = Status.OK, Status.WARN, Status.FAIL, Status.SKIP
Env = dict[str, str]


async def test_a_good_account_is_good_and_nothing_is_written(
    pagerduty: PagerDutyStandIn, env: Env
) -> None:
    report = await check(env)
    mine = [f for f in report.findings if f.name.startswith("pagerduty.")]
    assert {f.status for f in mine} == {OK}
    assert pagerduty.calls and all(c.method.startswith("GET ") for c in pagerduty.calls)


async def test_a_key_of_the_account_is_told_to_prove_only_reading(env: Env) -> None:
    await says(env, "pagerduty.token", OK, "a key of the account", "the first write proves")


@pytest.mark.parametrize(
    ("role", "status", "words"),
    [("user", OK, "Ann"), ("observer", WARN, "may only read"), ("read_only_user", WARN, "Ann")],
)
async def test_a_users_own_key_tells_whose_it_is(
    pagerduty: PagerDutyStandIn, env: Env, role: str, status: Status, words: str
) -> None:
    pagerduty.account.users["me"] = {"id": "PME", "name": "Ann", "email": "ann@x", "role": role}
    await says(env, "pagerduty.token", status, words)


@pytest.mark.parametrize("body", [{}, {"ok": True}, {"user": None}])
async def test_any_other_200_is_no_pagerduty(env: Env, body: dict[str, Any]) -> None:
    """As a proxy's page or another program on that port may answer."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        env["PAGERDUTY_API_URL"] = str(server.make_url("")).rstrip("/")
        await says(env, "pagerduty.token", FAIL, "not as PagerDuty's REST API does")


async def test_a_wrong_token_says_where_to_click(env: Env) -> None:
    env["PAGERDUTY_API_TOKEN"] = "another-marked-token"
    await says(env, "pagerduty.token", FAIL, "does not know this token", "API Access Keys")
    for name in ("from", "webhook", "policies", "services", "people"):
        await says(env, f"pagerduty.{name}", SKIP, "the token is refused")
    assert (await only(env, "pagerduty.clock")).status is OK


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("api.pagerduty.com", "https://api.eu.pagerduty.com"),
        ("api.eu.pagerduty.com", "https://api.pagerduty.com"),
    ],
)
def test_a_token_that_is_not_known_may_be_of_the_other_region(host: str, other: str) -> None:
    finding = refused_token(PagerDutyRefused("Unauthorized", 401), host)
    assert finding.status is FAIL and f"PAGERDUTY_API_URL={other}" in finding.fix


def test_what_stands_in_the_address_of_a_webhook_is_not_shown() -> None:
    url = "https://hook:s3cret-pass@bot.example.com/pagerduty/webhook?key=s3cret-key"
    good = {"id": "P1", "active": True, "events": EVENTS, "delivery_method": {"url": url}}
    for one in (good, {**good, "active": False}, {**good, "events": ()}):
        [line] = webhook_findings([one], 1)
        assert "https://bot.example.com/pagerduty/webhook" in line.found
        assert "s3cret" not in line.sentence


async def test_a_token_that_may_nothing_is_refused(pagerduty: PagerDutyStandIn, env: Env) -> None:
    pagerduty.faults.add("*", status=403, times=None)
    await says(env, "pagerduty.token", FAIL, "403")


async def test_a_token_that_may_list_users_is_enough(pagerduty: PagerDutyStandIn, env: Env) -> None:
    """One of few permissions may be refused the list of abilities."""
    pagerduty.faults.add("GET /abilities", status=403, times=None)
    await says(env, "pagerduty.token", OK)


async def test_another_address_is_said_so(pagerduty: PagerDutyStandIn, env: Env) -> None:
    env["PAGERDUTY_API_URL"] = f"{pagerduty.url}/v2"
    await says(env, "pagerduty.token", FAIL, "404", "PAGERDUTY_API_URL")


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "before"}])
async def test_a_broken_pagerduty_is_told_once(
    pagerduty: PagerDutyStandIn, env: Env, fault: dict[str, Any]
) -> None:
    pagerduty.faults.add("*", times=None, **fault)
    report = await check(env)
    mine = [f for f in report.findings if f.name.startswith("pagerduty.")]
    assert [f.name for f in mine if f.status is FAIL] == ["pagerduty.token"]


async def test_a_busy_pagerduty_is_only_a_warning(pagerduty: PagerDutyStandIn, env: Env) -> None:
    pagerduty.faults.add("*", status=429, retry_after=20, times=None)
    await says(env, "pagerduty.token", WARN, "wait a minute")


async def test_without_a_token_it_says_what_does_not_work(env: Env) -> None:
    del env["PAGERDUTY_API_TOKEN"]
    await says(env, "pagerduty.token", WARN, "nobody is looked up on call", "PAGERDUTY_API_TOKEN")
    await says(env, "pagerduty.webhook", SKIP)
    assert (await check(env)).good


async def test_a_sender_that_pagerduty_does_not_know(env: Env) -> None:
    env["PAGERDUTY_FROM_EMAIL"] = "nobody@example.com"
    await says(env, "pagerduty.from", FAIL, "no user nobody@example.com", "PAGERDUTY_FROM_EMAIL")


async def test_the_sender_is_compared_whole_and_in_any_case(
    pagerduty: PagerDutyStandIn, env: Env
) -> None:
    env["PAGERDUTY_FROM_EMAIL"] = FROM.upper()
    await says(env, "pagerduty.from", OK)
    pagerduty.add_user("Other", "xbot@example.com.au")
    env["PAGERDUTY_FROM_EMAIL"] = "ot@example.com"
    assert (await only(env, "pagerduty.from")).status is FAIL


async def test_the_sender_is_found_behind_the_first_page(
    pagerduty: PagerDutyStandIn, env: Env
) -> None:
    for number in range(150):
        pagerduty.add_user(f"U{number}", f"{number}-ops@example.com")
    pagerduty.add_user("The last", "ops@example.com")
    env["PAGERDUTY_FROM_EMAIL"] = "ops@example.com"
    await says(env, "pagerduty.from", OK, "The last")


# Webhooks


@pytest.mark.parametrize(
    ("secrets", "status", "words"),
    [
        ("", WARN, "every webhook of PagerDuty is refused"),
        ("short", WARN, "5 characters"),
        ("xoxb-1-of-slack-itself", FAIL, "a token of Slack's"),
        ("marked-pagerduty-tok", FAIL, "PAGERDUTY_API_TOKEN"),
        ("https://bot.example.com", FAIL, "an address"),
        ("'quotedButLongEnoughToBeOne',anotherSecret", FAIL, "number 1 has quotes"),
        ("firstSecretOfTwo,secondSecretOfTwo", OK, "2 secrets"),
        ("sameSecretOfBoth,sameSecretOfBoth", WARN, "twice"),
    ],
)
async def test_the_form_of_the_webhook_secrets(
    env: Env, secrets: str, status: Status, words: str
) -> None:
    env["PAGERDUTY_WEBHOOK_SECRETS"] = secrets
    one = await only(env, "pagerduty.webhook_secrets")
    assert one.status is status
    assert words in one.sentence
    assert not any(secret in one.found for secret in secrets.split(",") if len(secret) > 5)


async def test_the_webhook_that_reaches_the_bot_is_shown(env: Env) -> None:
    address = "https://bot.example.com/pagerduty/webhook"
    await says(env, "pagerduty.webhook", OK, address, "all alerts")


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"delivery_method": {"url": "https://other.example.com/hook"}}, WARN, "Make one"),
        ({"delivery_method": {"temporarily_disabled": True}}, FAIL, "PSTANDIN/enable"),
        ({"active": False}, WARN, "switched off"),
        ({"events": ["incident.triggered"]}, WARN, "incident.resolved"),
        ({"filter": {"type": "service_reference"}}, OK, "one service's alerts"),
    ],
)
async def test_what_can_be_wrong_with_the_webhook(
    pagerduty: PagerDutyStandIn, env: Env, change: dict[str, Any], status: Status, words: str
) -> None:
    subscription = pagerduty.account.subscription
    for name, value in change.items():
        if isinstance(value, dict):
            subscription[name] |= value
        else:
            subscription[name] = value
    await says(env, "pagerduty.webhook", status, words)


async def test_a_token_that_may_not_list_webhooks_proves_nothing(
    pagerduty: PagerDutyStandIn, env: Env
) -> None:
    pagerduty.faults.add("GET /webhook_subscriptions", status=403, times=None)
    await says(env, "pagerduty.webhook", SKIP, "403")


def test_more_webhooks_than_secrets_are_told() -> None:
    one = {
        "id": "P1",
        "delivery_method": {"url": "https://bot.example.com/pagerduty/webhook/"},
        "events": list(EVENTS),
    }
    assert [f.status for f in webhook_findings([one, one], 2)] == [OK]
    [line] = webhook_findings([one, one], 1)
    assert line.status is WARN and "2 subscriptions" in line.found


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_that_is_asked_for_is_used(kind: str) -> None:
    data = {"id": "P1", "type": "incident", "status": "triggered", "title": "x"}
    if kind == "incident.annotated":
        data = {"type": "incident_note", "content": "x", "incident": {"id": "P1"}}  # type: ignore[dict-item]
    command = translate({"event": {"id": "1", "event_type": kind, "data": data}}).command
    assert command is not None and not isinstance(command, AlertHappens)


# What the configuration names


async def test_names_that_are_there(
    pagerduty: PagerDutyStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    policy = pagerduty.add_escalation_policy("Payments")
    service = pagerduty.add_service("Payment API", policy)
    pagerduty.add_user("Bob", "bob@example.com")
    configure(
        f"""
        [roles.ops]
        escalation_policy = "{policy["id"]}"
        people = ["bob@example.com", "carol@example.com"]
        [[routes]]
        name = "one"
        service = "Payment API"
        [[slos]]
        service = "{service["id"]}"
        objective = 99.9
        """
    )
    await says(env, "pagerduty.policies", OK, "Payments")
    await says(env, "pagerduty.services", OK, "Payment API")
    await says(env, "pagerduty.people", OK, "1 of 2", "carol@example.com")


async def test_names_that_are_not_there(
    pagerduty: PagerDutyStandIn, env: Env, configure: Callable[[str], None]
) -> None:
    pagerduty.add_service("Payment API (staging)", pagerduty.add_escalation_policy("Payments"))
    configure(
        """
        [roles.ops]
        escalation_policy = "PNOWHERE"
        [[routes]]
        name = "one"
        service = "Payment API"
        [[slos]]
        service = "PGONE01"
        objective = 99.9
        """
    )
    await says(env, "pagerduty.policies", WARN, "PNOWHERE (roles.ops)")
    lines = await found(env, "pagerduty.services")
    assert [line.status for line in lines] == [WARN, WARN]
    assert "Payment API (the route “one”)" in lines[0].found
    assert "PGONE01 (slos)" in lines[1].found
