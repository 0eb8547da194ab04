"""Words for people as mrkdwn: nothing that somebody typed comes alive."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.people import Person
from incident_bot.slack.views.sentence import escape, escaped, link, mrkdwn, shorten


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<!channel> <@U1> <https://x|y>", "&lt;!channel&gt; &lt;@U1&gt; &lt;https://x|y&gt;"),
        ("ping @here and @Channel", "ping @\u200bhere and @\u200bChannel"),
        ("@everyone", "@\u200beveryone"),
        ("ops@here.example", "ops@here.example"),
        ("@heretic", "@heretic"),
        ("&lt;", "&amp;lt;"),
        ("*bold* `code`", "*bold* `code`"),
    ],
)
def test_what_is_typed_is_shown_and_does_nothing(typed, shown):
    assert escape(typed) == shown


def test_people_are_mentioned_where_slack_knows_them():
    alice = Person(name="Alice Smith", handle="alice", slack_id="U1")
    bob = Person(name="Bob <b>", handle=None)
    assert mrkdwn((alice, " and ", bob)) == "<@U1> and Bob &lt;b&gt;"
    assert mrkdwn((Person(name="Carol", handle="carol"),)) == "@carol"


def test_times_are_shown_in_the_readers_zone_with_utc_beside():
    at = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)
    assert (
        mrkdwn(("at ", at))
        == "at <!date^1761574800^{date_short_pretty} {time}|2025-10-27 14:20 UTC>"
    )


def test_links_are_links_only_when_they_are():
    assert link("https://x.io/?a=1&b", "a|b>") == "<https://x.io/?a=1&amp;b|a¦b&gt;>"
    for url in (None, "javascript:alert(1)", "https://x.io/>|y", "ftp://x", "https://a b"):
        assert link(url, "label") == "label"


hostile = st.text(alphabet=st.sampled_from("a &<>@!|*`\n…é") | st.characters())


@given(hostile, st.integers(6, 300))
def test_escaped_text_never_passes_its_limit_nor_breaks_an_entity(text, limit):
    shown = escaped(text, limit)
    assert len(shown) <= limit
    bare = shown
    for entity in ("&amp;", "&lt;", "&gt;"):
        bare = bare.replace(entity, "")
    assert not set(bare) & set("<>&")


@given(st.text(), st.integers(1, 50))
def test_shortened_text_fits(text, limit):
    assert len(shorten(text, limit)) <= limit
