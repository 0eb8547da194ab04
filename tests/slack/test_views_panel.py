"""Panel and lists: within Slack's limits, and nothing alive in them, whatever the incidents are."""

from datetime import UTC, datetime

from hypothesis import example, given, strategies as st

from incident_bot.domain.incident import Incident
from incident_bot.domain.policy import DEFAULT_ROLES, Policy, Role
from incident_bot.domain.wanted import LONGEST, Wanted
from incident_bot.domain.words import Severity
from incident_bot.slack.views.answer import Answer
from incident_bot.slack.views.listing import page, read_turned, turned
from incident_bot.slack.views.panel import elsewhere, panel
from tests.slack.test_views import (
    assert_nothing_is_alive,
    assert_slack_takes,
    called,
    calm,
    hostile,
    incidents,
    many_roles,
    mrkdwn_of,
    times,
)

wanted = st.builds(
    Wanted,
    everything=st.booleans(),
    severities=st.lists(st.sampled_from(Severity), unique=True).map(tuple),
    service=hostile.map(lambda text: text[:LONGEST]),
    text=hostile.map(lambda text: text[:LONGEST]),
)


def assert_good(said: Answer) -> None:
    assert_slack_takes(said.text, said.blocks)
    assert_nothing_is_alive(said.text + mrkdwn_of(said.blocks))
    assert not said.public


@calm
@given(incidents, many_roles | st.just(list(DEFAULT_ROLES)), hostile, times, st.booleans())
def test_slack_takes_every_panel(
    incident: Incident, roles: list[Role], name: str, now: datetime, here: bool
) -> None:
    policy: Policy = called(name).model_copy(update={"roles": tuple(roles)})
    assert_good(panel(incident, policy, now, here=here))


@calm
@given(st.lists(incidents, max_size=10), hostile, wanted, st.integers(1, 10**6), st.booleans())
def test_slack_takes_every_list(
    found: list[Incident], name: str, filtered: Wanted, number: int, more: bool
) -> None:
    assert_good(page(found, called(name), filtered, number, more=more))
    assert_good(elsewhere(found[:5], called(name)))


@example(Wanted(service="\x00" * LONGEST, text="🔥" * LONGEST), 10**6)
@given(wanted, st.integers(1, 10**6))
def test_a_page_is_found_again_by_the_value_of_its_button(filtered: Wanted, number: int) -> None:
    value = turned(filtered, number)
    assert len(value) <= 2_000
    assert read_turned(value) == (filtered, number)


def test_a_panel_says_how_it_stands_in_a_few_lines() -> None:
    incident = Incident(ref="INC-4", title="Checkout fails", severity=Severity.SEV2, last_seq=3)
    said = panel(incident, Policy(), datetime(2025, 10, 27, 14, tzinfo=UTC), here=True)
    assert said.text.splitlines() == [
        "*INC-4* · Sev2 · open · Checkout fails",
        "IC: _nobody yet_ · Ops: _nobody yet_ · Comms: _nobody yet_",
        "• the war room is being opened",
        "*Next:* Nobody is Incident Commander yet. Take it: `/incident role ic me`.",
    ]
    labels = [element["text"]["text"] for element in said.blocks[-1]["elements"]]
    assert labels == [
        *("I take IC", "I take Ops", "I take Comms", "Update …", "Action item …", "Roles …"),
        *("Mark as mitigated", "Resolve …"),
    ]
