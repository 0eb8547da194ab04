"""The words that a team has for its statuses."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.decision import Refusal
from incident_bot.domain.levels import StatusName
from incident_bot.domain.words import Status
from incident_bot.slack.grammar.request import Cancel, Reopen, Resolve, SetStatus
from incident_bot.slack.grammar.state import status_words
from tests.slack.grammar_kit import AT, CONTEXT, parse

OWN = replace(
    CONTEXT,
    statuses=(
        StatusName(status=Status.OPEN, name="new"),
        StatusName(status=Status.ACKNOWLEDGED, name="investigating", also=("looking",)),
        StatusName(status=Status.MITIGATED, name="Under control", also=("stable", "under")),
        StatusName(status=Status.RESOLVED, name="done", also=("fixed",)),
        StatusName(status=Status.CANCELLED, name="void"),
    ),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("status looking", SetStatus(Status.ACKNOWLEDGED)),
        ("status Investigating: the pool", SetStatus(Status.ACKNOWLEDGED, text="the pool")),
        ("status under control", SetStatus(Status.MITIGATED)),
        ("status under  CONTROL at 14:20 x", SetStatus(Status.MITIGATED, at=AT, text="x")),
        ("status under the weather", SetStatus(Status.MITIGATED, text="the weather")),
        ("status fixed Rolled back", Resolve(text="Rolled back")),
        ("status done", Resolve()),
        ("status new It is back", Reopen("It is back")),
        ("status void", Cancel()),
        ("status ack", SetStatus(Status.ACKNOWLEDGED)),
        ("status mitigated", SetStatus(Status.MITIGATED)),
    ],
)
def test_a_teams_words_are_understood_beside_the_bots(text: str, wanted: object) -> None:
    assert parse(text, OWN) == wanted


def test_a_word_that_is_none_is_refused_with_the_teams_names() -> None:
    with pytest.raises(Refusal) as caught:
        parse("status finished", OWN)
    assert "“finished” is none of investigating, Under control, done and new" in str(caught.value)
    with pytest.raises(Refusal, match="Example: `/incident status acknowledged`"):
        parse("status lookin", OWN)


def test_a_word_within_a_word_is_none() -> None:
    with pytest.raises(Refusal):
        parse("status stables", OWN)


@given(st.lists(st.sampled_from([*(s.value for s in Status), "x", " ", ""]), max_size=5))
def test_the_bots_own_words_keep_their_meaning(words: list[str]) -> None:
    statuses = [StatusName(status=Status.OPEN, name=w, also=tuple(words)) for w in words]
    known = status_words(statuses)
    assert {status.value: known[status.value] for status in Status} == {s.value: s for s in Status}
    assert all(word.strip() for word in known)
