"""A storm of alerts in the documents: one line in the story, every alert in the timeline."""

from incident_bot.domain import entries as e
from incident_bot.domain.people import PAGERDUTY
from incident_bot.domain.words import Status
from tests.postmortem.book import ALICE, BOB, Book

STORM = 200


def fires(book: Book, number: int, at: str, title: str = "") -> int:
    body = e.AlertTriggered(
        alert_id=f"Q{number}",
        title=title or f"Disk full on web-{number}",
        number=number,
        url=f"https://acme.pagerduty.com/incidents/Q{number}",
    )
    return book.add(at, body, PAGERDUTY)


def stormy(book: Book, alerts: int = STORM) -> Book:
    """Q1 opens the incident at 14:23, the others follow from 14:31 on, one each second."""
    book.opened()
    fires(book, 1, "14:23", "API down")
    for number in range(2, alerts + 1):
        minute, second = divmod(number - 2, 60)
        fires(book, number, f"14:{31 + minute}:{second:02}")
    return book


def test_a_storm_is_one_line_of_the_story(book: Book) -> None:
    document = stormy(book).postmortem()
    assert (
        "**14:31** - 199 more alerts fired\n"
        "- Entries #3 to #201, 14:31 to 14:34:18 UTC\n"
        "- The first: Disk full on web-2\n"
        "- The last: Disk full on web-200\n"
        "- 199 different titles\n"
    ) in document
    assert "**14:23** - Alert fired: API down" in document
    assert len(document.splitlines()) < 400


def test_the_timeline_keeps_each_of_them(book: Book) -> None:
    assert stormy(book).timeline().count("Another alert fired: ") == STORM - 1


def test_what_people_did_stands_between(book: Book) -> None:
    stormy(book)
    book.add("14:32:30", e.Logged(headline="Restarted the proxy"), ALICE)
    lines = [line for line in book.postmortem().splitlines() if line.startswith("**14:")]
    assert lines[1:4] == [
        "**14:31** - 91 more alerts fired",
        "**14:32** - Restarted the proxy",
        "**14:32** - 108 more alerts fired",
    ]


def test_acknowledgements_and_resolutions_are_counted_and_the_first_stands_alone(
    book: Book,
) -> None:
    stormy(book)
    for number in range(1, STORM + 1):
        who = BOB if number % 2 else ALICE
        book.add("14:40", e.AlertAcknowledged(alert_id=f"Q{number}"), who)
    for number in range(1, STORM + 1):
        book.add("14:50", e.AlertResolved(alert_id=f"Q{number}"), PAGERDUTY)
    document = book.postmortem()
    assert "**14:40** - Bob Johnson (@bob) acknowledged the alert “API down”" in document
    counted = "199 alerts acknowledged by Alice Smith (@alice), Bob Johnson (@bob)"
    assert f"**14:40** - {counted}\n- Entries #203 to #401" in document
    assert "**14:50** - 200 alerts resolved in PagerDuty" in document


def test_alerts_that_come_and_go_are_one_line(book: Book) -> None:
    book.opened()
    fires(book, 1, "14:23")
    for number in range(2, 12):
        fires(book, number, f"14:3{number % 10}" if number < 10 else f"14:4{number % 10}", "Flap")
        book.add("14:44", e.AlertResolved(alert_id=f"Q{number}"), PAGERDUTY)
    document = book.postmortem()
    assert "10 more alerts fired; 10 alerts resolved in PagerDuty" in document
    assert "different titles" not in document


def test_a_few_alerts_are_told_one_by_one(book: Book) -> None:
    document = stormy(book, 5).postmortem()
    assert document.count("Another alert fired: ") == 4
    assert "more alerts" not in document


def test_after_a_pause_it_is_another_storm(book: Book) -> None:
    stormy(book, 7)
    for number in range(10, 16):
        fires(book, number, "15:10")
    document = book.postmortem()
    assert "**14:31** - 6 more alerts fired" in document
    assert "**15:10** - 6 more alerts fired" in document


def test_a_corrected_line_stands_for_itself(book: Book) -> None:
    stormy(book, 20)
    body = e.AlertTriggered(alert_id="Q9", title="Not a disk at all")
    book.add("14:31:07", body, ALICE, supersedes=10, reason="mislabelled")
    assert "Another alert fired: Not a disk at all" in book.postmortem()


def test_figures_keep_their_evidence(book: Book) -> None:
    stormy(book)
    first = book.add("14:40:10", e.AlertAcknowledged(alert_id="Q50"), BOB)
    for number in range(1, 40):
        book.add("14:41", e.AlertAcknowledged(alert_id=f"Q{number}"), BOB)
    over = book.add("15:00", e.StatusChanged(status=Status.RESOLVED, text="x"), BOB)
    document = book.postmortem()
    assert f"#{first}" in document and f"#{over}" in document


def test_the_references_name_the_first_alerts_and_where_the_others_are(book: Book) -> None:
    document = stormy(book).postmortem()
    assert document.count("PagerDuty alert**") == 10
    assert "190 more, each in timeline-INC-1.md" in document


def test_nothing_typed_in_a_title_is_obeyed(book: Book) -> None:
    book.opened()
    for number in range(1, 9):
        fires(book, number, "14:31", "# <script>x</script> | **bold**\n- item")
    document = book.postmortem()
    assert "<script>" not in document
    assert "\n- item" not in document
