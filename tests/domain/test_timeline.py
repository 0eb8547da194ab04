"""Log, edit, retract, redact: a correction never destroys, a redaction leaves no text."""

import pytest

from incident_bot.domain import chain, commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.journal import in_force, timeline
from incident_bot.domain.people import by
from incident_bot.domain.words import IC, Milestone
from tests.domain.world import ALICE, BOB, alerted, at, job


def test_lines_are_read_in_the_order_in_which_they_happened() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="Pool exhausted"), at("14:33"))
    world.handle(
        c.LogEntry(actor=by(ALICE), headline="Deployed v2.3.4", at=at("14:20")), at("14:37")
    )
    texts = [getattr(line.entry.body, "headline", "") for line in timeline(world.journal)]
    assert texts == ["Deployed v2.3.4", "", "", "Pool exhausted"]


def test_an_edit_keeps_the_first_version_and_says_who_and_why() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="Poool", details="- a"), at("14:33"))
    world.handle(
        c.Edit(actor=by(BOB), number=3, headline="Pool", at=at("14:30"), reason="typo"), at("14:40")
    )
    line = next(x for x in in_force(world.journal) if x.number == 3)
    assert (line.entry.body.headline, line.entry.body.details) == ("Pool", "- a")
    assert line.entry.occurred_at == at("14:30")
    assert line.entry.actor == by(BOB) and line.entry.reason == "typo"
    assert world.journal[2].body.headline == "Poool"


def test_edits_of_edits_belong_to_one_number() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="one"))
    world.handle(c.Edit(actor=by(ALICE), number=3, headline="two"))
    world.handle(c.Edit(actor=by(ALICE), number=4, headline="three"))
    assert [x.entry.body.headline for x in in_force(world.journal) if x.number >= 3] == ["three"]


def test_a_retracted_line_is_gone_from_the_record_and_kept_in_the_journal() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="wrong room"))
    world.handle(c.Retract(actor=by(BOB), number=3, reason="other incident"))
    assert [x.number for x in in_force(world.journal)] == [1, 2]
    assert world.journal[2].body.headline == "wrong room"
    with pytest.raises(Refusal, match="was retracted"):
        world.handle(c.Edit(actor=by(ALICE), number=3, headline="x"))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (c.Edit(actor=by(ALICE), number=99, headline="x"), "no entry #99"),
        (c.Edit(actor=by(ALICE), number=2, headline="x"), "stays as it was recorded"),
        (c.Edit(actor=by(ALICE), number=3), "Edit what"),
        (c.Edit(actor=by(ALICE), number=3, headline="line"), "says that already"),
        (c.Retract(actor=by(ALICE), number=1), "cannot be taken back"),
        (c.Redact(actor=by(ALICE), number=99), "no entry #99"),
    ],
)
def test_what_cannot_be_mended_is_refused_in_words(command: c.Command, sentence: str) -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="line"))
    with pytest.raises(Refusal, match=sentence):
        world.handle(command)


def test_redaction_blanks_every_version_and_the_chain_still_verifies() -> None:
    world = alerted()
    world.handle(c.LogEntry(actor=by(ALICE), headline="password is hunter2"))
    world.handle(c.Edit(actor=by(ALICE), number=3, headline="password is hunter3", reason="hunter"))
    decision = world.handle(c.Redact(actor=by(ALICE), number=3))
    assert decision.redact == (3, 4)
    assert decision.reply is not None and not decision.reply.public
    assert "hunter" not in str(world.journal)
    assert chain.verify("INC-1", world.chain()) is None
    with pytest.raises(Refusal, match="no text"):
        world.handle(c.Redact(actor=by(ALICE), number=3))


def test_a_redacted_update_is_taken_out_of_the_announcement_too() -> None:
    world = alerted()
    world.handle(c.PostUpdate(actor=by(ALICE), text="the password is hunter2"))
    decision = world.handle(c.Redact(actor=by(ALICE), number=3))
    assert job(decision.jobs, JobKind.UPDATE_ANNOUNCEMENT)
    assert "hunter2" not in world.incident.model_dump_json()


def test_the_reason_of_a_correction_without_text_can_be_redacted() -> None:
    world = alerted()
    start = c.SetMilestone(actor=by(ALICE), milestone=Milestone.IMPACT_STARTED, at=at("14:20"))
    world.handle(start, at("14:30"))
    world.handle(c.Edit(actor=by(ALICE), number=3, at=at("14:19"), reason="hunter2"), at("14:31"))
    world.handle(c.Redact(actor=by(ALICE), number=3), at("14:32"))
    assert "hunter2" not in str(world.journal)


def test_the_time_at_which_somebody_took_a_role_can_be_put_right() -> None:
    world = alerted()
    world.handle(c.AssignRole(actor=by(ALICE), role=IC, holder=ALICE), at("14:40"))
    world.handle(c.Edit(actor=by(ALICE), number=3, at=at("14:25")), at("14:41"))
    assert world.incident.ic == ALICE
    [line] = [line for line in in_force(world.journal) if line.number == 3]
    assert line.entry.occurred_at == at("14:25")
