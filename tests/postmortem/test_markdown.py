"""The documents as their readers see them."""

from datetime import date

from incident_bot.domain import entries as e
from incident_bot.domain.people import PAGERDUTY, Person
from incident_bot.domain.words import (
    COMMS,
    IC,
    OPS,
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Severity,
    Status,
)
from tests.postmortem.book import ALICE, BOB, CHARLIE, DIANA, Book
from tests.postmortem.checkout import checkout
from tests.postmortem.reading import HEADINGS, sections


def test_a_written_up_incident_has_every_section_and_no_gap(finished: Book) -> None:
    document = finished.postmortem()
    assert sections(document) == list(HEADINGS)
    assert "To write" not in document and "Still to Write" not in document
    assert document.endswith("**Document Version**: 1.0  \n**Status**: Final\n")


def test_the_header_says_what_the_sample_says(finished: Book) -> None:
    lines = [line.rstrip() for line in finished.postmortem().splitlines()[:8]]
    assert lines == [
        "# Incident Postmortem: API High Error Rate",
        "",
        "**Date**: 2025-10-27",
        "**Incident Commander**: Alice Smith (@alice)",
        "**Severity**: Sev2",
        "**Duration**: 45 minutes (14:23 - 15:08 UTC)",
        "**Impact**: Affected users: ~15,000 (10% of active users)",
        "**Error Budget Impact**: 3.24 minutes (15% of monthly budget)",
    ]


def test_a_figure_named_impact_is_the_impact_line(book: Book) -> None:
    book.opened()
    book.add("15:00", e.ImpactStated(area=ImpactArea.USER, name="Affected users", value="9"))
    book.add("15:00", e.ImpactStated(area=ImpactArea.USER, name="Impact", value="~9 saw errors"))
    assert "**Impact**: ~9 saw errors" in book.postmortem()


def test_machine_events_are_told_as_people_say_them(finished: Book) -> None:
    document = finished.postmortem()
    for told in (
        "**14:23** - Alert fired: Error rate > 1% (`ErrorRateHigh`)",
        "**14:25** - Alice Smith (@alice) acknowledged the alert",
        "**14:25** - Incident commander assigned (@alice)\n- Roles assigned:\n  - IC: @alice\n"
        "  - Ops: @bob\n  - Comms: @charlie",
        "**15:08** - Incident declared resolved\n- Rolled back to v2.3.3",
    ):
        assert told in document


def test_changes_say_what_was_before(book: Book) -> None:
    book.opened()
    book.add("14:25", e.RoleAssigned(role=IC, holder=ALICE))
    book.add("14:30", e.SeverityChanged(severity=Severity.SEV1, text="Payments too"), ALICE)
    book.add("14:40", e.RoleAssigned(role=IC, holder=BOB), ALICE)
    document = book.postmortem()
    assert "**14:30** - Severity changed from Sev2 to Sev1\n- Payments too" in document
    assert "**14:40** - Incident commander is now @bob (before: @alice)" in document


def test_a_handover_says_who_handed_over_and_the_asking_is_no_story(book: Book) -> None:
    book.opened()
    book.add("14:25", e.RoleAssigned(role=IC, holder=ALICE))
    offer = book.add("14:38", e.HandoverOffered(role=IC, to=CHARLIE), ALICE)
    book.add("14:39", e.HandoverDeclined(role=IC, offer=offer), CHARLIE)
    book.add("14:40", e.HandoverOffered(role=IC, to=BOB), ALICE)
    book.add("14:41", e.RoleAssigned(role=IC, holder=BOB, handed_over_by=ALICE), BOB)
    document = book.postmortem()
    assert "**14:41** - Incident commander is now @bob (handed over by @alice)" in document
    assert "**14:39**" not in document and "**14:40**" not in document


