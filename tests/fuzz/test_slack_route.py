"""POST /slack/events: signed or not, well-formed or not, it never breaks; old ones are refused."""

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.standin import Answer
from tests.fuzz.conftest import OWN_HOSTS, Den
from tests.fuzz.hostile import alive_in_message, texts
from tests.fuzz.payloads import any_json, any_text, damaged, encoded, mutated

EXAMPLES = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
NOBODY = "http://127.0.0.1:1/response"
TYPES = st.sampled_from(
    [FORM, JSON, "text/plain", "", "application/json; charset=utf-16", "multipart/form-data", "é"]
)


def command(text: str, **more: Any) -> dict[str, Any]:
    return {
        "command": "/incident", "text": text, "user_id": "U00000A01", "user_name": "alice",
        "team_id": "T0STANDIN", "channel_id": "C00000A01", "channel_name": "incidents",
        "trigger_id": f"{time.monotonic_ns()}.1", "response_url": NOBODY, **more,
    }  # fmt: skip


def action(action_id: Any, value: Any, **more: Any) -> dict[str, Any]:
    pressed = {"type": "button", "block_id": "b", "action_id": action_id, "value": value,
               "action_ts": str(time.monotonic_ns())}  # fmt: skip
    return {
        "type": "block_actions",
        "user": {"id": "U00000A01", "username": "alice"},
        "team": {"id": "T0STANDIN"},
        "channel": {"id": "C00000A01"},
        "container": {"type": "message", "message_ts": "7.7", "channel_id": "C00000A01"},
        "trigger_id": f"{time.monotonic_ns()}.2",
        "response_url": NOBODY,
        "actions": [pressed],
        **more,
    }


def event(inside: Any, **more: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": f"Ev{time.monotonic_ns()}", "team_id": "T0",
            "authorizations": [], "event": inside, **more}  # fmt: skip


def view(kind: str, title: str) -> dict[str, Any]:
    typed = {"type": "plain_text_input", "value": title}
    modal = {"id": "V1", "type": "modal", "callback_id": title, "private_metadata": title,
             "state": {"values": {"b": {"a": typed}}}, "hash": "1"}  # fmt: skip
    return {"type": kind, "user": {"id": "U00000A01"}, "team": {"id": "T0"}, "view": modal}


commands = st.builds(command, texts() | any_text, user_name=texts(), channel_name=texts())
actions = st.builds(
    action,
    st.sampled_from([*BUTTONS, "claim_role:ic"]) | texts(),
    st.sampled_from(["INC-1", "INC-1 ic", "INC-99", "declare it all now"]) | texts(),
    user=st.fixed_dictionaries({"id": st.sampled_from(["U00000A01", "U9"]), "username": texts()}),
)
events = st.builds(
    event,
    st.builds(
        lambda kind, text: {"type": kind, "user": "U00000A01", "channel": "C00000A01",
                            "ts": "1.1", "text": text},
        st.sampled_from(["message", "app_mention", "app_home_opened", "member_joined_channel",
                         "reaction_added", "zqevilqz"]),
        texts(),
    ),
)  # fmt: skip
about_messages = st.builds(
    lambda kind, text, name: event({
        "type": kind, "user": "U00000A01", "channel": "C00000A01", "reaction": name,
        "item": {"type": "message", "channel": "C00000A01", "ts": "1761575100.000100"},
        "event_ts": "1761575100.000200", "subtype": text, "deleted_ts": "1761575100.000100",
        "message": {"ts": "1761575100.000100", "text": name, "files": [{"id": name}],
                    "blocks": [{"text": {"text": name}, "fields": [{"text": name}]}],
                    "attachments": [{"title": name}]},
    }),
    st.sampled_from(["message", "reaction_added", "reaction_removed"]),
    st.sampled_from(["message_changed", "message_deleted"]),
    st.just("pushpin") | texts(),
)  # fmt: skip
used_on = st.builds(
    lambda text: {
        "type": "message_action", "callback_id": "add_to_timeline", "user": {"id": "U00000A01"},
        "team": {"id": "T0", "domain": text}, "channel": {"id": "C00000A01"},
        "trigger_id": f"{time.monotonic_ns()}.3", "response_url": NOBODY,
        "message": {"ts": "1761575100.000100", "user": "U00000A01", "text": text,
                    "edited": {"user": "U9"}, "bot_profile": {"name": text},
                    "files": [{"id": "F1", "name": text, "mimetype": text, "size": 1}]},
    },
    texts(),
)  # fmt: skip
shapes = st.builds(
    view, st.sampled_from(["view_submission", "view_closed", "block_suggestion"]), texts()
)
interactive = st.one_of(actions, shapes, used_on, st.builds(
    lambda kind, text: {"type": kind, "callback_id": text, "user": {"id": "U00000A01"},
                        "team": {"id": "T0"}, "trigger_id": "1.1", "response_url": NOBODY},
    st.sampled_from(["shortcut", "message_action", "dialog_submission", "interactive_message"]),
    texts(),
))  # fmt: skip


