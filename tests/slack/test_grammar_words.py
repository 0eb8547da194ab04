"""The first words of a command, near misses of a verb, and Slack's escaping."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_bot.slack.grammar import nearest, plain, split
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.listeners import NAMES, VERBS


@pytest.mark.parametrize(
    ("text", "ref", "verb", "rest", "after"),
    [
        ("INC-42 log Pool", "INC-42", "log", " Pool", None),
        ("inc-42: log Pool", "INC-42", "log", " Pool", None),
        ("log inc-42 Pool", None, "log", " inc-42 Pool", "INC-42"),
        ("INC-42", "INC-42", None, "", None),
        ("INC-0 log", None, None, "INC-0 log", None),
        ("INC42 log Pool", "INC-42", "log", " Pool", None),
        ("inc 42 log Pool", "INC-42", "log", " Pool", None),
        ("log INC42: Pool", None, "log", " INC42: Pool", "INC-42"),
        ("roles", None, "role", "", None),
        ("Frob it", None, None, "Frob it", None),
        ("", None, None, "", None),
    ],
)
def test_takes_a_command_apart(
    text: str, ref: str | None, verb: str | None, rest: str, after: str | None
) -> None:
    typed = split(text, NAMES)
    assert (typed.ref, typed.verb, typed.rest, typed.after) == (ref, verb, rest, after)


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("lgo", "log"),
        ("lod", "log"),
        ("loog", "log"),
        ("delcare", "declare"),
        ("Resolved", "resolve"),
        ("timelin", "timeline"),
        ("log", "log"),
        ("“log”", "log"),
    ],
)
def test_near_misses_of_a_verb(word: str, verb: str) -> None:
    assert nearest(word, VERBS) == verb


@pytest.mark.parametrize(
    "word",
    [
        "checkout",
        "login",
        "API",
        "payments",
        "database",
        "site",
        "we",
        "search",
        "orders",
        "the",
        "production",
        "latency",
        "users",
        "5xx",
        "customers",
        "kafka",
        "errors",
    ],
)
def test_words_that_begin_a_title_are_no_near_misses(word: str) -> None:
    assert nearest(word, VERBS) is None


@pytest.mark.parametrize(
    ("raw", "typed"),
    [
        ("&amp;lt; &lt;b&gt;", "&lt; <b>"),
        ("<@U1|alice> <@W2>", "@alice @W2"),
        ("<#C1|ops> <#C2>", "#ops #C2"),
        ("<!subteam^S1|@sre> <!subteam^S2> <!channel>", "@sre @subteam @channel"),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("<https://x.y|x.y>", "https://x.y"),
        ("<!date^1|2025-10-27>", "@2025-10-27"),
        ("<>", ""),
    ],
)
def test_slack_text_becomes_what_was_typed(raw: str, typed: str) -> None:
    if raw.startswith("<!date"):
        typed = typed.lstrip("@")
    assert plain(raw) == typed


@given(st.text())
def test_plain_text_survives_slacks_escaping(text: str) -> None:
    assert plain(escaped(text)) == text
