"""What is not understood is refused in words, with an example; nothing else is ever raised."""

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.decision import Refusal
from incident_bot.slack.grammar import nearest, split
from incident_bot.slack.listeners import NAMES, VERBS
from tests.slack.grammar_kit import CONTEXT, PARSERS, parse


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("declare", "title is missing"),
        ("declare --privat Leak", "--privat"),
        ("declare Leak --prvate", "--prvate"),
        ("declare --severity high Leak", "“high” is no severity"),
        ("log", "words for the timeline are missing"),
        ("log 25:99 Pool", "cannot read the time “25:99”"),
        ("log 2031-01-01 10:00 Pool", "in the future"),
        ("edit", "number of the entry is missing"),
        ("edit twelve", "“twelve” is not the number"),
        ("edit 3", "what is to be changed is missing"),
        ("edit 0 x", "not the number"),
        ("redact now", "not the number"),
        ("role captain me", "names no role (ic, ops, comms)"),
        ("handover", "nobody is named"),
        ("handover alice", "choose a name from Slack's list"),
        ("handover <@U1|alice> captain", "names no role (ic, ops, comms)"),
        ("handover <@U1|alice> ic tomorrow", "names no role (ic, ops, comms)"),
        ("role ic tomorrow", "“tomorrow” is neither a time nor"),
        ("role ic alice", "choose a name from Slack's list"),
        ("role ic at 25:99", "cannot read the time"),
        ("edit 3 --time 14:20", "“--time” is none of --why and --retract"),
        ("severity bad", "none of sev1 to sev5"),
        ("severity sev9", "none of sev1 to sev5"),
        ("status mitgated", "status mitigated"),
        ("status done", "none of acknowledged"),
        ("update", "text is missing"),
        ("action P0 @alice", "what is to be done is missing"),
        ("action Fix it due 2025-13-01", "is no date"),
        ("action Fix it due tomorrow", "“tomorrow” is no date"),
        ("impact", "figure is missing"),
        ("impact many users", "not NAME: VALUE"),
        ("impact metric p99", "not NAME | BASELINE"),
        ("impact start", "14:20, -5m"),
        ("impact end 15:00", "Example: `/incident status mitigated at 15:00`"),
        ("impact ended at 15:00", "Example: `/incident status mitigated at 15:00`"),
        ("impact over", "the impact ends when it is mitigated"),
        ("log tomorrow 10:00 we deploy", "is in the future"),
        ("note", "its kind is missing"),
        ("note wel fine", "Example: `/incident note well"),
        ("note well", "text is missing"),
        ("note reference the wiki", "not LABEL: URL"),
        ("why", "answer is missing"),
        ("why 3", "answer is missing"),
        ("approve it", "approve as Engineering Manager"),
        ("timeline last", "is no page"),
        ("export pdf", "neither postmortem nor timeline"),
        ("list sev9", "is no severity"),
        ("list service:a service:b", "one service"),
        ("list " + "x" * 121, "too many"),
    ],
)
def test_refuses_with_what_is_wrong_and_an_example(text: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text, CONTEXT)
    assert says in str(refused.value)


def test_a_headline_too_long_is_refused_not_cut() -> None:
    with pytest.raises(Refusal, match="3,000"):
        parse("log " + "x" * 3001, CONTEXT)
    with pytest.raises(Refusal, match="details"):
        parse("log a\n" + "x" * 20_001, CONTEXT)


words = st.sampled_from(
    [
        *NAMES,
        "INC-1",
        "INC-2",
        "<@U1|a>",
        "<@U1>",
        "<#C|x>",
        "--why",
        "—private",
        "--severity",
        "--retract",
        "sev2",
        "ic",
        "me",
        "none",
        "at",
        "14:20",
        "25:99",
        "-5m",
        "yesterday",
        "due",
        "2025-11-10",
        "ticket",
        "ENG-1",
        "P0",
        "metric",
        "|",
        "a:",
        "user",
        "start",
        "detected",
        "3",
        "0",
        "\n",
        "reference",
        "problem",
        "root",
        "as",
        "all",
        "&amp;",
        "<",
        ">",
        "\x00",
        "🔥",
    ]
)


texts = st.text() | st.lists(words, max_size=12).map(" ".join)


@given(texts)
def test_any_text_can_be_taken_apart(text: str) -> None:
    typed = split(text, NAMES)
    assert (typed.verb is None) or typed.verb in VERBS
    nearest(typed.word, VERBS)


@given(st.sampled_from(sorted(PARSERS)), texts)
def test_no_text_behind_a_verb_raises_anything_but_a_refusal(verb: str, text: str) -> None:
    try:
        PARSERS[verb](text, CONTEXT)
    except Refusal as refusal:
        assert "/incident" in str(refusal) or "14:20" in str(refusal) or "3,000" in str(refusal)
