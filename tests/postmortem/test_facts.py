"""The table of facts: every figure with both end points and the entries that prove it."""

from hypothesis import given, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.words import IC, ImpactArea, Milestone, Status
from incident_bot.postmortem.facts import Fact, disorder, facts
from tests.postmortem.book import ALICE, BOB, CHARLIE, Book, moment

MINUTE = 60


def table(book: Book) -> dict[str, Fact]:
    return {fact.key: fact for fact in facts(book.entries, book.incident)}


def test_durations_follow_the_definitions(finished: Book) -> None:
    known = table(finished)
    minutes = {
        "ttd": 3,
        "tta": 2,
        "time_to_ic": 2,
        "ttm": 30,
        "ttr": 48,
        "impact_duration": 30,
        "declared_duration": 45,
    }
    assert {key: known[key].seconds for key in minutes} == {k: v * 60 for k, v in minutes.items()}


def test_each_duration_names_its_end_points_and_their_entries(finished: Book) -> None:
    ttm = table(finished)["ttm"]
    assert ttm.start is not None and ttm.end is not None
    assert (ttm.start.name, ttm.start.at) == ("impact started", moment("14:20"))
    assert (ttm.end.name, ttm.end.at) == ("mitigated", moment("14:50"))
    assert ttm.formula == "mitigated − impact started"
    started, mitigated = (finished.entries[n - 1].body for n in ttm.evidence)
    assert isinstance(started, e.MilestoneSet) and isinstance(mitigated, e.StatusChanged)


def test_a_correction_is_evidence_beside_what_it_corrects(book: Book) -> None:
    book.opened("14:23")
    first = book.add("14:50", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE)
    again = book.add(
        "14:20", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE, supersedes=first
    )
    ttd = table(book)["ttd"]
    assert ttd.seconds == 3 * MINUTE
    assert ttd.evidence == (first, again, 1)


def test_a_missing_end_point_is_named_and_there_is_no_figure(book: Book) -> None:
    book.opened()
    ttr = table(book)["ttr"]
    assert ttr.value is None and ttr.seconds is None
    assert ttr.missing == ("impact started", "resolved")


def test_a_retracted_milestone_is_no_evidence(book: Book) -> None:
    book.opened()
    start = book.add("14:20", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE)
    book.add("14:30", e.Retracted(target=start), ALICE, supersedes=start)
    assert table(book)["ttd"].missing == ("impact started",)


def test_reopening_forgets_when_it_was_resolved(book: Book) -> None:
    book.opened()
    book.add("15:00", e.StatusChanged(status=Status.RESOLVED), ALICE)
    book.add("15:10", e.StatusChanged(status=Status.OPEN), ALICE)
    assert table(book)["declared_duration"].missing == ("resolved",)


def test_the_first_acknowledgement_counts(book: Book) -> None:
    book.opened("14:23")
    book.add("14:25", e.AlertAcknowledged(alert_id="Q1"), ALICE)
    book.add("14:40", e.AlertAcknowledged(alert_id="Q2"), BOB)
    assert table(book)["tta"].seconds == 2 * MINUTE
    assert table(book)["tta"].evidence == (1, 2)


def test_the_first_ic_counts_whoever_follows(book: Book) -> None:
    book.opened("14:23")
    book.add("14:35", e.RoleAssigned(role=IC, holder=ALICE))
    book.add("14:55", e.RoleAssigned(role=IC, holder=BOB))
    assert table(book)["time_to_ic"].seconds == 12 * MINUTE


def test_durations_cross_midnight(book: Book) -> None:
    book.opened("2025-10-27 23:50")
    book.add("2025-10-28 00:35", e.StatusChanged(status=Status.RESOLVED), ALICE)
    assert table(book)["declared_duration"].seconds == 45 * MINUTE


def test_an_end_before_its_start_is_known_as_such(book: Book) -> None:
    book.opened("14:18")
    book.add("14:20", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE)
    known = facts(book.entries, book.incident)
    ttd = next(fact for fact in known if fact.key == "ttd")
    assert ttd.out_of_order and ttd.seconds is None and ttd.value == -2 * MINUTE
    assert [(a.name, b.name) for a, b in disorder(known)] == [("impact started", "detected")]


def test_supplied_figures_say_who_supplied_them_and_the_last_one_counts(book: Book) -> None:
    book.opened()
    for value, who in (("~10,000", ALICE), ("~15,000", CHARLIE)):
        body = e.ImpactStated(area=ImpactArea.USER, name="Affected users", value=value)
        book.add("15:00", body, who)
    users = table(book)["impact.user.Affected users"]
    assert (users.value, users.source, users.evidence) == ("~15,000", "supplied", (3,))
    assert users.by is not None and users.by.person == CHARLIE


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_what_is_printed_adds_up(first: int, second: int) -> None:
    """Both end points as printed differ by exactly the figure, fractions of seconds or not."""
    book = Book()
    book.opened(f"14:23:00.{first:06d}")
    book.add(f"14:24:10.{second:06d}", e.StatusChanged(status=Status.RESOLVED), ALICE)
    fact = table(book)["declared_duration"]
    assert fact.start is not None and fact.end is not None
    assert fact.seconds == (fact.end.at - fact.start.at).total_seconds()
    assert fact.start.at.microsecond == 0


def test_the_recorded_moments_are_those_of_the_state(finished: Book) -> None:
    known = table(finished)
    assert {
        milestone: known[f"at.{milestone}"].value for milestone in finished.incident.times
    } == finished.incident.times


def test_a_reopened_incident_says_that_the_durations_run_to_the_last_end(book: Book) -> None:
    book.opened("14:23")
    for at, status in (("15:08", "resolved"), ("16:00", "open"), ("16:30", "resolved")):
        book.add(at, e.StatusChanged(status=Status(status)), ALICE)
    assert table(book)["declared_duration"].seconds == 127 * 60
    assert "reopened 16:00 (#3): the durations run to the last end" in book.postmortem()


def test_acknowledged_again_after_reopening_leaves_the_first_time(book: Book) -> None:
    book.opened("14:23")
    for at, status in (
        ("14:25", "acknowledged"),
        ("15:08", "resolved"),
        ("16:00", "open"),
        ("16:05", "acknowledged"),
    ):
        book.add(at, e.StatusChanged(status=Status(status)), ALICE)
    tta = table(book)["tta"]
    assert (tta.seconds, tta.evidence) == (2 * 60, (1, 2))
