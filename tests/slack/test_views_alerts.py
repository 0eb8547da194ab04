"""The message about alerts that joined: what somebody who was just woken up reads."""

from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from incident_bot.domain.incident import Alert
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import AlertStatus
from incident_bot.slack.views.alerts import further_alerts
from incident_bot.slack.views.summary import summary
from tests.slack.stage import DETECTED, an_incident
from tests.slack.test_views import (
    assert_nothing_is_alive,
    assert_slack_takes,
    calm,
    hostile,
    mrkdwn_of,
    times,
)

HOME = "https://acme.pagerduty.com/incidents"


def some(number, title="Error rate > 1 %", status=AlertStatus.TRIGGERED, **more):
    return Alert(
        alert_id=f"Q{number}",
        title=title,
        status=status,
        number=number,
        url=f"{HOME}/Q{number}",
        since=DETECTED + timedelta(minutes=number),
        **more,
    )


def of(*alerts):
    return an_incident(alerts={alert.alert_id: alert for alert in alerts})


def read(incident):
    """The message as somebody reads it, line by line."""
    return mrkdwn_of(further_alerts(incident)[1]).splitlines()


def when(number, shape="{time}"):
    at = DETECTED + timedelta(minutes=number)
    return f"<!date^{int(at.timestamp())}^{shape}|{at:%Y-%m-%d %H:%M} UTC>"


def test_one_more_alert_reads_as_a_sentence():
    incident = of(some(1), some(2, "Latency"))
    assert read(incident)[:3] == [
        "*Another alert joined INC-1*",
        "2 of 2 alerts still open.",
        f"• <{HOME}/Q2|#2 Latency> – {when(2)}, triggered"
        "This message is kept up to date; further alerts get none of their own.",
    ]
    assert further_alerts(incident)[0] == (
        "Another alert joined INC-1, 2 of 2 alerts still open. Latest: Latency"
    )


def test_a_storm_says_how_many_are_open_since_when_and_the_latest_of_each_title():
    alerts = [some(n) for n in range(1, 36)]
    alerts += [some(n, "Latency", AlertStatus.ACKNOWLEDGED) for n in (36, 37)]
    alerts += [some(38, "Disk full", AlertStatus.RESOLVED)]
    lines = read(of(*alerts))
    assert lines[:5] == [
        f"*37 more alerts joined INC-1* since {when(2, '{date_short_pretty} {time}')}",
        "37 of 38 alerts still open (2 acknowledged).",
        "Latest:",
        f"• <{HOME}/Q38|#38 Disk full> – {when(38)}, resolved",
        f"• <{HOME}/Q37|#37 Latency> – {when(37)}, acknowledged · 2 with this title",
    ]
    assert lines[5].startswith(
        f"• <{HOME}/Q35|#35 Error rate &gt; 1 %> – {when(35)}, triggered · 34 with this title"
    )


def test_where_the_rest_is():
    assert "bookmarks" not in "".join(read(of(*(some(n) for n in range(1, 6)))))
    many = "".join(read(of(*(some(n) for n in range(1, 7)))))
    assert f"The first 5 are in the bookmarks, all of them in <{HOME}|PagerDuty>" in many
    elsewhere = of(some(1).model_copy(update={"url": "https://x.org/a"}), *map(some, range(2, 8)))
    assert "all of them in PagerDuty and" in "".join(read(elsewhere))


def test_when_all_are_resolved():
    incident = of(*(some(n, status=AlertStatus.RESOLVED) for n in range(1, 10)))
    assert read(incident)[1] == "All 9 alerts resolved."


def test_an_alert_of_an_older_version_has_no_time():
    incident = of(some(1), some(2).model_copy(update={"since": None}))
    assert "<!date" not in "".join(read(incident))


def test_one_alert_alone_is_no_message():
    with pytest.raises(ValueError, match="no further alert"):
        further_alerts(of(some(1)))


def test_the_summary_says_how_many_of_several_are_open():
    many = of(some(1, status=AlertStatus.RESOLVED), *(some(n) for n in range(2, 39)))
    assert "*PagerDuty* · 37 of 38 alerts still open" in mrkdwn_of(summary(many, Policy())[1])
    assert "still open" not in mrkdwn_of(summary(of(some(1)), Policy())[1])


def test_the_summary_shows_open_alerts_before_resolved_ones():
    ended = [some(n, f"Ended {n}", AlertStatus.RESOLVED) for n in range(1, 6)]
    shown = mrkdwn_of(summary(of(*ended, some(6, "Goes on")), Policy())[1])
    assert "Goes on" in shown and shown.index("Goes on") < shown.index("Ended 1")
    assert "Ended 5" not in shown


addresses = st.sampled_from([None, f"{HOME}/Q1", "https://x.org/" + "a" * 1_990, "javascript:x"])
alerts = st.builds(
    Alert,
    alert_id=hostile,
    title=hostile,
    status=st.sampled_from(AlertStatus),
    url=addresses | hostile,
    number=st.none() | st.just(7),
    since=st.none() | times,
)


@calm
@given(st.lists(alerts, min_size=2, max_size=9))
def test_slack_takes_every_message_and_nothing_in_it_is_alive(alerts):
    incident = an_incident(alerts={str(n): alert for n, alert in enumerate(alerts)})
    text, blocks = further_alerts(incident)
    assert_slack_takes(text, blocks)
    assert_nothing_is_alive(text + mrkdwn_of(blocks))