def form(fields: Any) -> bytes:
    """As a form; what is no mapping of texts is put in as JSON."""
    items = fields.items() if isinstance(fields, dict) else [("payload", fields)]
    pairs = [(str(k), v if isinstance(v, str) else json.dumps(v)) for k, v in items]
    return urlencode(
        [(k.encode(errors="replace"), v.encode(errors="replace")) for k, v in pairs]
    ).encode()


def in_payload(payload: Any) -> bytes:
    return form({"payload": payload if isinstance(payload, str) else json.dumps(payload)})


bodies = st.one_of(
    (commands | commands.flatmap(mutated)).map(form).map(lambda body: (body, FORM)),
    (interactive | interactive.flatmap(mutated)).map(in_payload).map(lambda body: (body, FORM)),
    (about_messages | about_messages.flatmap(mutated)).map(encoded).map(lambda b: (b, JSON)),
    (events | events.flatmap(mutated)).map(encoded).map(lambda body: (body, JSON)),
    st.tuples(st.one_of(commands.map(form), events.map(encoded)).flatmap(damaged), TYPES),
    st.tuples(any_json.map(encoded) | any_json.map(in_payload) | st.binary(max_size=300), TYPES),
)


async def _sent(den: Den, body: bytes, kind: str, **forge: Any) -> Answer:
    nowhere = f"{den.world.slack.home_url}response/none"  # where Slack says at once that it is over
    body = body.replace(quote(NOBODY, safe="").encode(), quote(nowhere, safe="").encode())
    answer = await den.world.slack.http.send(body, kind, **forge)
    await den.settled()
    return answer


def check(den: Den, answer: Answer) -> None:
    """No 5xx; what is shown is not alive."""
    assert answer.status in (200, 400, 401, 404), answer
    if answer.status == 200:
        assert answer.problem is None, answer
        shown = answer.body if isinstance(answer.body, dict) else {"text": answer.body}
        assert alive_in_message(den.world.slack, shown, OWN_HOSTS) == []
    den.check()


@EXAMPLES
@given(bodies)
def test_whatever_is_signed_breaks_nothing(den: Den, sent: tuple[bytes, str]) -> None:
    check(den, den.run(_sent(den, *sent)))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(EXAMPLES, max_examples=2000)
@given(bodies)
def test_very_much_that_is_signed_breaks_nothing(den: Den, sent: tuple[bytes, str]) -> None:
    check(den, den.run(_sent(den, *sent)))


@settings(EXAMPLES, max_examples=20)
@given(bodies, st.text("0123456789abcdefv=", max_size=70))
def test_what_is_not_signed_is_refused(den: Den, sent: tuple[bytes, str], signature: str) -> None:
    answer = den.run(_sent(den, *sent, signature=signature))
    assert answer.status in (400, 401)


MINUTES = 60


@pytest.mark.parametrize("age", [5 * MINUTES + 2, 60 * MINUTES, -5 * MINUTES - 5, -60 * MINUTES])
def test_a_signature_older_or_newer_than_five_minutes_is_refused(den: Den, age: int) -> None:
    body = form(command("declare An old request is sent again"))

    async def replay() -> tuple[int, list[str]]:
        answer = await _sent(den, body, FORM, timestamp=int(time.time()) - age)
        return answer.status, await den.world.bot.store.refs()

    before = den.run(den.world.bot.store.refs())
    assert den.run(replay()) == (401, before)


def test_a_signed_request_sent_again_within_five_minutes_changes_nothing(den: Den) -> None:
    """The same bytes with the same signature: the same answer, and one incident."""
    body, at = form(command("declare This is sent again")), int(time.time())

    async def replay() -> tuple[set[str], int]:
        store = den.world.bot.store
        before = len(await store.refs())
        answers = [await _sent(den, body, FORM, timestamp=at) for _ in range(3)]
        assert {answer.status for answer in answers} == {200}
        return {answer.text for answer in answers}, len(await store.refs()) - before

    answers, new = den.run(replay())
    assert (len(answers), new) == (1, 1)


def test_a_click_sent_again_within_five_minutes_changes_nothing(den: Den) -> None:
    pressed = action("declare_text", "This was asked by a button")
    body, at = in_payload(pressed), int(time.time())

    async def replay() -> int:
        store = den.world.bot.store
        before = len(await store.refs())
        for _ in range(3):
            assert (await _sent(den, body, FORM, timestamp=at)).status == 200
        return len(await store.refs()) - before

    assert den.run(replay()) == 1


@pytest.mark.filterwarnings("ignore:Sending a large body")
def test_a_large_body_is_taken_or_refused(den: Den) -> None:
    for text in ("<!channel>" * 10_000, "x" * 1_000_000, "`" * 900_000, "\n" * 300_000):
        answer = den.run(_sent(den, form(command(f"log {text}")), FORM))
        assert answer.status in (200, 413), answer
    den.check()
