"""Postmortem and timeline, read as their readers' tools read them: nothing typed is obeyed."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, example, given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from incident_bot.domain import entries as e
from incident_bot.domain.messages import MessageFile, SlackMessage
from incident_bot.domain.people import Person
from incident_bot.domain.words import (
    IC,
    ActionKind,
    ImpactArea,
    NoteKind,
    Priority,
    Severity,
    Status,
)
from incident_bot.postmortem.escape import clean, web_address
from tests.fuzz.hostile import PIECES, TOKEN, texts
from tests.fuzz.payloads import addresses
from tests.postmortem.book import Book

EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

READERS = {
    "github": MarkdownIt("js-default", {"html": True, "linkify": False}),
    "commonmark": MarkdownIt("commonmark", {"html": True}),
}
for reader in READERS.values():
    reader.validateLink = lambda url: True  # type: ignore[method-assign]  # a careless one

LIVE = {"html_inline", "image", "em_open", "s_open", "link_open"}
BLOCKS = {"html_block", "heading_open", "hr", "table_open", "th_open", "tr_open", "td_open",
          "blockquote_open", "strong_open"}  # fmt: skip


def written(typed: str, address: str | None = None) -> Book:
    """An incident in which everything that people and PagerDuty can write is `typed`.

    Not what is Markdown on purpose: a note of technical details.
    """
    book = Book()
    person = Person(name=typed, handle=typed)
    book.opened(title=typed, service=typed)
    book.add("14:23", e.AlertTriggered(alert_id="Q1", title=typed, url=address, service=typed,
                                       assignees=(person,), details=typed))  # fmt: skip
    book.add("14:23", e.RoomOpened(channel_id="C1", name="room"))
    book.add("14:24", e.RoleAssigned(role=IC, holder=person), person)
    book.add("14:24", e.AlertAcknowledged(alert_id="Q1"), person)
    book.add("14:25", e.Logged(headline=typed, details=typed), person)
    message = SlackMessage(
        channel_id="C1",
        ts="1.1",
        author=person,
        permalink=address,
        files=(MessageFile(file_id="F1", name=typed, mimetype="image/png"),),
    )
    book.add("14:25", e.Logged(headline=typed, details=typed, message=message), person)
    book.add("14:26", e.AlertAnnotated(alert_id="Q1", text=typed), person)
    book.add("14:26", e.Updated(text=typed, details=typed), person)
    book.add("14:26", e.SeverityChanged(severity=Severity.SEV1, text=typed), person)
    book.add("14:27", e.StatusChanged(status=Status.MITIGATED, text=typed, details=typed), person)
    for area in ImpactArea:
        book.add("15:00", e.ImpactStated(area=area, name=typed, value=typed), person)
    book.add("15:00", e.MetricStated(name=typed, baseline=typed, during=typed, peak=typed), person)
    for kind in set(NoteKind) - {NoteKind.TECHNICAL}:
        book.add("15:00", e.NoteAdded(note=kind, headline=typed, details=typed), person)
    book.add("15:00", e.NoteAdded(note=NoteKind.TECHNICAL, headline="plain"), person)
    for action in ActionKind:
        body = e.ActionAdded(action=action, priority=Priority.P0, text=typed, owner=person,
                             ticket=typed)  # fmt: skip
        book.add("15:00", body, person)
    for part in ("problem", "why", "root"):
        book.add("15:00", e.WhyStated.model_validate({"part": part, "text": typed}), person)
    book.add("15:10", e.StatusChanged(status=Status.RESOLVED, text=typed, details=typed), person)
    book.add("15:00", e.Approved(title=typed), person)
    return book


def tokens(reader: MarkdownIt, document: str) -> Iterator[Token]:
    """Every token, the inner ones too."""
    for token in reader.parse(document):
        yield token
        yield from token.children or ()


def skeleton(reader: MarkdownIt, document: str) -> dict[str, int]:
    """How many there are of what stands out."""
    count: dict[str, int] = {}
    for token in tokens(reader, document):
        if token.type in LIVE | BLOCKS:
            count[token.type] = count.get(token.type, 0) + 1
    return count


def check(typed: str) -> None:
    """Both documents have the shape that they have with harmless words."""
    hostile = written(typed)
    for write in (Book.postmortem, Book.timeline):
        document = write(hostile)
        for name, reader in READERS.items():
            alive = [t for t in tokens(reader, document) if t.type in LIVE]
            own = [t for t in alive if t.type == "link_open" and _is_honest(t, typed)]
            assert len(alive) == len(own), (name, [(t.type, t.attrs, t.content) for t in alive])
            found, expected = skeleton(reader, document), _harmless(name, write)
            for block in BLOCKS - {"strong_open"}:
                assert found.get(block) == expected.get(block), (name, block, found, expected)


@cache
def _harmless(reader: str, write: Callable[[Book], str]) -> dict[str, int]:
    """What stands out in the document when the words are harmless."""
    return skeleton(READERS[reader], write(written("harmless")))


def _is_honest(link: Token, typed: str) -> bool:
    """The war room's link, or an address that was typed alone where an address belongs (a ticket,
    a reference)."""
    address = str(link.attrs.get("href"))
    return address in (web_address(typed), "https://slack.com/app_redirect?channel=C1")


@EXAMPLES
@given(texts(long=False))
@example(f"{TOKEN}[click](https://{TOKEN}.example)")
@example(f"![{TOKEN}](https://{TOKEN}.example/x.png)")
@example(f"*{TOKEN}*")
@example(f"| {TOKEN} | b |\n|---|---|\n| c | d |")
@example(f"{TOKEN}\n===\n")
@example(f"<div>\n\n{TOKEN}\n\n</div>")
def test_nothing_typed_is_alive_in_a_document(typed: str) -> None:
    check(typed)


@pytest.mark.parametrize("piece", PIECES)
def test_no_piece_is_alive_in_a_document(piece: str) -> None:
    check(f"{piece}{TOKEN} {piece} b{piece}")
    if clean(piece).strip():  # an empty text is a gap to be filled, which shows
        check(piece * 3)


@EXAMPLES
@given(addresses)
def test_a_link_of_a_document_leads_to_the_web_and_where_it_says(address: str) -> None:
    document = written("harmless", address).postmortem()
    for reader in READERS.values():
        for token in tokens(reader, document):
            assert token.type not in LIVE - {"link_open"}
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith(("https://", "http://"))


@EXAMPLES
@given(texts(long=False))
def test_a_technical_note_may_be_markdown_but_not_html(typed: str) -> None:
    book = written("harmless")
    book.add("15:20", e.NoteAdded(note=NoteKind.TECHNICAL, headline=typed, details=typed))
    document = book.postmortem()
    for reader in READERS.values():
        for token in tokens(reader, document):
            assert token.type not in ("html_inline", "html_block")
            if token.type in ("link_open", "image"):
                target = str(token.attrs.get("href") or token.attrs.get("src"))
                assert not target.lower().startswith(("javascript:", "data:", "vbscript:"))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(EXAMPLES, max_examples=2000)
@given(texts(long=False))
def test_nothing_of_very_much_is_alive_in_a_document(typed: str) -> None:
    check(typed)
