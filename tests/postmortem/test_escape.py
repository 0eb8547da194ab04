"""Typed text shows as typed, and nothing of it is obeyed."""

import re

import pytest
from hypothesis import example, given, strategies as st

from incident_bot.postmortem.blocks import bullets, own_markdown, prose
from incident_bot.postmortem.escape import flat, heading, inline, link, strong
from tests.postmortem.reading import headings, html, links, live_html, text

hostile = st.text(
    alphabet=st.sampled_from("ab1 #>-+*_~`|[]()!<>/&;:\\=.\n\t\"'x@/") | st.characters(),
    max_size=60,
)


@pytest.mark.parametrize(
    "typed",
    [
        "~15,000 users (10% of active users)",
        "p95 < 100ms & 3 > 2",
        "snake_case_name and SELECT * FROM t",
        "`a|b` and `<b>`",
        "v2.3.4 - rolled back!",
        "100 items × 3000 req/s = 300,000",
        "[redacted]",
        "https://example.com/a_b?c=d&e=f",
    ],
)
def test_plain_text_is_left_alone(typed: str) -> None:
    assert inline(typed, start=True) == typed


@pytest.mark.parametrize(
    "typed",
    ["# no heading", "- no bullet", "> no quote", "1. no number", "---", "===", "***", "```",
     "~~~", "*not bold*", "__init__", "~~struck~~", "<script>alert(1)</script>", "&lt;b&gt;",
     "[x](javascript:alert(1))", "![x](y)", "[x]: y", "\\*", "trailing \\", "[ ] no task", "+ a",
     "--- --- ---", "- - -", "|---|---|", ":-- | --:"],
)  # fmt: skip
def test_text_shows_as_typed(typed: str) -> None:
    assert text(inline(typed, start=True)).strip() == typed
    assert html(inline(typed, start=True)).startswith("<p>")


@given(hostile)
@example("`a` `` b ` c")
@example("\\`<script>`")
@example("`\\`<script>`")
def test_any_text_shows_as_typed_on_one_line(typed: str) -> None:
    shown = inline(typed, start=True)
    assert "\n" not in shown
    assert live_html(f"- {shown}") == [] and headings(f"- {shown}") == []
    if "`" not in typed and "](" not in typed:
        assert flat(text(f"x {shown} x")) == flat(f"x {flat(typed)} x")


@given(hostile)
def test_links_lead_to_the_web_only(typed: str) -> None:
    shown = inline(f"[a]({typed}) [b][c] ![d]({typed}) {link(typed, typed)}")
    assert all(re.match("https?://", target) for target in links(shown))


def test_a_typed_link_shows_where_it_leads() -> None:
    typed = "see [PR 12](https://example.com/pull/12) ![x](https://example.com/x.png)"
    assert links(inline(typed)) == []
    assert text(inline(typed)).strip() == typed


def test_a_link_of_ours_leads_to_the_web() -> None:
    assert link("a ] b", "https://example.com/(x)") == "[a \\] b](https://example.com/%28x%29)"
    assert link("label", "javascript:alert(1)") == "label"


def test_a_cell_stays_one_cell() -> None:
    row = inline("a | b `c|d`\nnext", cell=True)
    assert row == "a \\| b `c\\|d` next"


def test_a_heading_keeps_its_number_signs() -> None:
    assert headings(f"# Incident: {heading('#1 of C ##')}") == [(1, "Incident: #1 of C \\##")]
    assert text(f"# Incident: {heading('#1 of C ##')}").strip() == "Incident: #1 of C ##"


def test_bold_stays_bold_around_stars() -> None:
    assert html(strong("2 ** 3 *")) == "<p><strong>2 ** 3 *</strong></p>\n"
    assert strong("") == "**(no text)**"


def test_details_become_bullets_and_keep_their_nesting() -> None:
    assert bullets("War room opened\nRoles:\n- IC: @alice\n- Ops: @bob\nDecided") == (
        "- War room opened\n- Roles:\n  - IC: @alice\n  - Ops: @bob\n- Decided"
    )
    assert bullets("• a\n    ◦ b\n• c", 3) == "   - a\n     - b\n   - c"


def test_code_in_details_stays_code_and_is_always_closed() -> None:
    assert bullets("before\n```sh\n# not a heading\nls") == (
        "- before\n  ```sh\n  # not a heading\n  ls\n  ```"
    )
    assert bullets("```first line\nlast line```") == "```\nfirst line\nlast line\n```"


def test_two_lines_make_no_table() -> None:
    assert "<table" not in html(prose("a | b\n---|---\nc | d"))
    assert "<hr" not in html(f"- {inline('--- ---', start=True)}")


@given(hostile, hostile)
def test_nothing_typed_escapes_from_its_list_or_paragraph(one: str, two: str) -> None:
    typed = f"{one}\n{two}\n```{one}"
    for body in (bullets(typed), bullets(typed, 3), prose(typed)):
        document = f"**x** - y\n{body}\n\n## Next\n"
        assert headings(document) == [(2, "Next")]
        assert live_html(document) == []


markdownish = st.lists(
    st.sampled_from(["```", "~~~", "``` py", "~~~ a`b", "# h", "## h", "- # h", "> # h", "---",
                     "===", "> ---", "- ```", "  ```", "    ```", "1. ```", "> ```", "a `", "` <b>",
                     "<!--", "<script>", "[a](javascript:b)", "[a]:", "javascript:b", "[b]",
                     "`\\`<b>`", "- a", "  ---", "\\", "\\`", "-->", "<a\nhref=b>", "text", "", "-",
                     "[a](\njavascript:b)", "![a](&#106;avascript:b)", "[a\nb]: javascript:c"])
    | hostile,
    max_size=12,
).map("\n".join)  # fmt: skip


@given(markdownish)
@example("- a\n   ```\n  b\n   ```")
@example("~~~ a`b")
def test_markdown_of_a_note_stays_in_its_place(typed: str) -> None:
    document = f"### Technical Details\n\n{own_markdown(typed)}\n\n## Next\n"
    found = headings(document)
    assert found[0] == (3, "Technical Details") and found[-1] == (2, "Next")
    assert all(level > 3 for level, _ in found[1:-1])
    assert live_html(document) == []
    assert "javascript" not in "".join(links(document))
    assert "<hr" not in html(document)


def test_markdown_of_a_note_is_kept_as_typed() -> None:
    typed = "**Code Change** (v2.3.4):\n\n```python\n# BAD: <b>\nx = 1\n```\n\n- *a* `b` | c"
    assert own_markdown(typed) == typed
    assert own_markdown("# Title\n## Part\n#### Deep") == "#### Title\n##### Part\n###### Deep"
