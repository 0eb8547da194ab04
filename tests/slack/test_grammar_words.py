"""The first words of a command, near misses of a verb, and Slack's escaping."""

import pytest
from hypothesis import given, strategies as st

from incident_bot.slack.grammar import nearest, plain, split
from incident_bot.slack.grammar.short import abbreviations, beginning
from incident_bot.slack.grammar.typed import escaped
from incident_bot.slack.listeners import NAMES, SHORT, VERBS, WORDS


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


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("stat", "status"),
        ("seve", "severity"),
        ("upd", "update"),
        ("UPD", "update"),
        ("timel:", "timeline"),
        ("decl", "declare"),
    ],
)
def test_a_verb_may_be_typed_in_part(word: str, verb: str) -> None:
    assert split(f"{word} 1", WORDS).verb == verb


@pytest.mark.parametrize("word", ["resol", "canc", "redac", "reope", "can", "res", "red", "reo"])
def test_what_ends_or_blanks_something_is_typed_whole(word: str) -> None:
    assert split(word, WORDS).verb is None


@pytest.mark.parametrize(
    "sentence",
    [
        "can somebody look",
        "not able to log in",
        "act now please",
        "app crashes at start",
        "red light everywhere",
        "time is off on db3",
        "tim cannot log in",
        "dec 5 backup failed",
        "up and down again",
        "exports are slow",
        "active users cannot log in",
    ],
)
def test_no_sentence_begins_with_a_short_verb(sentence: str) -> None:
    assert split(sentence, WORDS).verb is None


def test_a_beginning_of_several_verbs_is_none_of_them() -> None:
    names = {"handover": "handover", "handle": "handle", "handles": "handle", "hold": "hold"}
    assert abbreviations(names, ()) == {
        "hando": "handover",
        "handov": "handover",
        "handove": "handover",
        "handl": "handle",
        "hol": "hold",
    }
    assert beginning("HAN", names) == ["handover", "handle"]
    assert beginning("ha", names) == []


def test_no_short_form_hides_a_verb_or_is_too_short() -> None:
    assert not set(SHORT) & set(NAMES)
    assert min(map(len, SHORT)) == 3
