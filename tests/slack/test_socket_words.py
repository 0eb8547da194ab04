"""What is told about a connection that does not come about."""

import pytest

from incident_bot.slack.socket_words import what_to_do


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("invalid_auth", ("SLACK_APP_TOKEN", "connections:write", "invalid_auth")),
        ("token_revoked", ("SLACK_APP_TOKEN", "token_revoked")),
        ("not_allowed_token_type", ("app-level token", "SLACK_APP_TOKEN")),
        ("missing_scope", ("connections:write",)),
        ("link_disabled", ("switched off", "Switch it on", "HTTP mode")),
        ("too_many_websockets", ("10 connections",)),
        ("lost", ("keeps trying",)),
        ("TimeoutError", ("does not answer in time", "keeps trying")),
        ("ClientConnectorDNSError", ("is broken (ClientConnectorDNSError)", "proxy")),
        ("HTTP 503", ("HTTP 503", "keeps trying")),
        ("Slack limits apps.connections.open", ("limits", "keeps trying")),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(reason: str, named: tuple[str, ...]) -> None:
    words = what_to_do(reason)
    assert "\n" not in words and all(each in words for each in named), words
