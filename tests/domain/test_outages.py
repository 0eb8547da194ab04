"""What the room hears when PagerDuty does not answer."""

from datetime import UTC, datetime

from incident_bot.domain import commands as c
from incident_bot.domain.decision import JobKind, from_json, plain
from incident_bot.domain.decisions.outages import told
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT
from incident_bot.domain.words import Severity

SINCE = datetime(2026, 3, 1, 14, 31, tzinfo=UTC)
INCIDENT = Incident(ref="INC-1", title="Errors", severity=Severity.SEV2, last_seq=7)


def outage(*waiting: str) -> c.TellOutage:
    return c.TellOutage(actor=BOT, since=SINCE, waiting=waiting)


def test_it_says_since_when_and_what_is_kept() -> None:
    decision = told(
        INCIDENT,
        outage(
            "INC-1/summary/7",
            "INC-1/pd/P1/resolve/7",
            "INC-1/pd/P1/note/7",
            "INC-1/pd/P2/resolve/7",
        ),
    )
    [job] = decision.jobs
    assert job.kind is JobKind.SAY and decision.entries == ()
    assert plain(from_json(job.args["sentence"])) == (
        "PagerDuty has not answered since 2026-03-01 14:31 UTC. What is to be done there "
        "(resolve 2 alerts, add 1 note) is kept and done when it is back."
    )


def test_who_is_needed_sooner_can_be_invited_by_hand() -> None:
    [job] = told(INCIDENT, outage("INC-1/invite/1", "INC-1/invite/route")).jobs
    sentence = plain(from_json(job.args["sentence"]))
    assert "(look up whom to invite)" in sentence and "invite by hand" in sentence


def test_the_job_that_waits_longest_names_the_outage() -> None:
    """So two replicas that tell of it tell of it once, and the next outage is another."""
    first = told(INCIDENT, outage("INC-1/pd/P1/resolve/7")).jobs[0].key
    more = told(INCIDENT, outage("INC-1/pd/P1/resolve/7", "INC-1/pd/P2/resolve/9")).jobs[0].key
    later = told(INCIDENT, outage("INC-1/pd/P2/resolve/9")).jobs[0].key
    assert first == more != later


def test_nothing_is_said_where_nothing_waits_for_it() -> None:
    assert told(INCIDENT, outage("INC-1/say/7", "INC-1/topic/7")).jobs == ()
    assert told(Incident(ref="INC-1"), outage("INC-1/pd/P1/resolve/7")).jobs == ()
