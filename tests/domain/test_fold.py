"""Any order of commands keeps the invariants: the fold, the chain, and who may move the status."""

import contextlib
from datetime import timedelta

from hypothesis import given, strategies as st

from incident_bot.domain import chain, commands as c
from incident_bot.domain.decision import Refusal
from incident_bot.domain.fold import fold
from incident_bot.domain.journal import in_force
from incident_bot.domain.people import BOT, by
from incident_bot.domain.words import IC, ImpactArea, Milestone, NoteKind, Severity, Status
from tests.domain.world import ALICE, BOB, CHARLIE, START, alert, alerted

people = st.sampled_from([ALICE, BOB, CHARLIE])
actors = people.map(by)
times = st.none() | st.integers(-300, 300).map(lambda m: START + timedelta(minutes=m))
numbers = st.integers(1, 12)
texts = st.sampled_from(["one", "two", "<!channel> | `x`", "# heading"])
alerts = st.sampled_from(["Q1", "Q2"])

commands = st.one_of(
    st.builds(
        c.AlertTriggers,
        alert=alerts.map(alert),
        at=times,
        event_type=st.sampled_from(["incident.triggered", "incident.reopened"]),
    ),
    st.builds(c.OpenForAlert, actor=actors, alert=alerts.map(alert)),
    st.builds(c.AlertAcknowledges, actor=actors, alert_id=alerts, at=times),
    st.builds(c.AlertResolves, alert_id=alerts, at=times),
    st.builds(c.AlertAnnotates, alert_id=alerts, text=texts),
    st.builds(c.AssignRole, actor=actors, role=st.just(IC), holder=st.none() | people),
    st.builds(c.ChangeSeverity, actor=actors, severity=st.sampled_from(Severity)),
    st.builds(
        c.ChangeStatus,
        actor=actors,
        status=st.sampled_from([Status.ACKNOWLEDGED, Status.MITIGATED]),
        at=times,
    ),
    st.builds(c.Resolve, actor=actors, at=times, text=texts),
    st.builds(c.Reopen, actor=actors),
    st.builds(c.Cancel, actor=actors),
    st.builds(c.LogEntry, actor=actors, headline=texts, at=times),
    st.builds(c.Edit, actor=actors, number=numbers, headline=st.none() | texts, at=times),
    st.builds(c.Retract, actor=actors, number=numbers),
    st.builds(c.Redact, actor=actors, number=numbers),
    st.builds(
        c.SetMilestone,
        actor=actors,
        milestone=st.sampled_from([Milestone.IMPACT_STARTED, Milestone.DETECTED]),
        at=times,
    ),
    st.builds(c.StateImpact, actor=actors, area=st.just(ImpactArea.USER), name=texts, value=texts),
    st.builds(c.AddNote, actor=actors, note=st.sampled_from(NoteKind), headline=texts),
    st.builds(
        c.StateWhy, actor=actors, part=st.sampled_from(["problem", "why", "root"]), text=texts
    ),
    st.builds(c.PostUpdate, actor=actors, text=texts),
    st.builds(c.RecordRoom, actor=st.just(BOT), channel_id=st.just("C1"), name=st.just("room")),
    st.builds(c.RecordInvitation, actor=st.just(BOT), people=st.tuples(people)),
)


@given(st.lists(commands, max_size=25))
def test_the_state_kept_in_step_is_the_fold_and_the_chain_holds(story: list[c.Command]) -> None:
    world = alerted()
    for command in story:
        with contextlib.suppress(Refusal):
            world.handle(command)
        assert fold("INC-1", world.journal) == world.incident
    assert chain.verify("INC-1", world.chain()) is None
    assert [entry.seq for entry in world.journal] == list(range(1, len(world.journal) + 1))
    numbers_in_force = [line.number for line in in_force(world.journal)]
    assert len(numbers_in_force) == len(set(numbers_in_force))


@given(st.lists(commands, max_size=25))
def test_only_reopening_turns_the_status_back(story: list[c.Command]) -> None:
    world = alerted()
    for command in story:
        before = world.incident.status
        with contextlib.suppress(Refusal):
            world.handle(command)
        if not isinstance(command, c.Reopen):
            assert world.incident.status.rank >= before.rank


@given(st.lists(commands, min_size=1, max_size=15), st.data())
def test_a_change_behind_the_journals_back_is_found(
    story: list[c.Command], data: st.DataObject
) -> None:
    world = alerted()
    for command in story:
        with contextlib.suppress(Refusal):
            world.handle(command)
    rows = world.chain()
    at = data.draw(st.integers(0, len(rows) - 1))
    entry, link = rows[at]
    moved = entry.model_copy(update={"occurred_at": entry.occurred_at + timedelta(minutes=1)})
    assert chain.verify("INC-1", [*rows[:at], (moved, link), *rows[at + 1 :]]) is not None
    if at < len(rows) - 1:
        assert chain.verify("INC-1", [*rows[:at], *rows[at + 1 :]]) is not None


def test_a_body_blanked_without_a_redaction_is_found() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="inconvenient"))
    rows = world.chain()
    entry, link = rows[2]
    blank = entry.model_copy(update={"body": entry.body.scrubbed(), "redacted": True})
    hidden = chain.Link(salt=None, body_digest=link.body_digest, hash=link.hash)
    verdict = chain.verify("INC-1", [*rows[:2], (blank, hidden)])
    assert verdict is not None and "no entry says so" in verdict


def test_the_digest_is_salted_so_a_short_secret_cannot_be_guessed() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="1234"))
    guess = chain.body_digest(world.journal[-1].body, None, "another salt")
    assert world.links[-1].body_digest != guess
