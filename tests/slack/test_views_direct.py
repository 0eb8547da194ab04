"""What one person is told in private: within Slack's limits, and only what holds now."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.handover import Offer
from incident_bot.domain.incident import Action, Room
from incident_bot.domain.people import Person, by
from incident_bot.domain.policy import DEFAULT_ROLES, Policy, Role
from incident_bot.domain.words import IC, Severity, Status
from incident_bot.slack.views.direct import DUTIES, VIEWS, Told
from tests.slack.stage import DETECTED, an_incident
from tests.slack.test_views import (
    assert_nothing_is_alive,
    assert_slack_takes,
    calm,
    hostile,
    incidents,
    mrkdwn_of,
    people,
)

ALICE = Person(name="Alice Smith", handle="alice", slack_id="U1")
BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2")
ARGS = {"slack_id": "U2", "name": "Bob Johnson", "role": IC, "offer": 3, "first": True}


def asked(**changes):
    update = {
        "roles": {IC: ALICE},
        "offers": {IC: Offer(seq=3, to=BOB, by=ALICE)},
        "room": Room(channel_id="C012345678", name="x"),
    }
    return an_incident(**{**update, **changes})


def told(incident, journal=(), policy=None, **more):
    now = more.pop("now", DETECTED)
    posted = more.pop("posted", False)
    args = {**ARGS, **more}
    return Told(incident, policy or Policy(), args, now, journal, posted)


def entry(seq, headline):
    at = DETECTED + timedelta(minutes=seq)
    body = e.Logged(headline=headline)
    return e.Entry(seq=seq, occurred_at=at, recorded_at=at, actor=by(ALICE), body=body)


def texts(message):
    assert message is not None
    text, blocks = message
    assert_slack_takes(text, blocks)
    return mrkdwn_of(blocks)


def test_the_brief_says_all_that_has_to_be_known():
    item = e.ActionAdded(action="prevention", priority="P1", text="Add an index")
    incident = asked(actions=(Action(seq=5, item=item),), status=Status.MITIGATED)
    journal = [entry(n, f"Line {n}") for n in range(1, 8)]
    shown = texts(VIEWS["handover"](told(incident, journal, now=DETECTED + timedelta(days=1))))
    assert "<@U1> asks you to take over as *Incident Commander* of INC-1." in shown
    for fact in ("Checkout fails", "*Sev2*", "*Mitigated*", "Line 3", "Line 7", "Add an index"):
        assert fact in shown
    assert "Line 2" not in shown and "overdue" in shown and "<#C012345678>" in shown
    assert "Until you accept, <@U1> stays Incident Commander." in shown
    assert "What IC does first" in shown
    again = texts(VIEWS["handover"](told(incident, journal, first=False)))
    assert "What IC does first" not in again


def test_an_offer_of_another_number_is_no_question():
    assert VIEWS["handover"](told(asked(), offer=2)) is None
    shown = texts(VIEWS["handover"](told(asked(), offer=2, posted=True)))
    assert shown.startswith("No answer is needed any more: <@U1> is Incident Commander.")


def test_duties_are_in_the_teams_words_and_for_the_holder_only():
    role = Role(key=IC, name="Boss", short="Boss", duties=tuple(f"Do {n}" for n in range(20)))
    policy = Policy(roles=(role, *DEFAULT_ROLES[1:]))
    shown = texts(VIEWS["duties"](told(asked(roles={IC: BOB}), policy=policy)))
    assert "You are *Boss* of INC-1." in shown
    assert f"Do {DUTIES - 1}" in shown and f"Do {DUTIES}\n" not in shown
    assert VIEWS["duties"](told(asked(), policy=policy)) is None
    over = asked(roles={IC: BOB}, status=Status.RESOLVED)
    assert VIEWS["duties"](told(over, policy=policy)) is None


def test_the_three_known_roles_have_three_to_five_lines():
    for role in DEFAULT_ROLES:
        assert 3 <= len(role.duties) <= 5


@calm
@given(
    incidents,
    people,
    st.lists(hostile, max_size=7),
    st.lists(hostile.filter(str.strip), max_size=12).map(tuple),
    st.sampled_from(sorted(VIEWS)),
    st.booleans(),
    st.booleans(),
)
def test_slack_takes_every_private_word(incident, who, lines, duties, view, still_open, posted):
    holder = who if not still_open and posted else ALICE
    offers = {IC: Offer(seq=3, to=who, by=who)} if still_open else {}
    incident = incident.model_copy(update={"roles": {IC: holder}, "offers": offers})
    role = DEFAULT_ROLES[0].model_copy(update={"duties": duties})
    policy = Policy(roles=(role, *DEFAULT_ROLES[1:]))
    journal = [entry(n, line) for n, line in enumerate(lines, 1)]
    message = VIEWS[view](told(incident, journal, policy, slack_id=who.slack_id, posted=posted))
    if message is not None:
        text, blocks = message
        assert_slack_takes(text, blocks)
        assert_nothing_is_alive(text + mrkdwn_of(blocks))


@pytest.mark.parametrize("severity", Severity)
def test_without_a_cadence_nothing_is_due(severity):
    shown = texts(VIEWS["handover"](told(asked(severity=severity))))
    has_one = Policy().level(severity).update_every is not None
    assert ("Next update due" in shown) is has_one