def test_several_alerts_are_told_apart(book: Book) -> None:
    book.opened()
    for alert_id, title in (("Q1", "API down"), ("Q2", "Queue full")):
        book.add("14:24", e.AlertTriggered(alert_id=alert_id, title=title), PAGERDUTY)
    book.add("14:26", e.AlertAcknowledged(alert_id="Q2"), BOB)
    book.add("15:00", e.AlertResolved(alert_id="Q1"), PAGERDUTY)
    document = book.postmortem()
    assert "Another alert fired: Queue full" in document
    assert "Bob Johnson (@bob) acknowledged the alert “Queue full”" in document
    assert "Alert “API down” resolved in PagerDuty" in document


def test_dates_show_when_it_spans_days_and_only_then(book: Book) -> None:
    book.opened("2025-10-27 23:50")
    book.add("2025-10-28 00:35:30", e.StatusChanged(status=Status.RESOLVED, text="x"), ALICE)
    document = book.postmortem()
    assert (
        "**Duration**: 45 minutes 30 seconds (2025-10-27 23:50 - 2025-10-28 00:35:30 UTC)"
        in document
    )
    assert "**2025-10-28 00:35** - Incident declared resolved" in document
    assert "**#2 · 2025-10-28 00:35**" in book.timeline()
    assert "**2025-10-27 14:20**" not in checkout().postmortem()


def test_figures_stand_with_both_end_points_and_their_entries(finished: Book) -> None:
    assert (
        "| TTM | 30 m | impact started 14:20 | mitigated 14:50 | mitigated − impact started "
        "| #14, #15 |" in finished.postmortem()
    )
    assert (
        "- **Impact duration**: 30 minutes (impact started 14:20 → mitigated 14:50 UTC)"
        in finished.postmortem()
    )


def test_an_odd_order_is_said_in_words_and_never_as_a_negative_figure(book: Book) -> None:
    book.opened("14:18")
    book.add("14:20", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE)
    document = book.postmortem()
    assert "| TTD | no figure: detected 14:18 is before impact started 14:20 UTC |" in document
    assert (
        "Not in the usual order: detected 14:18 (#1) came before impact started 14:20 (#2)."
        in document
    )
    assert "-2 m" not in document and "−2 m" not in document


def test_every_gap_names_who_writes_it_and_is_listed_at_the_end(book: Book) -> None:
    book.opened()
    book.add("14:25", e.RoleAssigned(role=IC, holder=ALICE))
    document = book.postmortem()
    assert (
        "> **To write — Incident Commander (@alice):** what went well? `/incident note well …`"
        in document
    )
    body, _, end = document.partition("## Still to Write")
    asked = {
        line.rstrip().rpartition(" `")[2] for line in body.splitlines() if "**To write" in line
    }
    assert asked and all(f"`{command}" in end for command in asked)
    assert end.count("`/incident why root …`") == 1
    assert sections(document) == list(HEADINGS)
    assert "**Status**: Draft (the incident is not over; parts are still to write;" in document


def test_a_gap_goes_to_the_role_that_knows(book: Book) -> None:
    book.opened()
    book.add("14:25", e.RoleAssigned(role=OPS, holder=BOB))
    assert "> **To write — Operations lead (@bob):** what ended the impact?" in book.postmortem()


def test_actions_stand_by_priority_and_then_as_recorded(book: Book) -> None:
    book.opened()
    for priority, what in ((Priority.P1, "b"), (Priority.P0, "a"), (Priority.P1, "c | d")):
        body = e.ActionAdded(
            action=ActionKind.PREVENTION,
            priority=priority,
            text=what,
            owner=BOB,
            due=date(2025, 11, 10),
            ticket="https://tickets.example.com/browse/ENG-7" if what == "a" else None,
        )
        book.add("15:00", body)
    document = book.postmortem()
    assert (
        "| P0 | a | @bob | 2025-11-10 | [ENG-7](https://tickets.example.com/browse/ENG-7) |\n"
        "| P1 | b | @bob | 2025-11-10 | none yet |\n"
        "| P1 | c \\| d | @bob | 2025-11-10 | none yet |"
    ) in document
    assert "> **To write, if there was any — Incident Commander" in document


