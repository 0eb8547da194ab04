"""One incident as it happens in real life: a checkout that ran out of database connections."""

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
    Status,
)
from tests.postmortem.book import ALICE, BOB, CHARLIE, DIANA, Book

FIXED_QUERY = """What shipped:

```python
def products(category):
    # one query for each product
    return [reviews(p) for p in rows(category)]
```

Under load: 100 products × 3000 req/s = 300,000 queries/s"""


def _response(book: Book) -> None:
    book.opened("14:23")
    book.add(
        "14:23",
        e.AlertTriggered(
            alert_id="Q1",
            title="Error rate > 1% (`ErrorRateHigh`)",
            url="https://example.pagerduty.com/incidents/Q1",
            service="checkout-api",
            number=1207,
            assignees=(ALICE,),
        ),
        PAGERDUTY,
    )
    book.add("14:23", e.RoomOpened(channel_id="C042", name="incident-2025-10-27-api"))
    book.add("14:24", e.PeopleInvited(people=(ALICE, Person(name="Eve Wilson", handle="eve"))))
    book.add("14:25", e.AlertAcknowledged(alert_id="Q1"), ALICE)
    book.add("14:25", e.RoleAssigned(role=IC, holder=ALICE))
    book.add("14:25", e.RoleAssigned(role=OPS, holder=BOB))
    book.add("14:25", e.RoleAssigned(role=COMMS, holder=CHARLIE))
    for at, headline, details, who in (
        ("14:20", "v2.3.4 deployed", "Health checks passed\nNo alerts", BOB),
        (
            "14:27",
            "Traffic is three times the usual",
            "Campaign mail went out, ~1000 → 3000 req/s",
            ALICE,
        ),
        (
            "14:30",
            "Connection pool at 100 %",
            "- 50 of 50 in use\n  - 200+ waiting\n- p95 500ms",
            BOB,
        ),
        ("14:40", "Decision: roll back to v2.3.3", "Safer than debugging in production", ALICE),
        ("14:45", "Rolled back", "```\nkubectl rollout undo deploy/api\n```\n5% → 1%", BOB),
    ):
        book.add(at, e.Logged(headline=headline, details=details), who)
    book.add("14:20", e.MilestoneSet(milestone=Milestone.IMPACT_STARTED), ALICE)
    book.add(
        "14:50",
        e.StatusChanged(
            status=Status.MITIGATED, text="error rate at its baseline", details="Error rate: < 0.1%"
        ),
        BOB,
    )
    book.add("15:00", e.Updated(text="Status page: resolved", details="Mail to users"), CHARLIE)
    book.add("15:08", e.StatusChanged(status=Status.RESOLVED, text="Rolled back to v2.3.3"), ALICE)


def _write_up(book: Book) -> None:
    at = "15:30"
    for area, name, value in (
        (ImpactArea.USER, "Affected users", "~15,000 (10% of active users)"),
        (ImpactArea.USER, "Error rate", "5-10% (baseline < 0.1%)"),
        (ImpactArea.SYSTEM, "Peak error rate", "10%"),
        (ImpactArea.SLO, "Monthly error budget", "21.6 minutes (99.95% availability)"),
        (ImpactArea.SLO, "Budget consumed", "3.24 minutes (15% of monthly budget)"),
        (ImpactArea.SENTIMENT, "Support tickets", "23"),
        (ImpactArea.BUSINESS, "Revenue impact", "$3,000 estimated"),
    ):
        book.add(at, e.ImpactStated(area=area, name=name, value=value), CHARLIE)
    book.add(
        at,
        e.MetricStated(name="Latency (p95)", baseline="50ms", during="200-500ms", peak="500ms"),
        BOB,
    )
    for part, number, text in (
        ("problem", 0, "Checkout answered 500"),
        ("why", 1, "Database connections timed out"),
        ("why", 2, "The pool was exhausted"),
        ("root", 0, "No load test between review and production"),
    ):
        book.add(
            at, e.WhyStated.model_validate({"part": part, "number": number, "text": text}), ALICE
        )
    for kind, headline, details in (
        (NoteKind.SUMMARY, "The API answered 5-10% errors for 45 minutes.", "No data was lost."),
        (NoteKind.LEARNING, "Load tests must look like real traffic", ""),
        (NoteKind.TECHNICAL, "N+1 query in v2.3.4", FIXED_QUERY),
        (NoteKind.FACTOR, "No load testing in CI/CD", "Review missed it\nNo query analysis"),
        (NoteKind.FACTOR, "Campaign not coordinated", ""),
        (NoteKind.PERMANENT, "Query rewritten in v2.3.5:", "- one join\n- tested at 5 × load"),
        (NoteKind.WELL, "Quick detection", "Alert within 3 minutes"),
        (NoteKind.POORLY, "The rollback took 10 minutes", "By hand"),
        (NoteKind.LUCKY, "Business hours", "Everybody was there"),
        (NoteKind.REFERENCE, "Grafana dashboard", "https://grafana.example.com/d/checkout"),
        (NoteKind.ATTENDEE, "Alice Smith", "SRE"),
        (NoteKind.ATTENDEE, "Frank Thompson", "VP Engineering"),
        (NoteKind.FOLLOW_UP, "Postmortem meeting", "2025-10-28 at 14:00 UTC"),
    ):
        book.add(at, e.NoteAdded(note=kind, headline=headline, details=details), ALICE)
    for action, priority, text, owner in (
        (ActionKind.PREVENTION, Priority.P2, "Lint for N+1 queries", BOB),
        (ActionKind.PREVENTION, Priority.P0, "Load test in the pipeline", BOB),
        (ActionKind.DETECTION, Priority.P1, "Alert at 80 % of the pool", ALICE),
        (ActionKind.RESPONSE, Priority.P0, "Roll back by itself", CHARLIE),
        (ActionKind.PROCESS, Priority.P1, "Announce campaigns", Person(name="product")),
    ):
        book.add(
            at,
            e.ActionAdded(
                action=action,
                priority=priority,
                text=text,
                owner=owner,
                due=date(2025, 11, 10),
                ticket="ENG-1234",
            ),
            ALICE,
        )


def checkout(*, approved: bool = True) -> Book:
    """The journal, from the first alert to the approvals."""
    book = Book()
    _response(book)
    _write_up(book)
    if approved:
        book.add("16:00", e.Approved(title=""), ALICE)
        book.add("2025-10-28 09:00", e.Approved(title="Engineering Manager"), DIANA)
    return book
