"""What people who type are told while the bot cannot reach Slack: the answer still reaches them.

An answer goes out within Slack's own request, without a call of ours.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from incident_bot.domain.decision import Sentence
from incident_bot.slack.gateway import Gateway
from incident_bot.slack.remedies import SIGNED_OUT
from incident_bot.slack.views.answer import TEXT, Answer, cut, sections
from incident_bot.slack.views.sentence import mrkdwn


def away(since: datetime) -> Sentence:
    """Slack's API does not answer since then (aware UTC)."""
    return (
        "Slack's API has not answered the bot since ",
        since,
        ". This is recorded; what it changes in channels is shown when Slack is back.",
    )


SIGNED_OUT_WHAT: Sentence = (
    f"{SIGNED_OUT} Until then what you type is recorded, but nothing of it shows in channels.",
)


class Trouble:
    """Adds to an answer what keeps the bot from acting in Slack."""

    def __init__(self, gateway: Gateway, away_since: Callable[[], datetime | None]) -> None:
        self._gateway = gateway
        self._away_since = away_since

    def __call__(self, said: Answer) -> Answer:
        """The answer as it is when all is well. Slack's silence matters to what was recorded."""
        since = self._away_since()
        if self._gateway.token_refused is not None:
            return _with(said, SIGNED_OUT_WHAT)
        if since is not None and said.recorded:
            return _with(said, away(since))
        return said


def _with(said: Answer, sentence: Sentence) -> Answer:
    words = mrkdwn(sentence)
    text = cut(f"{said.text}\n{words}", TEXT)
    return replace(said, text=text, blocks=[*said.blocks, *sections(words)])
