"""What Slack refuses in a message is found, and can be put right."""

from hypothesis import example, given, strategies as st

from incident_bot.slack.payload_check import complaints, fitted


def section(text="x", fields=None):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return block | ({"fields": [{"type": "mrkdwn", "text": f} for f in fields]} if fields else {})


def actions(*ids):
    return {"type": "actions", "elements": [{"type": "button", "action_id": i} for i in ids]}


BAD = {
    "60 blocks, 50 allowed": [section()] * 60,
    "block 0: section over 3000 characters": [section("x" * 3001)],
    "block 0: field over 2000 characters": [section(fields=["x" * 2001])],
    "block 0: more than 10 fields": [section(fields=["x"] * 11)],
    "block 0: header over 150 characters": [
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    ],
    "block 0: more than 100 table rows": [{"type": "table", "rows": [[{}]] * 101}],
    "action_id 'a' twice": [actions("a"), actions("a", "b")],
    "block 0: more than 25 elements": [actions(*map(str, range(26)))],
    "block 0: section is empty": [section("")],
    "14500 characters in all blocks, 13200 allowed": [section("x" * 2900)] * 5,
}


def test_every_limit_is_seen():
    for words, blocks in BAD.items():
        assert words in complaints("text", blocks), words
    assert complaints("", []) == ["no text for notifications and screen readers"]
    assert complaints("x" * 4001, [])


def test_every_limit_can_be_kept():
    for blocks in BAD.values():
        text, result = fitted("x" * 5000, blocks)
        assert complaints(text, result) == []


def test_what_can_be_pressed_is_kept_when_text_has_to_go():
    _, result = fitted("t", [*[section("x" * 2900)] * 5, actions("resolve")])
    assert result[-1]["elements"][0]["action_id"] == "resolve"


def test_what_fits_stays_as_it_is():
    blocks = [section("hello"), actions("a")]
    assert fitted("t", blocks) == ("t", blocks)


blocks = st.one_of(
    st.builds(section, st.text(max_size=4000), st.none() | st.lists(st.text(max_size=2500))),
    st.lists(st.sampled_from("abc"), min_size=1).map(lambda ids: actions(*ids)),
)


@given(st.text(), st.lists(blocks, max_size=70))
@example("\r", [])
def test_whatever_comes_in_what_goes_out_fits(text, message):
    assert complaints(*fitted(text, message)) == []
