"""POST /pagerduty/webhook, signed by whoever has the secret: 202 for everything, nothing alive."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.fuzz.conftest import Den
from tests.fuzz.hostile import PIECES, TOKEN, texts
from tests.fuzz.payloads import addresses, any_json, damaged, encoded, mutated
from tests.order.living import a_world, live
from tests.pagerduty import payloads

EXAMPLES = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LARGEST = 1024 * 1024
KINDS = [
    f"incident.{what}"
    for what in (
        "triggered", "acknowledged", "unacknowledged", "annotated", "delegated", "escalated",
        "reassigned", "reopened", "resolved", "priority_updated", "service_updated",
        "urgency_updated", "responder.added", "responder.replied", "status_update_published",
        "conference_bridge.updated", "custom_field_values.updated", "workflow.started", "<!here>",
    )
] + ["pagey.ping", "service.updated", "", "incident.", "zqevilqz\n\x1b[31m"]  # fmt: skip
_numbers = count(1)


@st.composite
def hostile_events(draw: st.DrawFn) -> dict[str, Any]:
    """A well-formed event in which everything that people could write is hostile."""
    alert_id = draw(st.sampled_from(["PA", "PB", "PC", "P<!here>", "P`|x"]))
    kind = draw(st.sampled_from(KINDS))
    user = {"id": draw(st.sampled_from(["PALICE1", "<@U1>"])), "type": "user_reference",
            "summary": draw(texts())}  # fmt: skip
    if kind == "incident.annotated":
        data: dict[str, Any] = payloads.note(draw(texts()), alert_id)
    else:
        data = payloads.incident(
            alert_id,
            title=draw(texts()),
            html_url=draw(addresses),
            service={"id": draw(st.sampled_from(["S1", "S2"])), "type": "service_reference",
                     "summary": draw(texts())},
            priority={"id": "P1", "summary": draw(texts() | st.just("P1"))},
            assignees=[user],
            teams=[{"summary": draw(texts())}],
            urgency=draw(st.sampled_from(["high", "high", "low"])),
            status=draw(st.sampled_from(["triggered", "acknowledged", "resolved"])),
            body={"details": draw(texts())},
            escalation_policy={"id": draw(texts()), "summary": draw(texts())},
        )  # fmt: skip
    event = payloads.event(kind, data, agent=user, id=f"e-{next(_numbers)}")
    event["event"]["occurred_at"] = datetime.now(UTC).isoformat()
    return event


async def _signed(den: Den, body: bytes, webhook_id: str | None = None) -> int:
    delivery = await den.world.pagerduty.deliver("x", {}, raw=body, webhook_id=webhook_id)
    await den.settled()
    return delivery.status


@EXAMPLES
@given(hostile_events())
def test_hostile_words_stay_words(den: Den, event: dict[str, Any]) -> None:
    assert den.run(_signed(den, encoded(event))) == 202
    den.check()


@EXAMPLES
@given(hostile_events().flatmap(mutated))
def test_a_payload_with_something_wrong_in_it_is_taken(den: Den, event: Any) -> None:
    assert den.run(_signed(den, encoded(event))) == 202
    den.check()


@EXAMPLES
@given(any_json.map(encoded) | hostile_events().map(encoded).flatmap(damaged) | st.binary())
def test_whatever_is_signed_is_taken(den: Den, body: bytes) -> None:
    expected = 202 if len(body) <= LARGEST else 413
    assert den.run(_signed(den, body)) == expected
    den.check()


@settings(EXAMPLES, max_examples=15)
@given(hostile_events(), st.text(max_size=80), st.binary(max_size=40))
def test_what_is_not_signed_is_refused_and_changes_nothing(
    den: Den, event: dict[str, Any], signature: str, secret: bytes
) -> None:
    sent = "".join(c for c in signature if c.isprintable() and ord(c) < 256)

    async def forge() -> tuple[int, int]:
        pagerduty, before = den.world.pagerduty, await den.world.bot.store.refs()
        unsigned = await pagerduty.deliver("x", {}, raw=encoded(event), signature=sent)
        other = await pagerduty.deliver("x", {}, raw=encoded(event), secrets=[secret.hex()])
        assert await den.world.bot.store.refs() == before
        return unsigned.status, other.status

    assert den.run(forge()) == (403, 403)


@pytest.mark.filterwarnings("ignore:Sending a large body")
@pytest.mark.parametrize("filler", [" ", "[", '"', "\\", "\x00", "é", "9", "<!here>", "&"])
def test_bodies_of_a_mebibyte(den: Den, filler: str) -> None:
    for size in (LARGEST - 1, LARGEST, LARGEST + 1):
        body = (filler.encode() * size)[:size]
        assert den.run(_signed(den, body)) == (202 if size <= LARGEST else 413)
    kind, number = "incident.triggered", LARGEST // (8 * len(encoded(filler)))
    words = {"title": filler * number, "body": {"details": filler * number}}
    for data in (payloads.incident("PLARGE", **words), payloads.note(filler * number, "PLARGE")):
        event = payloads.event(kind, data, id=f"e-{next(_numbers)}")
        assert den.run(_signed(den, encoded(event))) == 202
        kind = "incident.annotated"
    den.check()


def test_the_same_signed_delivery_again_changes_nothing(den: Den) -> None:
    event = payloads.event("incident.annotated", payloads.note("seen", "PA"), id="e-replayed")

    async def replay() -> list[int]:
        store, lengths = den.world.bot.store, []
        await _signed(den, encoded(payloads.event("incident.triggered", payloads.incident("PA"))))
        for _ in range(3):
            assert await _signed(den, encoded(event), "wh-replayed") == 202
            lengths.append(sum([len(await store.journal(ref)) for ref in await store.refs()]))
        return lengths

    lengths = den.run(replay())
    assert len(set(lengths)) == 1


@pytest.mark.postgres
def test_postgresql_takes_it_too(postgresql_url: str) -> None:
    """It refuses NUL and half surrogates, which a file takes."""
    hostile = TOKEN + "".join(PIECES) + "\ud800\x00"

    async def tell() -> None:
        async with a_world(postgresql_url) as world:
            user = {"id": f"P{hostile}", "type": "user_reference", "summary": hostile}
            data = payloads.incident("PA", title=hostile, assignees=[user], urgency=hostile,
                                     service={"id": hostile, "summary": hostile},
                                     body={"details": hostile})  # fmt: skip
            for number, (kind, content) in enumerate(
                [
                    ("incident.annotated", payloads.note(hostile, "PA")),
                    ("incident.triggered", data),
                    ("incident.acknowledged", data),
                    (f"incident.{hostile}", data),
                    ("incident.annotated", payloads.note(hostile, "PA")),
                ]
            ):
                event = payloads.event(kind, content, agent=user, id=f"{hostile}{number}")
                raw = encoded(event)
                assert (await world.pagerduty.deliver("x", {}, raw=raw)).status == 202
            await world.bot.idle()
            for text in (f"INC-1 log {hostile}", "INC-1 timeline"):
                typed = text.replace("\ud800", "")
                answer = await world.slack.command(world.alice, typed, world.incidents)
                assert (answer.status, answer.problem) == (200, None), answer
                assert TOKEN in answer.text
            assert await world.bot.store.verify("INC-1") is None

    live(tell())


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(EXAMPLES, max_examples=2000)
@given(hostile_events().flatmap(lambda event: mutated(event) | st.just(event)))
def test_very_many_payloads_are_taken(den: Den, event: Any) -> None:
    assert den.run(_signed(den, encoded(event))) == 202
    den.check()
