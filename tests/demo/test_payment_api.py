"""The built-in scenario says all that the document it was made from says, without its slips."""

import re
from zoneinfo import ZoneInfo

import pytest

from incident_bot.demo.player import document_of
from incident_bot.demo.scenario import Scenario, load
from incident_bot.demo.world import World
from incident_bot.domain.words import ImpactArea
from incident_bot.slack.grammar import Context
from incident_bot.slack.grammar.follow_up import action
from incident_bot.slack.grammar.impact import impact
from incident_bot.slack.grammar.request import AddAction, Figure, Figures, Metric
from incident_bot.standin.slack.typing_in import escape


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load()


@pytest.fixture(scope="module")
def said(scenario: Scenario) -> list[str]:
    """Every text that somebody types, in order."""
    return [timed.step.say.text for timed in scenario.steps if timed.step.say]


def verb(said: list[str], *words: str) -> list[str]:
    """What was typed after these words."""
    start = " ".join(words) + " "
    return [text.removeprefix(start) for text in said if text.startswith(start)]


def test_every_fact_of_the_document_is_told(scenario: Scenario, said: list[str]) -> None:
    told = "\n".join(said) + repr(scenario)
    facts = """
    API High Error Rate|Alice Smith|Bob Johnson|Charlie Brown|Diana Martinez|Eve Wilson
    Frank Thompson|Operations Lead, Backend|Communications, Product|Engineering Manager
    Database Admin|Incident Commander, SRE|VP Engineering|sev2|ErrorRateHigh
    Deployment v2.3.4 completed successfully|Auto-deployment via CI/CD|Initial health checks passed
    No alerts triggered|First alert fired: Error rate > 1%|PagerDuty page sent to on-call (@alice)
    1% → 3% → 5%|On-call engineer @alice acknowledged alert|Checked Grafana dashboard
    Observed error pattern: Database timeouts|Began investigation
    Traffic analysis revealed 3x normal load|Marketing campaign launched (not communicated)
    1000 req/s → 3000 req/s|Still within system capacity normally
    Identified database connection pool saturation|Connection pool: 100% utilization
    New requests timing out waiting for connections|Query duration increased: 50ms → 500ms
    Database pool exhausted|All 50 connections in use|Queue depth: 200+ waiting requests
    Timeout errors cascading|Decision: Investigate recent deployment
    Root cause identified: N+1 query in v2.3.4|Code review of recent deployment
    Found inefficient query in `/api/products` endpoint|1 query + N queries (N = items)
    100 items × 3000 req/s = 300,000|Decision: Rollback to v2.3.3
    Rollback safer than debugging in production|Previous version known-good|Rollback initiated
    Kubernetes rolling update started|25% → 50% → 75% → 100%|Monitoring error rates closely
    Rollback complete (v2.3.3 deployed)|All pods running previous version|5% → 3% → 1%
    Error rate returned to baseline|Error rate: < 0.1% (normal)
    Database connections: 30/50 in use (normal)|Query latency: 50ms (normal)
    Monitoring for stability|Extended observation period|No new alerts|Database pool stable
    Customer communication sent|Status page updated: "Incident resolved"|Email to affected users
    Summary of impact and resolution|Scheduled postmortem meeting|~15,000|10% of active users
    ~150 payment attempts|$3,000 (average $20/transaction)|50ms → 500ms (p95)|21.6 minutes
    99.95% availability|"Healthy" to "Concerning"|23 tickets|12 complaints|data in 7 days
    5 ($100 total)|Latency (p95)|200-500ms|Latency (p99)|1000ms+|2000ms|50/50 (exhausted)
    # BAD: N+1 query pattern|# GOOD: Single query with JOIN|100,000|Overwhelmed pool
    Fixed N+1 query in v2.3.5|Rewrote query with proper JOIN|Load tested under 5x expected traffic
    Verified query performance < 100ms|Deployed successfully with no issues
    https://grafana.company.com/d/incident-20251027|https://github.com/company/api/pull/1234
    https://ci.company.com/deployments/54321|https://prometheus.company.com/alerts
    2025-10-28 at 14:00 UTC|2025-11-11 (bi-weekly)|2025-11-25 (assess improvements)
    """
    missing = [f for line in facts.split("\n") for f in line.strip().split("|") if f not in told]
    assert missing == []


def test_each_part_has_as_many_lines_as_the_document(said: list[str]) -> None:
    counts = {
        kind: len(verb(said, "note", kind))
        for kind in (
            *("well", "poorly", "lucky", "factor", "learning", "reference", "attendee"),
            *("follow-up", "summary", "technical", "fix", "permanent"),
        )
    }
    assert counts == {
        **dict.fromkeys(("well", "poorly", "lucky", "factor", "attendee"), 5),
        "reference": 4,  # the bot itself gives the war room
        **dict.fromkeys(("learning", "technical", "follow-up"), 3),
        **dict.fromkeys(("summary", "fix", "permanent"), 1),
    }
    assert len(verb(said, "why")) == 1 + 5 + 1
    assert len(verb(said, "approve", "as")) == 3
    assert sum(text.count("\n") + 1 for text in verb(said, "impact", "metric")) == 5


