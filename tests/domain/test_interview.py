"""What a draft still lacks, asked one by one after the resolution."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, Refusal
from incident_bot.domain.fold import fold
from incident_bot.domain.interview import left_out, may_have_started, missing, questions
from incident_bot.domain.people import BOT
from incident_bot.domain.words import ImpactArea, Milestone, NoteKind, Question
from tests.domain.world import ALICE, BOB, World, alert, alerted, at, job, said

ANSWERS: dict[Question, c.Command] = {
    Question.SUMMARY: c.AddNote(**said(ALICE), note=NoteKind.SUMMARY, headline="It broke"),
    Question.IMPACT_STARTED: c.SetMilestone(
        **said(ALICE), milestone=Milestone.IMPACT_STARTED, at=at("14:20")
    ),
    Question.IMPACT: c.StateImpact(**said(ALICE), area=ImpactArea.USER, name="Users", value="9"),
    Question.ROOT_CAUSE: c.StateWhy(**said(ALICE), part="root", text="No index"),
    Question.WELL: c.AddNote(**said(ALICE), note=NoteKind.WELL, headline="Quick"),
    Question.POORLY: c.AddNote(**said(ALICE), note=NoteKind.POORLY, headline="Slow"),
    Question.LUCKY: c.AddNote(**said(ALICE), note=NoteKind.LUCKY, headline="Night"),
    Question.TECHNICAL: c.AddNote(**said(ALICE), note=NoteKind.TECHNICAL, headline="Pool"),
    Question.ACTIONS: c.AddAction(**said(ALICE), text="Index", owner=BOB, due=date(2025, 11, 1)),
}


def resolved(*answered: Question) -> World:
    world = alerted()
    for question in answered:
        world.handle(ANSWERS[question])
    world.handle(c.Resolve(**said(ALICE)))
    return world


def delivered(world: World, file_id: str, seq: int | None = None) -> list[JobKind]:
    seq = world.incident.last_seq if seq is None else seq
    command = c.RecordDelivery(actor=BOT, file_id=file_id, name="postmortem-INC-1.md", seq=seq)
    return [j.kind for j in world.handle(command).jobs]


def kinds(world: World, command: c.Command) -> list[JobKind]:
    return [j.kind for j in world.handle(command).jobs]


def skip(question: Question) -> c.SkipQuestion:
    return c.SkipQuestion(**said(ALICE), question=question)


@given(st.permutations(list(Question)), st.integers(0, len(Question)), st.data())
def test_each_answer_shortens_the_list_and_keeps_its_order(
    order: list[Question], before: int, data: st.DataObject
) -> None:
    """Whether answered before the end or after it, written or skipped."""
    world = resolved(*order[:before])
    for number, question in enumerate(order[before:], before):
        left = questions(world.incident)
        assert left == tuple(q for q in Question if q in order[number:])
        skipped = data.draw(st.booleans())
        world.handle(skip(question) if skipped else ANSWERS[question])
        assert (question in missing(world.incident)) == skipped
        assert (question in left_out(world.incident)) == skipped
    assert questions(world.incident) == ()
    assert world.incident == fold("INC-1", world.journal)


def test_what_is_retracted_is_asked_again() -> None:
    world = resolved(*Question)
    note = next(e.seq for e in world.journal if getattr(e.body, "note", "") == NoteKind.WELL)
    world.handle(c.Retract(**said(ALICE), number=note))
    assert questions(world.incident) == (Question.WELL,)


def test_the_room_is_asked_once_the_draft_is_there() -> None:
    world = resolved()
    draft, ask = (
        job(world.jobs, JobKind.DELIVER_POSTMORTEM),
        job(world.jobs, JobKind.ASK_QUESTION),
    )
    assert ask.after == (draft.key,)
    assert ask.key == f"INC-1/interview/{world.incident.papers.interview}"


def test_a_cancelled_incident_is_not_asked_about() -> None:
    world = alerted()
    world.handle(c.Cancel(**said(ALICE)))
    assert world.incident.papers.interview == 0
    assert JobKind.ASK_QUESTION not in [j.kind for j in world.jobs]
    assert JobKind.UPDATE_QUESTION not in kinds(world, ANSWERS[Question.WELL])


def test_the_message_follows_while_it_asks_and_rests_when_it_goes_on() -> None:
    world = resolved()
    lane = f"INC-1/interview/{world.incident.papers.interview}"
    found = job(world.handle(ANSWERS[Question.WELL]).jobs, JobKind.UPDATE_QUESTION)
    assert found.lane == lane
    found = job(world.handle(c.Reopen(**said(ALICE))).jobs, JobKind.UPDATE_QUESTION)
    assert (found.lane, world.incident.papers.interview) == (lane, 0)
    assert JobKind.UPDATE_QUESTION not in kinds(world, ANSWERS[Question.LUCKY])
    again = job(world.handle(c.Resolve(**said(ALICE))).jobs, JobKind.ASK_QUESTION)
    assert again.key == f"INC-1/interview/{world.incident.papers.interview}" != lane
    assert Question.WELL not in questions(world.incident)


def test_the_last_answer_brings_the_draft_again() -> None:
    world = resolved(*list(Question)[:-2])
    delivered(world, "F1")
    assert JobKind.DELIVER_POSTMORTEM not in kinds(world, ANSWERS[Question.TECHNICAL])
    found = job(world.handle(ANSWERS[Question.ACTIONS]).jobs, JobKind.DELIVER_POSTMORTEM)
    assert found.args["newer"] is True


def test_where_all_was_skipped_the_draft_stays() -> None:
    """It would say the same."""
    world = resolved(*list(Question)[1:])
    delivered(world, "F1")
    assert JobKind.DELIVER_POSTMORTEM not in kinds(world, skip(Question.SUMMARY))


def test_a_question_is_skipped_once_and_only_while_it_is_asked() -> None:
    world = resolved(Question.LUCKY)
    world.handle(skip(Question.WELL))
    for question in (Question.WELL, Question.LUCKY):
        with pytest.raises(Refusal, match="any more"):
            world.handle(skip(question))


def test_a_draft_takes_the_place_of_the_one_before() -> None:
    world = resolved()
    assert delivered(world, "F1") == [JobKind.UPDATE_QUESTION]
    assert delivered(world, "F1") == []  # the same one, found again
    command = c.RecordDelivery(actor=BOT, file_id="F2", name="x", seq=9)
    retired = job(world.handle(command).jobs, JobKind.RETIRE_DRAFT)
    assert retired.args == {"file": "F1", "number": 1}
    assert world.incident.papers.draft is not None
    assert (world.incident.papers.draft.file_id, world.incident.papers.draft.number) == ("F2", 2)


def test_what_is_blanked_goes_out_of_the_draft_too() -> None:
    """Also out of one that was on its way when it was blanked."""
    world = resolved(Question.WELL)
    written = world.incident.last_seq
    note = next(e.seq for e in world.journal if getattr(e.body, "note", "") == NoteKind.WELL)
    redact = c.Redact(**said(ALICE), number=note)
    assert JobKind.DELIVER_POSTMORTEM not in kinds(world, redact)
    assert JobKind.DELIVER_POSTMORTEM in delivered(world, "F1", written)
    assert JobKind.DELIVER_POSTMORTEM not in delivered(world, "F2")
    world.handle(c.LogEntry(**said(ALICE), headline="hunter2"))
    redact = c.Redact(**said(ALICE), number=world.incident.last_seq)
    found = job(world.handle(redact).jobs, JobKind.DELIVER_POSTMORTEM)
    assert "newer" not in found.args


def test_when_the_impact_may_have_started() -> None:
    world = alerted("14:23")
    assert list(may_have_started(world.incident).values()) == [at("14:23")]
    early = c.AlertTriggers(alert=alert("Q2"), at=at("14:10"))
    world.handle(early, at("14:30"))
    assert may_have_started(world.incident)["at the first alert"] == at("14:10")


def test_what_is_approved_is_not_what_it_comes_to_after_a_reopening() -> None:
    world = resolved()
    world.handle(c.Approve(**said(ALICE), title="CTO"))
    assert world.incident.watch.approved
    world.handle(c.Reopen(**said(ALICE)))
    assert not world.incident.watch.approved
    assert world.incident == fold("INC-1", world.journal)


def test_an_action_item_is_done_once_and_can_be_taken_back() -> None:
    world = resolved(Question.ACTIONS)
    number = world.incident.actions[0].seq
    close = c.CloseAction(**said(BOB), number=number)
    decision = world.handle(close)
    assert world.incident.actions[0].done
    assert decision.reply is not None and "(1 of 1)" in str(decision.reply.sentence)
    with pytest.raises(Refusal, match="done already"):
        world.handle(close)
    with pytest.raises(Refusal, match="no action item #99"):
        world.handle(c.CloseAction(**said(BOB), number=99))
    world.handle(c.Retract(**said(BOB), number=world.incident.last_seq))
    assert not world.incident.actions[0].done
