"""Summary, announcement, questions: within Slack's limits whatever the incident looks like."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from incident_bot.domain import entries as e
from incident_bot.domain.commands import AlertSeen
from incident_bot.domain.incident import Action, Alert, Incident, Room
from incident_bot.domain.levels import StatusName
from incident_bot.domain.papers import Draft, Papers
from incident_bot.domain.people import Person
from incident_bot.domain.policy import DEFAULT_ROLES, IncidentType, Policy, Role
from incident_bot.domain.words import Milestone, NoteKind, Severity, Status
from incident_bot.slack.payload_check import complaints
from incident_bot.slack.views.announcement import alert_announcement, announcement
from incident_bot.slack.views.delivery import postmortem_comment
from incident_bot.slack.views.question import ask_to_resolve, said
from incident_bot.slack.views.summary import summary, topic
from incident_bot.standin.slack.blocks import check_blocks
from tests.slack.stage import DETECTED, an_incident

hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "<!channel> <@U0> &" * 400,
            "*_~`" * 1000,
            "@here " * 800,
            "\n\n",
            "",
            "x" * 5000,
            "&" * 3000,
            "\u202e abc \x00",
            "<https://evil|PagerDuty>",
        ]
    ),
)
people = st.builds(
    Person, name=hostile, handle=st.none() | hostile, slack_id=st.sampled_from([None, "U0AB12"])
)
times = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
alerts = st.builds(
    Alert, alert_id=hostile, title=hostile, url=st.none() | hostile, number=st.none() | st.just(7)
)
actions = st.just(Action(seq=1, item=e.ActionAdded(action="prevention", priority="P1", text="x")))
incidents = st.builds(
    Incident,
    ref=st.sampled_from(["INC-1", "INC-123456"]),
    title=hostile,
    severity=st.sampled_from(Severity),
    status=st.sampled_from(Status),
    service=st.none() | hostile,
    times=st.fixed_dictionaries(
        {Milestone.DETECTED: times},
        optional={m: times for m in Milestone if m is not Milestone.DETECTED},
    ),
    roles=st.dictionaries(st.sampled_from(["ic", "ops", "comms", "scribe"]), people),
    alerts=st.dictionaries(hostile, alerts, max_size=12),
    room=st.none() | st.just(Room(channel_id="C012345678", name="x")),
    actions=st.lists(actions, max_size=3).map(tuple),
    impact=st.dictionaries(hostile, hostile, max_size=12),
    last_update=st.none() | hostile,
    last_update_at=st.none() | times,
    last_seq=st.just(5),
)
seen = st.builds(
    AlertSeen,
    alert_id=hostile.filter(bool),
    title=hostile,
    url=st.none() | hostile,
    service=st.none() | hostile,
    urgency=hostile,
    number=st.none() | st.just(3),
)
many_roles = st.lists(
    st.builds(Role, key=st.text("abcdef", min_size=1, max_size=9), name=hostile, short=hostile),
    max_size=30,
    unique_by=lambda role: role.key,
)

calm = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def assert_slack_takes(text, blocks):
    assert complaints(text, blocks) == []
    assert check_blocks(blocks, "message") == []


def assert_nothing_is_alive(message):
    for alive in ("<!channel", "<@U0>", "<!here", "<https://evil"):
        assert alive not in message


def called(name):
    """A team that calls every status this."""
    return Policy(statuses=tuple(StatusName(status=status, name=name) for status in Status))


def mrkdwn_of(blocks):
    if isinstance(blocks, dict):
        own = blocks["text"] if blocks.get("type") == "mrkdwn" else ""
        return own + "".join(mrkdwn_of(v) for v in blocks.values() if not isinstance(v, str))
    if isinstance(blocks, list):
        return "".join(mrkdwn_of(item) for item in blocks)
    return ""


@calm
@given(incidents, many_roles | st.just(list(DEFAULT_ROLES)), hostile)
def test_slack_takes_every_summary(incident, roles, name):
    policy = called(name).model_copy(update={"roles": tuple(roles)})
    text, blocks = summary(incident, policy)
    assert_slack_takes(text, blocks)
    assert_nothing_is_alive(text + mrkdwn_of(blocks))
    assert len(topic(incident, policy)) <= 250
    assert "<" not in topic(incident, policy)


def test_everybody_is_told_when_there_is_no_war_room():
    _, blocks = announcement(an_incident(room=None), Policy())
    assert "No war room could be opened" in str(blocks)


@calm
@given(incidents, hostile)
def test_slack_takes_every_announcement(incident, name):
    text, blocks = announcement(incident, called(name))
    assert_slack_takes(text, blocks)
    assert_nothing_is_alive(text + mrkdwn_of(blocks))


@calm
@given(seen)
def test_slack_takes_every_alert(alert):
    text, blocks = alert_announcement(alert)
    assert_slack_takes(text, blocks)
    assert_nothing_is_alive(text + mrkdwn_of(blocks))


@calm
@given(st.lists(hostile | people | times, min_size=1, max_size=6).map(tuple), st.booleans())
def test_slack_takes_every_sentence(sentence, asking):
    button = {"action": "resolve", "label": "x" * 90, "value": "INC-1"}
    text, blocks = said(("Say: ", *sentence), [button] * 3 if asking else ())
    assert_slack_takes(text, blocks or [])
    assert_nothing_is_alive(text)


def words(incident, policy=None):
    _, blocks = summary(incident, policy or Policy())
    return str(blocks)


def buttons(incident):
    _, blocks = summary(incident, Policy())
    return [
        (element["action_id"], element["value"])
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


FORMS = [
    (action, "INC-1") for action in ("open_update", "open_action", "open_roles", "open_resolve")
]


def test_what_is_next_fits_in_a_row_of_five_and_the_claims_have_their_own():
    _, blocks = summary(an_incident(), Policy())
    assert [len(b["elements"]) for b in blocks if b["type"] == "actions"] == [5, 3]


def test_an_open_incident_shows_what_to_do_next():
    assert buttons(an_incident()) == [
        ("mark_mitigated", "INC-1"),
        *FORMS,
        ("claim_role:ic", "INC-1 ic"),
        ("claim_role:ops", "INC-1 ops"),
        ("claim_role:comms", "INC-1 comms"),
    ]


def test_what_is_taken_or_done_has_no_button():
    alice = Person(name="Alice", slack_id="U1")
    taken = {"ic": alice, "ops": alice, "comms": alice}
    incident = an_incident(status=Status.MITIGATED, roles=taken)
    assert buttons(incident) == FORMS
    assert words(incident).count("<@U1>") == 3


@pytest.mark.parametrize(
    ("status", "left"),
    [(Status.RESOLVED, [("open_action", "INC-1")]), (Status.CANCELLED, [])],
)
def test_when_it_is_over_only_follow_up_work_is_left(status, left):
    incident = an_incident(status=status)
    assert buttons(incident) == left
    assert "/incident reopen" in words(incident)


def test_the_summary_tells_since_when_and_links_the_alert():
    alert = Alert(alert_id="Q1", title="5xx", url="https://x.pagerduty.com/Q1", number=9)
    shown = words(an_incident(alerts={"Q1": alert}))
    assert f"since <!date^{int(DETECTED.timestamp())}^" in shown
    assert "<https://x.pagerduty.com/Q1|#9 5xx> – triggered" in shown


OWN = Policy(
    statuses=tuple(
        StatusName(status=status, name=f"quite {status.value} <now>") for status in Status
    )
)


def test_people_read_the_status_by_the_teams_name():
    incident = an_incident(status=Status.ACKNOWLEDGED)
    text, blocks = summary(incident, OWN)
    assert text == "INC-1 · Sev2 · quite acknowledged &lt;now&gt; · Checkout fails"
    assert "*Quite acknowledged &lt;now&gt;*" in str(blocks)
    assert "Mark as quite mitigated <now>" in str(blocks)
    assert topic(incident, OWN) == "Sev2 · quite acknowledged ‹now› · IC: nobody yet"
    text, blocks = announcement(incident, OWN)
    assert text.startswith("INC-1 · Sev2 · quite acknowledged &lt;now&gt;")
    assert "Quite acknowledged &lt;now&gt;" in str(blocks)


def test_a_long_name_does_not_push_the_ic_out_of_the_topic():
    long = Policy(statuses=tuple(StatusName(status=s, name="very " * 80) for s in Status))
    assert topic(an_incident(), long).endswith("… · IC: nobody yet")


def test_by_default_the_words_are_the_bots_own():
    text, blocks = summary(an_incident(), Policy())
    assert text == "INC-1 · Sev2 · open · Checkout fails"
    assert "*Open* since" in str(blocks)
    assert topic(an_incident(), Policy()) == "Sev2 · open · IC: nobody yet"


def test_the_summary_says_when_the_next_update_is_due():
    due = int(DETECTED.timestamp()) + 60 * 60
    assert f"*Next update due* <!date^{due}^" in words(an_incident())
    later = DETECTED + timedelta(minutes=20)
    updated = an_incident(last_update="Falling", last_update_at=later)
    assert f"*Next update due* <!date^{due + 20 * 60}^" in words(updated)
    for quiet in (an_incident(severity=Severity.SEV3), an_incident(status=Status.RESOLVED)):
        assert "Next update due" not in words(quiet)


def test_an_update_that_is_due_is_called_overdue_in_words():
    due = DETECTED + timedelta(hours=1)
    for now, overdue in ((None, False), (due, False), (due + timedelta(minutes=1), True)):
        _, blocks = summary(an_incident(), Policy(), now)
        assert ("overdue" in str(blocks)) is overdue


def an_action(seq, text="Add an index", owner=None):
    item = e.ActionAdded(action="prevention", priority="P1", text=text, owner=owner)
    return Action(seq=seq, item=item)


def test_the_first_action_items_are_named_and_the_others_counted():
    bob = Person(name="Bob", slack_id="U2")
    shown = words(an_incident(actions=(an_action(3, owner=bob),)))
    assert "*Open action items*\\n• P1 Add an index – <@U2>" in shown
    done = an_action(4).model_copy(update={"done": True})
    assert "action items" not in words(an_incident(actions=(done,)))
    shown = words(an_incident(actions=tuple(an_action(n, f"Item {n}") for n in range(1, 9))))
    assert "Item 5" in shown and "Item 6" not in shown and "… and 3 more" in shown


def test_the_impact_is_one_line():
    impact = {"Users": "~15,000", "Orders": "200", "Regions": "EU", "Revenue": "unknown"}
    started = {Milestone.IMPACT_STARTED: DETECTED, Milestone.DETECTED: DETECTED}
    (line,) = [
        block["text"]["text"]
        for block in summary(an_incident(impact=impact, times=started), Policy())[1]
        if "*Impact*" in str(block)
    ]
    assert line.startswith("*Impact* since <!date^")
    assert line.endswith(" · Users: ~15,000 · Orders: 200 · Regions: EU · 1 more")


def test_an_announcement_has_the_way_in_while_it_goes_on():
    room = Room(channel_id="C012345678", name="x")
    _, blocks = announcement(an_incident(room=room), Policy())
    (join,) = blocks[-1]["elements"]
    assert (join["action_id"], join["value"]) == ("join", "INC-1")
    for none in (an_incident(room=None), an_incident(room=room, status=Status.RESOLVED)):
        assert "'join'" not in str(announcement(none, Policy())[1])


def test_the_summary_says_what_kind_it_is_and_that_it_is_private():
    policy = Policy(types=(IncidentType(key="security", name="Security & keys", private=True),))
    _, blocks = summary(an_incident(private=True, type="security"), policy)
    assert "Security &amp; keys · *private*: only who is invited knows of it" in str(blocks)
    _, blocks = summary(an_incident(type="gone"), policy)
    assert "gone" in str(blocks) and "private" not in str(blocks)


def test_a_private_incident_cannot_be_announced():
    with pytest.raises(ValueError, match="private"):
        announcement(an_incident(private=True), Policy())


def test_the_question_names_the_incident():
    text, blocks = ask_to_resolve(an_incident())
    assert text == "PagerDuty says that every alert of INC-1 is resolved. Is the incident over?"
    assert [el["text"]["text"] for el in blocks[1]["elements"]] == ["Resolve INC-1", "Not yet"]


def test_the_draft_names_what_is_still_to_write():
    known = an_incident(papers=Papers(notes={NoteKind.SUMMARY: 1}), current={"why/root/0": 2})
    said = postmortem_comment(known, Policy())
    assert "Draft 1 of the postmortem" in said and "Still to write" in said
    assert "summary" not in said and "root cause" not in said
    for name in ("when impact started", "what went well", "action items"):
        assert f"• {name}: `/incident " in said
    again = an_incident(papers=Papers(draft=Draft(file_id="F1", number=2, seq=9)))
    restricted = Policy(permissions={"approve": ("ic", "@sre")})
    said = postmortem_comment(again, restricted)
    assert "Draft 3" in said and "place of draft 2" in said
    assert said.endswith("Only the Incident Commander and @sre may approve it.")
