"""From Bolt's answer to the acknowledgement of an envelope."""

import json
from typing import Any

import pytest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from incident_bot.slack.envelopes import acknowledgement

JSON_TYPE = {"content-type": "application/json;charset=utf-8"}


def envelope(kind: str) -> SocketModeRequest:
    return SocketModeRequest(kind, "E1", {}, accepts_response_payload=kind != "events_api")


def test_a_command_is_answered_in_the_acknowledgement() -> None:
    said = {"text": "Logged", "response_type": "in_channel"}
    answer = BoltResponse(status=200, body=json.dumps(said), headers=JSON_TYPE)
    assert acknowledgement(envelope("slash_commands"), answer) == {
        "envelope_id": "E1",
        "payload": said,
    }


@pytest.mark.parametrize("kind", ["slash_commands", "interactive", "events_api"])
def test_an_empty_answer_is_an_acknowledgement_alone(kind: str) -> None:
    assert acknowledgement(envelope(kind), BoltResponse(status=200)) == {"envelope_id": "E1"}


def test_plain_words_are_a_text() -> None:
    acknowledged = acknowledgement(envelope("slash_commands"), BoltResponse(status=200, body="Hi"))
    assert acknowledged == {"envelope_id": "E1", "payload": {"text": "Hi"}}


@pytest.mark.parametrize(("status", "word"), [(404, "/incident"), (500, "bot's fault"), (503, "")])
def test_a_command_is_answered_in_words_whatever_happened(status: int, word: str) -> None:
    acknowledged: Any = acknowledgement(envelope("slash_commands"), BoltResponse(status=status))
    assert word in acknowledged["payload"]["text"]
    assert acknowledged["payload"]["response_type"] == "ephemeral"


@pytest.mark.parametrize("status", [401, 500, 503])
def test_an_event_that_was_not_kept_is_not_acknowledged(status: int) -> None:
    assert acknowledgement(envelope("events_api"), BoltResponse(status=status)) is None


def test_an_event_that_nobody_listens_to_does_not_come_again() -> None:
    body = json.dumps({"error": "unhandled request"})
    answer = BoltResponse(status=404, body=body, headers=JSON_TYPE)
    assert acknowledgement(envelope("events_api"), answer) == {"envelope_id": "E1"}


@pytest.mark.parametrize("status", [404, 500])
def test_what_a_click_did_not_do_slack_tells_the_person_itself(status: int) -> None:
    assert acknowledgement(envelope("interactive"), BoltResponse(status=status)) is None
