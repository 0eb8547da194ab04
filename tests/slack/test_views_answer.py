"""Answers stay within Slack's limits and are never cut where that would change their meaning."""

import re

from hypothesis import given, strategies as st

from incident_bot.slack.views.answer import ALL, cut, sections, shown, with_button
from incident_bot.slack.views.sentence import escape, moment
from tests.slack.desk_kit import NOW

parts = st.lists(st.sampled_from([escape("<&>" * 300), moment(NOW), "word ", "\n", "x" * 700]))


@given(parts, st.integers(10, 4000))
def test_a_cut_leaves_no_half_of_anything(some: list[str], limit: int) -> None:
    text = cut("".join(some), limit)
    assert len(text) <= limit
    bare = re.sub(r"<[^<>]*>|&(?:amp|lt|gt);", "", text)
    assert not set(bare) & set("<>&")


@given(parts)
def test_sections_hold_the_whole_text_in_order(some: list[str]) -> None:
    text = "".join(some)
    pieces = [block["text"]["text"] for block in sections(text)]
    assert all(0 < len(piece) <= 3000 for piece in pieces)
    for piece in pieces:
        bare = re.sub(r"<[^<>]*>|&(?:amp|lt|gt);", "", piece)
        assert not set(bare) & set("<>&")
    if len(text) <= ALL:
        assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_a_button_cannot_look_as_if_it_called_somebody() -> None:
    said = with_button(shown("x"), label="Declare <!channel> <@U1>", action_id="a", value="v")
    label = said.blocks[-1]["elements"][0]["text"]["text"]
    assert "<!" not in label and "<@" not in label
    long = with_button(shown("x"), label="<!" * 60, action_id="a", value="v")
    assert len(long.blocks[-1]["elements"][0]["text"]["text"]) <= 75


def test_a_long_answer_is_cut_for_notifications_and_whole_in_its_blocks() -> None:
    said = shown("x" * 9000)
    assert len(said.text) <= 4000
    assert len(said.blocks) == 4
