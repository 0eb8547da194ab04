"""Whatever people type and in whatever order: a whole document, and nothing typed is obeyed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.fold import fold
from incident_bot.domain.levels import SeverityLevel, Slo, StatusName, Zone
from incident_bot.domain.people import BOT, PAGERDUTY, Person, by
from incident_bot.domain.policy import DEFAULT_ROLES, Policy, Role
from incident_bot.domain.words import (
    IC,
    ActionKind,
    ImpactArea,
    NoteKind,
    Priority,
    Severity,
    Status,
)
from incident_bot.postmortem import write_postmortem, write_timeline
from incident_bot.postmortem.facts import facts
from tests.postmortem.book import ALICE, BOB, Book
from tests.postmortem.reading import HEADINGS, headings, links, live_html, sections, text

HOSTILE = (
    "# not a heading",
    "a | b",
    "<script>alert(1)</script>",
    "@channel",
    "```",
    "one\n# two\n---\n## three",
    "<!--",
    "[x](javascript:alert(1))",
    "`",
    "**",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_text_is_shown_and_never_obeyed(typed: str) -> None:
    document, timeline = _all_typed(typed)
    assert sections(document) == list(HEADINGS)
    assert headings(timeline)[0][0] == 1 and len(headings(timeline)) == 1
    for text_ in (document, timeline):
        assert live_html(text_) == []
        assert not [target for target in links(text_) if not target.startswith("http")]
    title = headings(document)[0]
    assert title[0] == 1
    if "\n" not in typed:
        assert f"Incident Postmortem: {typed}" in text(document)


def _all_typed(typed: str) -> tuple[str, str]:
    """Both documents of an incident in which everybody types the same."""
    book = Book(policy=_all_named(typed))
    book.opened(title=typed, service=typed)
    person = Person(name=typed, handle=typed)
    book.add("14:23", e.AlertTriggered(alert_id=typed, title=typed, url=typed, service=typed,
                                       assignees=(person,), details=typed))  # fmt: skip
    book.add("14:23", e.RoomOpened(channel_id=typed, name=typed))
    book.add("14:24", e.RoleAssigned(role=IC, holder=person), person)
    book.add("14:24", e.RoleAssigned(role=typed, holder=person), person)
    book.add("14:25", e.Logged(headline=typed, details=f"{typed}\n- {typed}"), person)
    book.add("14:26", e.AlertAnnotated(alert_id=typed, text=typed), person)
    book.add("14:26", e.Updated(text=typed, details=typed), person)
    book.add("14:26", e.SeverityChanged(severity=Severity.SEV1, text=typed), person)
    book.add("14:27", e.StatusChanged(status=Status.MITIGATED, text=typed, details=typed), person)
    for area in ImpactArea:
        book.add("15:00", e.ImpactStated(area=area, name=typed, value=typed), person)
    book.add("15:00", e.MetricStated(name=typed, baseline=typed, during=typed, peak=typed), person)
    for kind in NoteKind:
        book.add("15:00", e.NoteAdded(note=kind, headline=typed, details=typed), person)
    for action in ActionKind:
        body = e.ActionAdded(action=action, priority=Priority.P0, text=typed, owner=person,
                             ticket=typed)  # fmt: skip
        book.add("15:00", body, person)
    for part in ("problem", "why", "root"):
        book.add("15:00", e.WhyStated.model_validate({"part": part, "text": typed}), person)
    book.add("15:00", e.Approved(title=typed), person)
    return book.postmortem(), book.timeline()


def _all_named(name: str) -> Policy:
    """A team that calls everything the same."""
    return Policy(
        roles=tuple(Role(key=role.key, name=name, short=name) for role in DEFAULT_ROLES),
        statuses=tuple(StatusName(status=status, name=name) for status in Status),
        severities=tuple(SeverityLevel(severity=s, description=name) for s in Severity),
        slos=(Slo(service=name, objective=99.9),),
        zones=(Zone(name=name, from_percent=0),),
    )


def test_the_same_journal_gives_the_same_bytes(finished: Book) -> None:
    again = [e.Entry.model_validate_json(entry.model_dump_json()) for entry in finished.entries]
    incident = fold("INC-1", again)
    assert write_postmortem(incident, again, Policy()) == finished.postmortem()
    assert write_timeline(incident, again, Policy()) == finished.timeline()


_texts = st.text(max_size=12) | st.sampled_from(HOSTILE)
_roles = st.sampled_from(["ic", "ops", "scribe"])
_people = st.sampled_from([ALICE, BOB, Person(name="x")]) | st.builds(
    Person, name=_texts, handle=st.none() | _texts
)
_bodies = st.one_of(
    *(
        st.builds(kind)
        for kind in (e.Opened, e.AlertAcknowledged, e.AlertResolved, e.AlertAnnotated, e.AlertOther,
                     e.RoomOpened, e.SeverityChanged, e.StatusChanged, e.MilestoneSet, e.Logged,
                     e.Updated, e.ImpactStated, e.MetricStated, e.ActionAdded, e.NoteAdded,
                     e.WhyStated, e.Approved, e.EffectFailed, e.PagerDutyWritten,
                     e.PostmortemDelivered, e.RoomArchived, e.Reminded, e.ReminderDismissed)
    ),
    st.builds(e.AlertTriggered, title=_texts, details=_texts, assignees=st.just(())),
    st.builds(e.PeopleInvited, people=st.tuples(_people)),
    st.builds(e.MembershipChanged, person=_people, here=st.booleans()),
    st.builds(e.RoleAssigned, role=_roles, holder=st.none() | _people),
)  # fmt: skip
_actors = st.sampled_from([BOT, PAGERDUTY]) | _people.map(by)
_START = datetime(2025, 10, 27, 23, 30, tzinfo=UTC)


@st.composite
def _journals(draw: st.DrawFn) -> list[e.Entry]:
    journal = []
    for seq, body in enumerate(draw(st.lists(_bodies, max_size=12)), start=1):
        at = _START + timedelta(seconds=draw(st.integers(-4000, 4000)))
        supersedes = None
        if seq > 1 and draw(st.integers(0, 4)) == 0:
            supersedes = draw(st.integers(1, seq - 1))
            kind = draw(st.sampled_from(["same", "retracted"]))
            body = (
                e.Retracted(target=supersedes)
                if kind == "retracted"
                else journal[supersedes - 1].body
            )
        journal.append(
            e.Entry(seq=seq, occurred_at=at, recorded_at=at, actor=draw(_actors), body=body,
                    supersedes=supersedes)
        )  # fmt: skip
    return journal


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_journals())
def test_any_journal_becomes_a_whole_document(journal: list[e.Entry]) -> None:
    incident = fold("INC-1", journal)
    scribe = Role(key="scribe", name="Scribe", short="Scribe")
    policy = Policy(roles=(*DEFAULT_ROLES, scribe))
    document = write_postmortem(incident, journal, policy)
    moments = {fact.name: fact.value for fact in facts(journal, incident)}
    assert {milestone: moments[milestone] for milestone in incident.times} == incident.times
    assert sections(document) == list(HEADINGS)
    assert live_html(document) == []
    assert document == write_postmortem(incident, journal, policy)
    assert len(headings(write_timeline(incident, journal, policy))) == 1