def test_lessons_and_factors_carry_their_details(said: list[str]) -> None:
    for kind in ("well", "poorly", "lucky", "factor"):
        for text in verb(said, "note", kind):
            details = text.splitlines()[1:]
            assert len(details) in (2, 3), text
            assert all(line.startswith("- ") for line in details), text


def test_all_fourteen_actions_have_kind_priority_owner_due_date_and_ticket(said: list[str]) -> None:
    form = re.compile(
        r"(prevention|detection|response|process) (P[012]) (\S.*\S) "
        r"@([a-z]+) due (2025-1[12]-\d\d) ticket (ENG-\d{4})"
    )
    found = [form.fullmatch(text) for text in verb(said, "action")]
    assert all(found)
    rows = [hit.groups() for hit in found if hit]
    assert [row[5] for row in rows] == [f"ENG-{number}" for number in range(1234, 1248)]
    kinds = [row[0] for row in rows]
    assert [kinds.count(k) for k in ("prevention", "detection", "response", "process")] == [
        *(5, 3, 3, 3)
    ]
    assert (rows[0][1], rows[0][3], rows[0][4]) == ("P0", "bob", "2025-11-10")
    assert (rows[13][1], rows[13][3], rows[13][4]) == ("P2", "sre", "2025-12-01")


@pytest.mark.parametrize(
    "slip",
    [
        r"[Rr]oll\w* back to v2\.3\.4",
        r"took 10 minutes|within 10 minutes|over 5 minutes",
        r"@bob initiated",
        r"5-10%|10%(?! of active)",
        r"45 minutes",
        r"3\.24|18\.36|15% of|\(15%\)|7\.2 ?%",
        r"immediately",
        r"assigned quickly|made quickly|15 minutes",
        r"promptly",
        r"for 20 minutes|for 15 minutes",
        r"= 300,000 queries|= 100,000 queries",
        r"300ms|600ms",
        r"(?i)no cascading",
        r"sudden",
        r"Most users",
        r"Failed transactions: 150",
        r"#?incidents?-2025-10-27",
        r"Closed war room|War room opened",
        r"at 2pm",
        r"good visibility",
    ],
)
def test_no_slip_of_the_document_is_repeated(said: list[str], slip: str) -> None:
    found = [text for text in said if re.search(slip, text)]
    assert found == []


def test_the_bot_reads_the_figures_and_actions_as_meant(
    scenario: Scenario, said: list[str]
) -> None:
    """By its own grammar, as Slack hands the texts over."""
    desk = World(scenario, "", print).slack.desk
    context = Context(now=scenario.steps[-1].at, zone=ZoneInfo("UTC"))
    figures: list[Figure | Metric] = []
    for text in said:
        if text.startswith("impact metric ") or re.match(r"impact \w+\n", text):
            read = impact(escape(desk, text.removeprefix("impact ")), context)
            assert isinstance(read, Figures)
            figures += read.rows
    areas = [row.area for row in figures if isinstance(row, Figure)]
    assert [areas.count(area) for area in ImpactArea] == [4, 3, 5, 3, 4]
    assert sum(isinstance(row, Metric) for row in figures) == 5

    actions = [action(escape(desk, text), context) for text in verb(said, "action")]
    assert len(actions) == 14
    for one in actions:
        assert isinstance(one, AddAction)
        assert all((one.kind, one.priority, one.owner, one.due, one.ticket)), one


def test_there_is_one_root_cause(said: list[str]) -> None:
    (root,) = verb(said, "why", "root")
    assert "load testing" in root
    assert "N+1" in root


def test_nobody_types_a_length_that_the_bot_computes(said: list[str]) -> None:
    lengths = [hit for text in said for hit in re.findall(r"[\d.]+ minutes?", text)]
    assert set(lengths) == {"21.6 minutes", "1.5 minutes", "20.1 minutes"}  # of the budget


def test_the_budget_is_what_the_timeline_allows(said: list[str]) -> None:
    budget = 0.0005 * 30 * 24 * 60
    most = 0.05 * 30  # 5 % at most, from 14:20 to 14:50
    (slo,) = [text for text in said if text.startswith("impact slo\n")]
    assert f"{budget:.1f} minutes" in slo
    assert f"{most:.1f} minutes ({most / budget:.0%}" in slo
    assert f"{budget - most:.1f} minutes ({1 - most / budget:.0%})" in slo


def test_what_happened_before_it_was_told_is_backdated(scenario: Scenario, said: list[str]) -> None:
    assert [text[:5] for text in verb(said, "log") if re.match(r"\d\d:\d\d ", text)] == [
        *("14:23", "14:25", "14:20")
    ]
    assert verb(said, "impact", "start") == ["14:20"]
    assert verb(said, "status", "mitigated", "at")[0].startswith("14:50 ")


def test_it_ends_with_both_documents(said: list[str]) -> None:
    assert [document_of(text) for text in said[-2:]] == ["timeline", "postmortem"]
