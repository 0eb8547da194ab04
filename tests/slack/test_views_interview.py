"""The questions after the resolution: one at a time, in words, each with something to press."""

from datetime import timedelta

import pytest

from incident_bot.domain.incident import Alert
from incident_bot.domain.papers import Draft, Papers
from incident_bot.domain.people import Person
from incident_bot.domain.watch import Watch
from incident_bot.domain.words import IC, Milestone, NoteKind, Question, Status
from incident_bot.slack.listeners.buttons import BUTTONS
from incident_bot.slack.listeners.forms import FORMS
from incident_bot.slack.payload_check import complaints, view_complaints
from incident_bot.slack.views.interview import ASKED, answer_form, approve_form, interview
from incident_bot.standin.slack.blocks import check_blocks, check_view
from tests.slack.stage import DETECTED, an_incident

ALICE = Person(name="Alice", slack_id="U1")
ALL = tuple(Question)


def resolved(*skipped: Question, draft: Draft | None = None, written: int = 0, **changes: object):
    papers = Papers(skipped=skipped, interview=3, draft=draft, written=written)
    return an_incident(**{"status": Status.RESOLVED, "papers": papers, **changes})


def pressed(blocks: list[dict]) -> list[str]:
    return [el["text"]["text"] for b in blocks if b["type"] == "actions" for el in b["elements"]]


@pytest.mark.parametrize("number", range(len(ALL)))
def test_each_question_has_its_words_and_its_buttons(number: int) -> None:
    known = resolved(*ALL[:number], roles={IC: ALICE})
    text, blocks = interview(known, 3)
    assert complaints(text, blocks) == check_blocks(blocks, "message") == []
    assert ASKED[ALL[number]].question in text
    answer = "Add …" if ALL[number] is Question.ACTIONS else "Answer …"
    assert pressed(blocks)[-2:] == [answer, "Skip"]
    ids = {el["action_id"] for b in blocks if b["type"] == "actions" for el in b["elements"]}
    assert {each.partition(":")[0] for each in ids} <= set(BUTTONS)


def test_the_words_count_what_is_left() -> None:
    text, _ = interview(resolved(*ALL[:6], roles={IC: ALICE}), 3)
    assert text == (
        "<@U1>, three things are still missing in the draft of INC-1. "
        "First: Where did we get lucky?"
    )
    text, _ = interview(resolved(*ALL[:8]), 3)
    assert text.startswith("One thing is still missing in the draft of INC-1. It is this: ")


def test_the_impact_may_have_started_when_it_was_seen() -> None:
    early = Alert(alert_id="Q1", title="x", since=DETECTED - timedelta(minutes=9))
    known = resolved(Question.SUMMARY, alerts={"Q1": early})
    _, blocks = interview(known, 3)
    assert pressed(blocks)[:2] == ["At detection", "At the first alert"]
    assert f"<!date^{int(DETECTED.timestamp())}^" in blocks[0]["text"]["text"]


def test_the_draft_can_be_brought_again_when_it_lacks_something() -> None:
    draft = Draft(file_id="F1", number=1, seq=5)
    assert "Bring the draft again" not in pressed(interview(resolved(draft=draft, written=5), 3)[1])
    assert "Bring the draft again" in pressed(interview(resolved(draft=draft, written=6), 3)[1])


def test_when_nothing_is_left_it_is_read_and_approved() -> None:
    text, blocks = interview(resolved(*ALL), 3)
    assert text.startswith("Everything is in. Read the draft of INC-1 through, then approve it. ")
    assert "Left out: summary, when impact started" in text
    assert pressed(blocks) == ["Approve", "Bring the draft again"]
    text, blocks = interview(resolved(*ALL, watch=Watch(approved=True)), 3)
    assert text.startswith("The postmortem of INC-1 is approved.")
    assert pressed(blocks) == ["Bring the draft again"]


def test_it_rests_while_the_incident_goes_on_and_points_to_the_next() -> None:
    text, blocks = interview(resolved(status=Status.OPEN, papers=Papers()), 3)
    assert "the questions rest" in text and pressed(blocks) == []
    text, blocks = interview(resolved(papers=Papers(interview=9)), 3)
    assert "further down" in text and pressed(blocks) == []


@pytest.mark.parametrize("question", ALL)
def test_forms_are_such_as_slack_takes(question: Question) -> None:
    for form in (answer_form(resolved(), question, "C1"), approve_form(resolved(), "C1")):
        assert view_complaints(form) == check_view(form) == []
        assert form["callback_id"] in FORMS


def test_a_time_and_a_note_are_no_question_any_more() -> None:
    notes = {NoteKind.SUMMARY: 1}
    times = {Milestone.DETECTED: DETECTED, Milestone.IMPACT_STARTED: DETECTED}
    text, _ = interview(resolved(papers=Papers(interview=3, notes=notes), times=times), 3)
    assert ASKED[Question.IMPACT].question in text
