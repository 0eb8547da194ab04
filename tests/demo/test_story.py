"""What the demo prints can be read without colours, in any width."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from incident_bot.demo.story import Story, readable, shortened, words

NAMES = {"U1": "@ana", "C1": "#incidents"}


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<@U1> is &lt;5 &amp; well", "@ana is <5 & well"),
        ("see <#C1|old-name> and <#C9|other>", "see #incidents and #other"),
        ("<https://example.com/x|the page>", "the page"),
        ("<https://example.com/x>", "https://example.com/x"),
        (
            "<!date^1761574800^{date_short_pretty} {time}|2025-10-27 14:20 UTC>",
            "2025-10-27 14:20 UTC",
        ),
        ("<!here> <@U9|bo>", "here @bo"),
    ],
)
def test_markup_becomes_words(markup: str, plain: str) -> None:
    assert readable(markup, NAMES) == plain


def test_the_words_of_a_message_come_from_its_text_or_its_blocks() -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "from a block"}}]
    assert words("plain") == "plain"
    assert words({"text": "said", "blocks": blocks}) == "said"
    assert words({"blocks": blocks}) == "from a block"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("one\n- two", 20) == "one …"
    assert shortened("abcdefgh", 5) == "abcd…"
    assert shortened("", 5) == ""


def test_lines_carry_time_person_and_words_and_no_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    told = io.StringIO()
    story = Story("Europe/Berlin", console=Console(file=told, highlight=False))
    story.step(datetime(2025, 10, 27, 14, 23, tzinfo=UTC), "@ana", "/incident log [bold] here")
    story.seen("@ana logged <it>")
    assert told.getvalue().splitlines() == [
        "",
        "Monday, 2025-10-27 (times in Europe/Berlin)",
        "15:23  @ana        /incident log [bold] here",
        "         > @ana logged <it>",
    ]