def test_corrected_lines_show_the_corrected_text_and_retracted_ones_are_gone(book: Book) -> None:
    book.opened()
    wrong = book.add("14:30", e.Logged(headline="Tuesday's deploy"), BOB)
    gone = book.add("14:31", e.Logged(headline="Wrong room"), BOB)
    book.add("14:29", e.Logged(headline="Monday's deploy"), ALICE, supersedes=wrong, reason="date")
    book.add("14:32", e.Retracted(target=gone), BOB, supersedes=gone)
    for document in (book.postmortem(), book.timeline()):
        assert "Monday's deploy" in document
        assert "Tuesday's deploy" not in document and "Wrong room" not in document
    assert "**#2 · 14:29** · Alice Smith (@alice) - Monday's deploy (corrected)" in book.timeline()
    assert "- Corrected by Alice Smith (@alice) (#4): date" in book.timeline()


def test_redacted_text_shows_as_such(book: Book) -> None:
    book.opened()
    book.add("14:30", e.Logged(headline="password hunter2", details="hunter2"), BOB)
    book.entries[1] = book.entries[1].model_copy(
        update={"body": book.entries[1].body.scrubbed(), "redacted": True}
    )
    book.add("14:31", e.Redacted(targets=(2,), text="pasted password"), ALICE)
    for document in (book.postmortem(), book.timeline()):
        assert "- [redacted]" in document and "hunter2" not in document


def test_attendees_are_merged_without_doubles(book: Book) -> None:
    book.opened()
    book.add("14:25", e.RoleAssigned(role=IC, holder=ALICE))
    book.add("14:26", e.RoleAssigned(role=COMMS, holder=ALICE))
    book.add("14:27", e.PeopleInvited(people=(Person(name="Alice Smith", slack_id="U1"), BOB)))
    for name in ("@alice", "alice smith", "Frank Thompson"):
        book.add("15:00", e.NoteAdded(note=NoteKind.ATTENDEE, headline=name, details="SRE"), ALICE)
    assert (
        "### Attendees\n\n- Alice Smith (SRE)\n- Bob Johnson\n- Frank Thompson (SRE)\n\n"
    ) in book.postmortem()


def test_final_needs_the_commanders_approval_of_what_stands() -> None:
    waiting = checkout(approved=False)
    assert "- Incident Commander: Alice Smith (not yet approved)" in waiting.postmortem()
    waiting.add("16:00", e.Approved(title="Engineering Manager"), DIANA)
    assert "Draft (the Incident Commander has not approved it)" in waiting.postmortem()
    waiting.add("16:10", e.Approved(title="Incident Commander"), ALICE)
    assert "**Status**: Final" in waiting.postmortem()
    changed = waiting.add("16:20", e.NoteAdded(note=NoteKind.WELL, headline="More"), BOB)
    assert (
        f"Draft (it changed after the Incident Commander approved it (#{changed}))"
        in waiting.postmortem()
    )


def test_drafts_are_numbered() -> None:
    book = checkout(approved=False)
    assert "**Document Version**: 0.1" in book.postmortem()
    book.add("16:00", e.PostmortemDelivered(file_id="F1", name="postmortem-INC-1.md"))
    assert "**Document Version**: 0.2" in book.postmortem()


def test_private_is_said_on_both_documents(book: Book) -> None:
    book.opened(private=True)
    assert "**Private**" in book.postmortem() and "**Private**" in book.timeline()
    assert "**Private**" not in checkout().postmortem()


def test_technical_notes_stand_as_typed(finished: Book) -> None:
    assert (
        "**N+1 query in v2.3.4**\n\nWhat shipped:\n\n```python\ndef products(category):\n"
        "    # one query for each product\n" in finished.postmortem()
    )
